"""What readers by other people find in exported files, as JSON on standard output.

usage: python readers.py FILE.mid FILE.dawproject FILE.rpp SCHEMAS
"""

import io
import json
import sys
import zipfile
from pathlib import Path

import mido
import pretty_midi
import rpp
from lxml import etree


def read_midi(path):
    file = mido.MidiFile(path)
    found = {"type": file.type, "tempi": [], "markers": [], "texts": [], "tracks": []}
    for number, track in enumerate(file.tracks):
        beat, notes, sounding, channels = 0.0, [], {}, set()
        for message in track:
            beat += message.time / file.ticks_per_beat
            if message.type == "set_tempo":
                found["tempi"].append([beat, mido.tempo2bpm(message.tempo)])
            elif message.type == "marker":
                found["markers"].append([beat, message.text])
            elif message.type == "text" and number == 0:
                found["texts"].append([beat, message.text])
            elif message.type == "time_signature":
                found["metre"] = [message.numerator, message.denominator]
            elif message.type == "key_signature":
                found["key"] = message.key
            elif message.type == "note_on":
                channels.add(message.channel)
                sounding[message.note] = [beat, message.note, message.velocity]
            elif message.type == "note_off":
                start, pitch, velocity = sounding.pop(message.note)
                notes.append([start, beat, pitch, velocity])
        if number > 0:
            track = {"name": track.name, "notes": sorted(notes), "channels": sorted(channels)}
            found["tracks"].append(track)
    return found


def read_midi_in_seconds(path):
    music = pretty_midi.PrettyMIDI(str(path))
    return [
        {
            "name": instrument.name,
            "notes": sorted([n.start, n.end, n.pitch, n.velocity] for n in instrument.notes),
        }
        for instrument in music.instruments
    ]


def read_dawproject(path, schemas):
    archive = zipfile.ZipFile(path)
    documents = {}
    for member, schema in [("project.xml", "Project.xsd"), ("metadata.xml", "MetaData.xsd")]:
        documents[member] = etree.parse(io.BytesIO(archive.read(member)))
        etree.XMLSchema(etree.parse(str(schemas / schema))).assertValid(documents[member])
    project = documents["project.xml"].getroot()
    found = {"members": sorted(archive.namelist()), "tracks": []}
    for track in project.iterfind("Structure/Track"):
        lanes = project.xpath("Arrangement/Lanes/Lanes[@track=$id]", id=track.get("id"))
        notes = [
            [
                float(n.get("time")),
                float(n.get("time")) + float(n.get("duration")),
                int(n.get("key")),
                round(float(n.get("vel")) * 127),
            ]
            for lane in lanes
            for n in lane.iter("Note")
        ]
        channels = sorted({int(n.get("channel")) for lane in lanes for n in lane.iter("Note")})
        track = {"name": track.get("name"), "notes": sorted(notes), "channels": channels}
        found["tracks"].append(track)
    points = project.iterfind("Arrangement/TempoAutomation/RealPoint")
    found["tempi"] = [[float(p.get("time")), float(p.get("value"))] for p in points]
    point = project.find("Arrangement/TimeSignatureAutomation/TimeSignaturePoint")
    found["metre"] = [int(point.get("numerator")), int(point.get("denominator"))]
    markers = project.iterfind("Arrangement/Markers/Marker")
    found["markers"] = [[float(m.get("time")), m.get("name")] for m in markers]
    clip = project.find(".//Video/..")
    if clip is not None:
        found["video"] = [float(clip.get("time")), clip.find("Video/File").get("path")]
    return found


def read_reaper(path):
    project = rpp.loads(path.read_text(encoding="utf-8"))
    field = lambda block, name: block.find(name)[1:]
    found = {"tracks": [], "tempo": [float(n) for n in field(project, "TEMPO")]}
    envelope = project.find("TEMPOENVEX")
    points = [] if envelope is None else envelope.findall("PT")
    found["tempi"] = [[float(p[1]), float(p[2])] for p in points]
    found["markers"] = [[float(m[2]), m[3]] for m in project.findall("MARKER")]
    for track in project.findall("TRACK"):
        name = field(track, "NAME")[0]
        (item,) = track.findall("ITEM")
        source = item.find("SOURCE")
        position, length = (float(field(item, key)[0]) for key in ("POSITION", "LENGTH"))
        if source.attrib[0] == "VIDEO":
            found["video"] = [position, length, field(source, "FILE")[0]]
            continue
        ticks_per_beat = int(field(source, "HASDATA")[1])
        tick, notes, sounding, channels = 0, [], {}, set()
        for event in source.findall("E"):
            tick += int(event[1])
            status, pitch, velocity = (int(byte, 16) for byte in event[2:5])
            if status >> 4 == 9:
                channels.add(status & 15)
                sounding[pitch] = [tick / ticks_per_beat, pitch, velocity]
            elif status >> 4 == 8:
                start, pitch, velocity = sounding.pop(pitch)
                notes.append([start, tick / ticks_per_beat, pitch, velocity])
        track = {"name": name, "notes": sorted(notes), "channels": sorted(channels)}
        found["tracks"].append({**track, "end": tick / ticks_per_beat, "length": length})
    return found


def main():
    midi, dawproject, reaper, schemas = map(Path, sys.argv[1:])
    found = {
        "midi": read_midi(midi),
        "midi_in_seconds": read_midi_in_seconds(midi),
        "dawproject": read_dawproject(dawproject, schemas),
        "reaper": read_reaper(reaper),
    }
    json.dump(found, sys.stdout)


main()
