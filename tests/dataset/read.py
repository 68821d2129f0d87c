"""Reads a data set in the layout of BGM909 as the published training code does, and prints what it finds as JSON."""

import json
import pathlib
import pickle
import sys

SEGMENT_BEATS = 32
STEPS_A_BEAT = 4

root = pathlib.Path(sys.argv[1])
missing = None
try:
    import numpy
except ImportError:
    print(json.dumps({"missing": "numpy"}))
    sys.exit()
try:
    import torch
except ImportError:
    missing = "torch"


def spread(rows, beats):
    """The row of each beat, as the training code takes it."""
    return rows[[int(beat * (rows.shape[0] / beats)) for beat in range(beats)]]


def piece(name):
    data = numpy.load(root / "POP909_4_bin_pnt_8bar" / f"{name}.npz", allow_pickle=True)
    notes = numpy.array(data["notes"])
    tables = data["start_table"]
    lines = data["db_pos"]
    usable = lines[data["db_pos_filter"]]
    chord = data["chord"].astype(numpy.int32)
    found = {
        "tracks": [list(track.shape) for track in notes],
        "types": {
            "notes": str(notes[0].dtype),
            "db_pos": str(lines.dtype),
            "db_pos_filter": str(data["db_pos_filter"].dtype),
            "chord": str(data["chord"].dtype),
        },
        "chord": list(chord.shape),
        "segments": [],
        "rows": [],
    }
    caption = numpy.load(root / "bgm909" / "caption_feats" / f"{name}.npy")
    found["caption"] = [str(caption.dtype), *caption.shape]
    scenes = (root / "bgm909" / "detection" / f"{name}_scenes.txt").read_text()
    found["shots"] = len(scenes.splitlines())
    visual = None
    if missing is None:
        path = root / "bgm909" / "new_raw_video_feats" / f"{name}.pth"
        visual = torch.load(path, map_location="cpu")
        assert torch.equal(torch.load(path, weights_only=True), visual)
        found["visual"] = [str(visual.dtype), *visual.shape]
        visual = spread(visual, chord.shape[0])
    one_hot = numpy.zeros((chord.shape[0], 36))
    one_hot[numpy.arange(chord.shape[0]), chord[:, 0]] = 1
    one_hot[numpy.arange(chord.shape[0]), 24 + chord[:, -1]] = 1
    steps = SEGMENT_BEATS * STEPS_A_BEAT
    for line in usable:
        segment = []
        for track, table in zip(notes, tables):
            end = table.get(int(line) + steps, len(track))
            segment.extend(track[table[line]:end])
        segment = numpy.array(segment)
        assert (segment[:, 0] >= line).all()
        inside = segment[segment[:, 0] < line + steps]
        assert inside[:, 1].max() < 128 and inside[:, 2].min() > 0
        found["segments"].append(len(inside))
        beat = line // STEPS_A_BEAT
        if visual is not None:
            found["rows"].append(len(visual.numpy()[beat:beat + SEGMENT_BEATS]))
    return found


with open(root / "split.pickle", "rb") as file:
    split = pickle.load(file)
names = [file for names in split for file in names]
assert all(name.endswith(".npz") for name in names)
pieces = {name[:name.find(".")]: piece(name[:name.find(".")]) for name in names}
print(json.dumps({
    "missing": missing,
    "split": [len(names) for names in split],
    "pieces": pieces,
}))
