"""Counts which chord follows which in POP909, for `src/music/progression/pop909.txt`.

    python3 progressions.py --data POP909 --cache pop909.npz > pop909.txt

Training songs only, bars of 4/4, two slots a bar. Each song is transposed so that the major scale
that best fits its chords becomes C major; relative minors are not distinguished. Rare chords are
left out.
"""

import argparse
from collections import Counter

import numpy as np

import data
import metrics
import music

NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
DEGREES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")
SLOT_BEATS = 2
LEAST_SHARE = 0.004
"""Chords in a smaller share of all slots are left out."""
LEAST_COUNT = 8
"""Rarer successions are left out."""


def chord_name(classes, bass):
    """POP909's symbol for pitch classes, preferably one whose root is the bass."""
    found = []
    for name, intervals in music.QUALITIES.items():
        for root in range(12):
            if classes == frozenset((root + i) % 12 for i in intervals):
                degree = "" if bass == root else f"/{DEGREES[(bass - root) % 12]}"
                found.append((bass != root, f"{NAMES[root]}:{name}{degree}"))
    return min(found)[1]


def tonic_of(chords):
    """The tonic of the major scale that contains most of the chord classes of `[beats, 24]`."""
    counts = chords[:, :12].sum(0)
    scales = [counts[[(tonic + i) % 12 for i in metrics.MAJOR_SCALE]].sum() for tonic in range(12)]
    return int(np.argmax(scales))


def bars_of(song):
    """The first beat and the two symbols of each bar of 4/4; `None` if no chord sounds."""
    firsts = sorted({int(start) + 4 * bar for start in song.starts for bar in range(8)})
    chords = music.transpose_chords(song.chords, -tonic_of(song.chords))
    for first in firsts:
        symbols = []
        for beat in (first, first + SLOT_BEATS):
            row = chords[beat]
            classes = frozenset(np.flatnonzero(row[:12]))
            symbols.append(chord_name(classes, int(row[12:].argmax())) if classes else None)
        yield first, symbols


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="POP909", help="POP909 as published, one folder a song")
    parser.add_argument("--cache", default="pop909.npz", help="compact copy, made if missing")
    options = parser.parse_args()
    songs = [s for s in data.load_songs(options.data, options.cache) if not data.held_out(s.name)]
    used, within, across = Counter(), Counter(), Counter()
    for song in songs:
        previous = None
        for first, (strong, weak) in bars_of(song):
            used.update(filter(None, (strong, weak)))
            if strong and weak:
                within[strong, weak] += 1
            if previous and previous[0] + 4 == first and previous[1] and strong:
                across[previous[1], strong] += 1
            previous = first, weak
    kept = {name for name, count in used.items() if count >= LEAST_SHARE * used.total()}
    for title, counts in (("within", within), ("across", across)):
        for (one, other), count in sorted(counts.items()):
            if one in kept and other in kept and count >= LEAST_COUNT:
                print(title, one, other, count)


if __name__ == "__main__":
    main()
