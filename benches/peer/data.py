"""8-bar windows of roll, cues and harmony from POP909.

`load_songs` reads a folder as downloaded from music-x-lab/POP909-Dataset (one folder a song) and
saves a compact copy at `--cache`.
"""

from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np

import music

TRACKS = ("MELODY", "BRIDGE", "PIANO")
TRANSPOSITIONS = range(-6, 6)
PITCHES = 128


@dataclass
class Song:
    """A song on its grid of sixteenths.

    `states` `[steps, 128]`: 0 silent, 1 onset, 2 sustain. `chords` `[beats, 24]`, `modes` `[beats]`.
    `starts`: beats from which eight bars of 4/4 follow.
    """

    name: str
    states: np.ndarray
    chords: np.ndarray
    modes: np.ndarray
    starts: np.ndarray


def held_out(name):
    """Whether the song is never trained on: every 20th from 001."""
    return int(name) % 20 == 1


def _notes(path):
    """`(start_seconds, end_seconds, pitch)` of the notes of the three tracks, by start."""
    file = mido.MidiFile(path)
    changes = [(0, 500_000)]
    tick = 0
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "set_tempo":
            changes.append((tick, message.tempo))
    change_ticks = np.array([c[0] for c in changes])
    rates = np.array([c[1] for c in changes]) * 1e-6 / file.ticks_per_beat
    change_seconds = np.concatenate([[0.0], np.cumsum(np.diff(change_ticks) * rates[:-1])])

    def seconds(ticks):
        index = np.searchsorted(change_ticks, ticks, side="right") - 1
        return change_seconds[index] + (ticks - change_ticks[index]) * rates[index]

    notes = []
    for track in file.tracks:
        if track.name.strip() not in TRACKS:
            continue
        tick, open_notes = 0, {}
        for message in track:
            tick += message.time
            if message.type not in ("note_on", "note_off"):
                continue
            start = open_notes.pop(message.note, None)
            if start is not None:
                notes.append((start, tick, message.note))
            if message.type == "note_on" and message.velocity > 0:
                open_notes[message.note] = tick
    if not notes:
        return np.zeros((0, 3))
    notes = np.array(sorted(notes), float)
    notes[:, 0] = seconds(notes[:, 0])
    notes[:, 1] = seconds(notes[:, 1])
    return notes


def _states(notes, beat_seconds):
    """Cell states of notes on the grid of sixteenths; onsets come last, so that none is overwritten."""
    beats = np.arange(len(beat_seconds))
    steps = (len(beat_seconds) - 1) * music.STEPS_PER_BEAT
    grid = np.interp(notes[:, :2], beat_seconds, beats, left=-1.0, right=-1.0)
    states = np.zeros((steps, PITCHES), np.uint8)
    onsets = []
    for (start, end), pitch in zip(grid, notes[:, 2].astype(int)):
        if start < 0:
            continue
        first = round(start * music.STEPS_PER_BEAT)
        last = steps if end < 0 else max(round(end * music.STEPS_PER_BEAT), first + 1)
        if first < steps:
            states[first + 1 : last, pitch] = 2
            onsets.append((first, pitch))
    for first, pitch in onsets:
        states[first, pitch] = 1
    return states


def read_song(folder):
    """Reads one song's folder."""
    table = np.loadtxt(folder / "beat_midi.txt", ndmin=2)
    beat_seconds, downbeat = table[:, 0], table[:, 2] == 1
    beats = len(beat_seconds) - 1
    chords = np.zeros((beats, 24), np.uint8)
    modes = np.full(beats, music.NO_MODE, np.float32)
    middles = (beat_seconds[:-1] + beat_seconds[1:]) / 2
    for line in (folder / "chord_midi.txt").read_text().splitlines():
        start, end, symbol = line.split()
        under = (middles >= float(start)) & (middles < float(end))
        chords[under], modes[under] = music.parse_chord(symbol)
    bars = np.arange(0, music.SEGMENT_BEATS + 1, 4)
    starts = [
        beat
        for beat in range(len(downbeat) - music.SEGMENT_BEATS)
        if np.array_equal(np.flatnonzero(downbeat[beat : beat + music.SEGMENT_BEATS + 1]), bars)
    ]
    states = _states(_notes(folder / f"{folder.name}.mid"), beat_seconds)
    return Song(folder.name, states, chords, modes, np.array(starts, int))


def load_songs(source, cache):
    """Reads all songs with at least one window from `cache` if it exists, otherwise from `source`."""
    cache = Path(cache)
    if not cache.exists():
        folders = sorted(p for p in Path(source).iterdir() if p.name.isdigit())
        songs = [song for song in map(read_song, folders) if len(song.starts)]
        arrays = {}
        for song in songs:
            for field in ("states", "chords", "modes", "starts"):
                arrays[f"{song.name}/{field}"] = getattr(song, field)
        partial = cache.with_suffix(".partial.npz")
        np.savez_compressed(partial, **arrays)
        partial.rename(cache)
    with np.load(cache) as arrays:
        names = sorted({key.split("/")[0] for key in arrays})
        fields = ("states", "chords", "modes", "starts")
        return [Song(name, *(arrays[f"{name}/{field}"] for field in fields)) for name in names]


@dataclass
class Window:
    """Eight bars: `roll` `[2, 128, pitches]` of booleans, `cues` `[32, 5]` in their own units,
    `chords` `[32, 24]`."""

    roll: np.ndarray
    cues: np.ndarray
    chords: np.ndarray


def window(song, start_beat, semitones, config):
    """The eight bars of `song` from `start_beat`, transposed; pitches outside the roll are left out."""
    first = start_beat * music.STEPS_PER_BEAT
    low = config["pitch_min"] - semitones
    states = song.states[first : first + music.SEGMENT_STEPS]
    keyboard = np.zeros((music.SEGMENT_STEPS, config["img_w"]), np.uint8)
    source = slice(max(low, 0), min(low + config["img_w"], PITCHES))
    keyboard[:, source.start - low : source.stop - low] = states[:, source]
    beats = slice(start_beat, start_beat + music.SEGMENT_BEATS)
    cues = music.measure_cues(keyboard == 1, keyboard > 0, song.modes[beats], config["pitch_min"])
    chords = music.transpose_chords(song.chords[beats], semitones)
    return Window(music.roll_from_states(keyboard), cues, chords)


def held_out_windows(songs, count, config, seed=0):
    """`count` untransposed windows of the held-out songs in turn, the same for the same seed."""
    songs = [song for song in songs if held_out(song.name)]
    generator = np.random.default_rng(seed)
    windows = []
    for index in range(count):
        song = songs[index % len(songs)]
        windows.append(window(song, generator.choice(song.starts), 0, config))
    return windows
