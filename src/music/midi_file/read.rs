//! Reading MIDI files of formats 0 and 1.

use super::chunks::Chunks;
use super::events::{Event, Events};
use super::oddities::{Oddities, Oddity};
use super::sounding::SoundingNotes;
use super::{ChannelEvent, MAX_EVENTS, Marker, MidiFile, MidiTrack, TempoChange, TimeSignature};
use crate::error::Fault;
use crate::music::note::Note;
use crate::time::Beats;

/// The largest denominator of a time signature, as a power of two.
const MAX_DENOMINATOR_POWER: u8 = 7;

/// Kinds of meta messages.
mod meta {
    pub(super) const TEXT: u8 = 0x01;
    pub(super) const TRACK_NAME: u8 = 0x03;
    pub(super) const MARKER: u8 = 0x06;
    pub(super) const END_OF_TRACK: u8 = 0x2F;
    pub(super) const TEMPO: u8 = 0x51;
    pub(super) const TIME_SIGNATURE: u8 = 0x58;
    pub(super) const KEY_SIGNATURE: u8 = 0x59;
}

impl MidiFile {
    /// Parses the bytes of a MIDI file, plain or inside a RIFF file (RMID). All notes are of
    /// [`Part::All`](crate::music::part::Part::All).
    ///
    /// What other programs read although it departs from the standard is read too, with a sentence in
    /// [`warnings`](Self::warnings): a track whose end is not marked, a status that holds across other messages, a key
    /// signature of another length.
    ///
    /// # Errors
    /// Returns an error unless the bytes are a MIDI file of format 0 or 1 that counts time in beats; if the file is
    /// truncated or a message is malformed; or if it exceeds [`MAX_TRACKS`](super::MAX_TRACKS) or [`MAX_EVENTS`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut oddities = Oddities::default();
        let chunks = Chunks::divide(bytes, &mut oddities)?;
        let ticks_per_beat = f64::from(chunks.ticks_per_beat);
        let mut file = Self::default();
        let mut events_left = MAX_EVENTS;
        for (index, contents) in chunks.tracks.into_iter().enumerate() {
            let track = TrackReader {
                events: Events::new(contents, index),
                index,
                ticks_per_beat,
                oddities: &mut oddities,
            };
            let track = track.read(&mut file, &mut events_left);
            let in_track = |fault: Fault| {
                let found = format!("{} in track {}", fault.found, index + 1);
                Fault::new(found, fault.expected)
            };
            file.tracks.push(track.map_err(in_track)?);
        }
        file.tempo_changes.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        (file.time_signatures).sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        file.markers.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        file.texts.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        file.events.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        file.warnings = oddities.sentences();
        Ok(file)
    }
}

/// Reads one track.
struct TrackReader<'a, 'b> {
    events: Events<'a>,
    /// The track's place in the file, from 0.
    index: usize,
    ticks_per_beat: f64,
    oddities: &'b mut Oddities,
}

impl TrackReader<'_, '_> {
    /// Reads the track, and stores what concerns the whole file in `file`.
    fn read(mut self, file: &mut MidiFile, events_left: &mut usize) -> Result<MidiTrack, Fault> {
        let mut track = MidiTrack::default();
        let mut sounding = SoundingNotes::default();
        let mut end = Beats(0.0);
        loop {
            let Some((tick, event)) = self.events.next(self.oddities)? else {
                self.oddities.add(Oddity::NoEnd, Some(self.index));
                break;
            };
            *events_left = events_left.checked_sub(1).ok_or_else(|| {
                let found = format!("more than {MAX_EVENTS} events");
                Fault::new(found, format!("at most {MAX_EVENTS}"))
            })?;
            let at = Beats(tick as f64 / self.ticks_per_beat);
            end = at;
            match event {
                Event::Channel {
                    channel,
                    command,
                    data,
                } => {
                    let event = ChannelEvent {
                        at,
                        channel,
                        command,
                        data,
                    };
                    track.notes.extend(sounding.process(&event));
                    file.events.push(event);
                }
                Event::Meta { kind, .. } if kind == meta::END_OF_TRACK => break,
                Event::Meta { kind, data } if kind == meta::TRACK_NAME => track.name = text(data),
                Event::Meta { kind, data } => self.read_meta(file, at, kind, data)?,
                Event::System => {}
            }
        }
        track.notes.extend(sounding.end_all(end));
        track.notes.sort_by(Note::position);
        file.length = Beats(file.length.0.max(end.0));
        Ok(track)
    }

    /// Stores a message that concerns the whole file.
    fn read_meta(
        &mut self,
        file: &mut MidiFile,
        at: Beats,
        kind: u8,
        data: &[u8],
    ) -> Result<(), Fault> {
        let usual_length = match kind {
            meta::TEMPO => 3,
            meta::TIME_SIGNATURE => 4,
            meta::KEY_SIGNATURE => 2,
            _ => data.len(),
        };
        if data.len() != usual_length {
            self.oddities.add(Oddity::MetaLength, Some(self.index));
        }
        let words = || Marker {
            at,
            text: text(data),
        };
        match kind {
            meta::TEMPO => file.tempo_changes.push(TempoChange {
                at,
                micros_per_beat: micros_per_beat(data)?,
            }),
            meta::TIME_SIGNATURE => file.time_signatures.push(time_signature(at, data)?),
            meta::MARKER => file.markers.push(words()),
            meta::TEXT => file.texts.push(words()),
            _ => {}
        }
        Ok(())
    }
}

fn micros_per_beat(data: &[u8]) -> Result<u32, Fault> {
    let Some((&[high, middle, low], _)) = data.split_first_chunk::<3>() else {
        return Err(Fault::new(
            format!("a tempo of {} bytes", data.len()),
            "3 bytes",
        ));
    };
    match u32::from_be_bytes([0, high, middle, low]) {
        0 => Err(Fault::new("a tempo of 0 microseconds a beat", "at least 1")),
        micros => Ok(micros),
    }
}

fn time_signature(at: Beats, data: &[u8]) -> Result<TimeSignature, Fault> {
    let Some((&[numerator, power], _)) = data.split_first_chunk::<2>() else {
        return Err(Fault::new(
            format!("a time signature of {} bytes", data.len()),
            "4 bytes",
        ));
    };
    if numerator == 0 || power > MAX_DENOMINATOR_POWER {
        let found = format!("a time signature of {numerator}/2^{power}");
        return Err(Fault::new(found, "at least 1 note of at most 1/128"));
    }
    Ok(TimeSignature {
        at,
        numerator,
        denominator: 1 << power,
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests;
