//! What a MIDI file holds.

use diff_bgm::counted::counted;
use diff_bgm::music::midi_file::{Marker, MidiFile};
use diff_bgm::time::Beats;
use serde::Serialize;

use super::words::{LISTED, list, shown};

/// What is known about a MIDI file.
#[derive(Serialize)]
pub(super) struct MidiInfo {
    length_beats: f64,
    duration_seconds: f64,
    tracks: Vec<TrackInfo>,
    tempo_changes: Vec<TempoInfo>,
    time_signatures: Vec<SignatureInfo>,
    markers: Vec<TextInfo>,
    texts: Vec<TextInfo>,
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct TrackInfo {
    name: String,
    notes: usize,
}

#[derive(Serialize)]
struct TempoInfo {
    #[serde(flatten)]
    at: PlaceInfo,
    tempo_bpm: f64,
}

#[derive(Serialize)]
struct SignatureInfo {
    #[serde(flatten)]
    at: PlaceInfo,
    numerator: u8,
    denominator: u32,
}

#[derive(Serialize)]
struct TextInfo {
    #[serde(flatten)]
    at: PlaceInfo,
    text: String,
}

/// A position: its beat, counted from 0, its bar, counted from 1, and its time.
#[derive(Serialize)]
struct PlaceInfo {
    beat: f64,
    bar: u64,
    seconds: f64,
}

impl PlaceInfo {
    /// Returns the positions of ascending beats.
    fn all(file: &MidiFile, beats: impl Iterator<Item = Beats>) -> impl Iterator<Item = Self> {
        file.places(beats).into_iter().map(|place| Self {
            beat: place.at.0,
            bar: place.bar,
            seconds: place.time.0,
        })
    }

    fn words(&self) -> String {
        format!("at beat {:.2} (bar {})", self.beat, self.bar)
    }
}

impl TextInfo {
    fn all(file: &MidiFile, markers: &[Marker]) -> Vec<Self> {
        let places = PlaceInfo::all(file, markers.iter().map(|marker| marker.at));
        let texts = places.zip(markers).map(|(at, marker)| Self {
            at,
            text: marker.text.clone(),
        });
        texts.collect()
    }
}

impl MidiInfo {
    pub(super) fn of(file: &MidiFile) -> Self {
        let tracks = file.tracks.iter().map(|track| TrackInfo {
            name: track.name.clone(),
            notes: track.notes.len(),
        });
        let (changes, signatures) = (&file.tempo_changes, &file.time_signatures);
        let tempi = PlaceInfo::all(file, changes.iter().map(|change| change.at));
        let tempi = tempi.zip(changes).map(|(at, change)| TempoInfo {
            at,
            tempo_bpm: change.bpm(),
        });
        let metres = PlaceInfo::all(file, signatures.iter().map(|signature| signature.at));
        let metres = metres.zip(signatures).map(|(at, signature)| SignatureInfo {
            at,
            numerator: signature.numerator,
            denominator: signature.denominator,
        });
        Self {
            length_beats: file.length.0,
            duration_seconds: file.duration().0,
            tracks: tracks.collect(),
            tempo_changes: tempi.collect(),
            time_signatures: metres.collect(),
            markers: TextInfo::all(file, &file.markers),
            texts: TextInfo::all(file, &file.texts),
            warnings: file.warnings.clone(),
        }
    }

    /// Returns lines about it; the warnings are printed when it is read.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "MIDI file of {:.2} beats, {:.3} s",
            self.length_beats, self.duration_seconds
        )];
        lines.extend((1..).zip(&self.tracks).map(|(number, track)| {
            let notes = counted(track.notes, "note");
            format!("track {number} {:?}: {notes}", shown(&track.name))
        }));
        let tempi = self.tempo_changes.iter().map(|change| {
            let beat = change.at.beat;
            format!("{:.2} BPM from beat {beat:.2}", change.tempo_bpm)
        });
        lines.push(list("tempo change", tempi));
        let signatures = self.time_signatures.iter().map(|signature| {
            let (numerator, denominator) = (signature.numerator, signature.denominator);
            let beat = signature.at.beat;
            format!("{numerator}/{denominator} from beat {beat:.2}")
        });
        lines.push(list("time signature", signatures));
        let markers = (self.markers.iter())
            .map(|marker| format!("{:?} {}", shown(&marker.text), marker.at.words()));
        lines.push(list("marker", markers));
        lines.extend(
            (self.texts.iter().take(LISTED))
                .map(|text| format!("text {}: {}", text.at.words(), shown(&text.text))),
        );
        lines
    }
}
