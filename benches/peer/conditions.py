"""Drops conditions of training windows, so that the network learns to work without any of them."""

from dataclasses import dataclass

import numpy as np

import music

ACCENT = music.CUE_NAMES.index("accent")


@dataclass
class Dropout:
    """Probabilities of leaving conditions free."""

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
    """Draws which cues are given, `[beats, 5]` of 0 and 1.

    Some windows lose all cues, and some cues all beats or a span of beats. Accents may be kept on a
    random share of beats.
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
    """Harmony `[beats, 25]` from chord and bass classes `[beats, 24]`; zero if left free."""
    rows = np.concatenate([chords, np.ones((len(chords), 1))], axis=1).astype(np.float32)
    if generator.random() < dropout.harmony:
        return np.zeros_like(rows)
    if generator.random() < dropout.harmony_span:
        rows[_span(generator, len(rows))] = 0
    return rows
