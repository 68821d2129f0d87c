//! Reading MIDI files of formats 0 and 1.

use midly::{Format, MetaMessage, MidiMessage, Timing, TrackEventKind};

use super::sounding::SoundingNotes;
use super::{
    CONTROL, ChannelEvent, MAX_EVENTS, MAX_TRACKS, Marker, MidiFile, MidiTrack, NOTE_OFF, NOTE_ON,
    TempoChange, TimeSignature,
};
use crate::error::Fault;
use crate::music::note::Note;
use crate::time::Beats;

/// The largest denominator of a time signature, as a power of two.
const MAX_DENOMINATOR_POWER: u8 = 7;

impl MidiFile {
    /// Parses the bytes of a MIDI file. All notes are of [`Part::All`](crate::music::part::Part::All).
    ///
    /// # Errors
    /// Returns an error unless the bytes are a MIDI file of format 0 or 1 that counts time in beats; if the file is
    /// truncated, a track lacks its end or a message is malformed; or if it exceeds [`MAX_TRACKS`] or [`MAX_EVENTS`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        refuse_timecode(bytes)?;
        let (header, tracks) = midly::parse(bytes).map_err(|error| no_midi(&error))?;
        if header.format == Format::Sequential {
            return Err(Fault::new("a MIDI file of format 2", "format 0 or 1"));
        }
        let ticks_per_beat = match header.timing {
            Timing::Metrical(ticks) if ticks.as_int() > 0 => f64::from(ticks.as_int()),
            _ => return Err(Fault::new("0 ticks in a beat", "at least one")),
        };
        let declared = tracks.size_hint().0;
        if declared > MAX_TRACKS {
            let limit = format!("at most {MAX_TRACKS}");
            return Err(Fault::new(format!("{declared} tracks"), limit));
        }

        let mut file = Self::default();
        let mut events_left = MAX_EVENTS;
        for (index, track) in tracks.enumerate() {
            if index == declared {
                let found = format!("more tracks than the {declared} of its header");
                return Err(Fault::new(found, "as many as declared"));
            }
            let in_track = |error| malformed(index, &error);
            let track = file.read_track(track.map_err(in_track)?, ticks_per_beat, &mut events_left);
            let track = track.map_err(|fault| in_track_of(index, fault))?;
            file.tracks.push(track);
        }
        if file.tracks.len() < declared {
            return Err(Fault::new(
                format!("{} tracks", file.tracks.len()),
                format!("the {declared} that its header declares"),
            ));
        }
        file.tempo_changes.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        (file.time_signatures).sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        file.markers.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        file.texts.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        file.events.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        Ok(file)
    }

    /// Reads one track, and stores what concerns the whole file in `self`.
    fn read_track(
        &mut self,
        events: midly::EventIter,
        ticks_per_beat: f64,
        events_left: &mut usize,
    ) -> Result<MidiTrack, Fault> {
        let mut track = MidiTrack::default();
        let mut sounding = SoundingNotes::default();
        let mut tick: u64 = 0;
        for event in events {
            let event = event.map_err(|error| no_midi(&error))?;
            *events_left = events_left.checked_sub(1).ok_or_else(|| {
                let found = format!("more than {MAX_EVENTS} events");
                Fault::new(found, format!("at most {MAX_EVENTS}"))
            })?;
            tick += u64::from(event.delta.as_int());
            let at = Beats(tick as f64 / ticks_per_beat);
            match event.kind {
                TrackEventKind::Midi { channel, message } => {
                    let channel = channel.as_int();
                    track.notes.extend(sounding.process(at, channel, message));
                    self.events.push(channel_event(at, channel, message));
                }
                TrackEventKind::Meta(MetaMessage::EndOfTrack) => {
                    track.notes.extend(sounding.end_all(at));
                    track.notes.sort_by(Note::position);
                    self.length = Beats(self.length.0.max(at.0));
                    return Ok(track);
                }
                TrackEventKind::Meta(MetaMessage::TrackName(name)) => track.name = text(name),
                TrackEventKind::Meta(message) => self.read_meta(at, message)?,
                TrackEventKind::SysEx(_) | TrackEventKind::Escape(_) => {}
            }
        }
        Err(Fault::new("no end of track", "one as its last event"))
    }

    /// Stores a message that concerns the whole file.
    fn read_meta(&mut self, at: Beats, message: MetaMessage) -> Result<(), Fault> {
        match message {
            MetaMessage::Tempo(micros) if micros.as_int() == 0 => {
                return Err(Fault::new("a tempo of 0 microseconds a beat", "at least 1"));
            }
            MetaMessage::Tempo(micros) => self.tempo_changes.push(TempoChange {
                at,
                micros_per_beat: micros.as_int(),
            }),
            MetaMessage::TimeSignature(numerator, power, ..) => {
                if numerator == 0 || power > MAX_DENOMINATOR_POWER {
                    let found = format!("a time signature of {numerator}/2^{power}");
                    return Err(Fault::new(found, "at least 1 note of at most 1/128"));
                }
                self.time_signatures.push(TimeSignature {
                    at,
                    numerator,
                    denominator: 1 << power,
                });
            }
            MetaMessage::Marker(name) => self.markers.push(Marker {
                at,
                text: text(name),
            }),
            MetaMessage::Text(words) => self.texts.push(Marker {
                at,
                text: text(words),
            }),
            _ => {}
        }
        Ok(())
    }
}

/// Refuses time in SMPTE frames and anything but plain MIDI files.
///
/// midly does both, but on some of these headers, wherever in the file they are, it panics if overflow is checked.
fn refuse_timecode(bytes: &[u8]) -> Result<(), Fault> {
    const HEADER: &[u8] = b"MThd";
    const TIME_BASE: usize = 4;
    if !bytes.starts_with(HEADER) {
        return Err(Fault::new("not a MIDI file", "one that starts with MThd"));
    }
    let mut rest = bytes;
    while let Some((&[a, b, c, d, length @ ..], chunk)) = rest.split_first_chunk::<8>() {
        let in_frames = chunk.get(TIME_BASE).is_some_and(|byte| byte & 0x80 != 0);
        if [a, b, c, d] == HEADER && in_frames {
            let expected = "ticks of a quarter note";
            return Err(Fault::new("a time base in SMPTE frames", expected));
        }
        let length = u32::from_be_bytes(length) as usize;
        rest = chunk.get(length..).unwrap_or_default();
    }
    Ok(())
}

fn channel_event(at: Beats, channel: u8, message: MidiMessage) -> ChannelEvent {
    let (command, data) = match message {
        MidiMessage::NoteOff { key, vel } => (NOTE_OFF, [key.as_int(), vel.as_int()]),
        MidiMessage::NoteOn { key, vel } => (NOTE_ON, [key.as_int(), vel.as_int()]),
        MidiMessage::Aftertouch { key, vel } => (0xA0, [key.as_int(), vel.as_int()]),
        MidiMessage::Controller { controller, value } => {
            (CONTROL, [controller.as_int(), value.as_int()])
        }
        MidiMessage::ProgramChange { program } => (0xC0, [program.as_int(), 0]),
        MidiMessage::ChannelAftertouch { vel } => (0xD0, [vel.as_int(), 0]),
        MidiMessage::PitchBend { bend } => {
            let bits = bend.0.as_int();
            (0xE0, [(bits & 0x7F) as u8, (bits >> 7) as u8])
        }
    };
    ChannelEvent {
        at,
        channel,
        command,
        data,
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn no_midi(error: &midly::Error) -> Fault {
    Fault::new(reason(error), "a whole MIDI file")
}

fn malformed(track: usize, error: &midly::Error) -> Fault {
    in_track_of(track, no_midi(error))
}

fn in_track_of(track: usize, fault: Fault) -> Fault {
    let found = format!("{} in track {}", fault.found, track + 1);
    Fault::new(found, fault.expected)
}

/// Returns the innermost cause of an error, which is the most specific.
fn reason(error: &midly::Error) -> String {
    let mut error: &dyn std::error::Error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::part::Part;

    /// Returns a file of one track at 480 ticks per beat.
    fn file(track: &[u8]) -> Vec<u8> {
        let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\x01\xE0MTrk".to_vec();
        bytes.extend((track.len() as u32).to_be_bytes());
        bytes.extend(track);
        bytes
    }

    const END: &[u8] = &[0, 0xFF, 0x2F, 0];

    fn fault(bytes: &[u8]) -> String {
        MidiFile::parse(bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_note_on_of_velocity_0_ends_a_note() {
        let track = [&[0, 0x90, 60, 90, 0x83, 0x60, 60, 0][..], END].concat();
        let read = MidiFile::parse(&file(&track)).unwrap();
        let note = Note {
            start: Beats(0.0),
            length: Beats(1.0),
            pitch: 60,
            velocity: 90,
            part: Part::All,
        };
        assert_eq!(read.notes(), [note]);
    }

    #[test]
    fn a_note_without_an_end_lasts_to_the_end_of_the_track() {
        let track = [0, 0x90, 60, 90, 0x83, 0x60, 0xFF, 0x2F, 0];
        let read = MidiFile::parse(&file(&track)).unwrap();
        assert_eq!(read.notes()[0].length, Beats(1.0));
    }

    #[test]
    fn truncated_files_are_refused_wherever_they_end() {
        let track = [&[0, 0x90, 60, 90, 0x83, 0x60, 0x80, 60, 64][..], END].concat();
        let whole = file(&track);
        assert!(MidiFile::parse(&whole).is_ok());
        for length in 0..whole.len() {
            assert!(MidiFile::parse(&whole[..length]).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn faults_name_what_was_found() {
        assert!(fault(b"RIFF").contains("not a MIDI file"));
        assert!(fault(b"").contains("not a MIDI file"));
        assert!(fault(&file(&[0, 0x90, 60, 90])).contains("no end of track in track 1"));
        let no_tempo = [&[0, 0xFF, 0x51, 3, 0, 0, 0][..], END].concat();
        assert!(fault(&file(&no_tempo)).contains("tempo of 0"));
        let mut smpte = file(END);
        smpte[12] = 0xE7;
        assert!(fault(&smpte).contains("SMPTE"));
        smpte[12] = 0x80;
        assert!(fault(&smpte).contains("SMPTE"));
        let mut timeless = file(END);
        timeless[12..14].copy_from_slice(&[0, 0]);
        assert!(fault(&timeless).contains("0 ticks"));
        let mut more_tracks = file(END);
        more_tracks[11] = 2;
        assert!(fault(&more_tracks).contains("1 tracks; expected the 2"));
        let mut songs = file(END);
        songs[9] = 2;
        assert!(fault(&songs).contains("format 2"));
        let mut many = file(END);
        many[10] = 0xFF;
        assert!(fault(&many).contains("65281 tracks"));
    }
}
