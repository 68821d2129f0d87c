"""What a training window tells the network, and what it keeps from it."""

from dataclasses import dataclass

import numpy as np

import music

ACCENT = music.CUE_NAMES.index("accent")


@dataclass
class Dropout:
    """How often conditions are left free, so that any part of them may be given later."""

    all_cues: float = 0.15
    each_cue: float = 0.3
    cue_span: float = 0.25
    sparse_accents: float = 0.5
    harmony: float = 0.5
    harmony_span: float = 0.25


def _span(generator, beats):
    start, end = np.sort(generator.integers(0, beats + 1, 2))
    return slice(start, end)


def cue_mask(generator, dropout, beats=music.SEGMENT_BEATS):
    """Which cues are given, `[beats, 5]` of 0 and 1.

    Whole windows and whole cues are dropped as before; of the rest some lose a span of beats, and
    accents are kept at a random share of beats.
    """
    cues = len(music.CUE_NAMES)
    mask = np.ones((beats, cues), np.float32)
    if generator.random() < dropout.all_cues:
        return np.zeros_like(mask)
    for cue in range(cues):
        if generator.random() < dropout.each_cue:
            mask[:, cue] = 0
        elif generator.random() < dropout.cue_span:
            mask[_span(generator, beats), cue] = 0
    if generator.random() < dropout.sparse_accents:
        mask[:, ACCENT] *= generator.random(beats) < generator.random() ** 2
    return mask


def harmony_rows(generator, dropout, chords):
    """Harmony `[beats, 25]` from chord and bass classes `[beats, 24]`; zero where left free."""
    rows = np.concatenate([chords, np.ones((len(chords), 1))], axis=1).astype(np.float32)
    if generator.random() < dropout.harmony:
        return np.zeros_like(rows)
    if generator.random() < dropout.harmony_span:
        rows[_span(generator, len(rows))] = 0
    return rows
