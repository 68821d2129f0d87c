//! The tune of a MIDI file.

use super::{MidiFile, MidiTrack, NOTE_ON};
use crate::error::{Error, Result};
use crate::music::note::Note;
use crate::music::part::Part;

impl MidiFile {
    /// Returns the notes of the tune: those of the track named Lead, of the only track with notes, or, of several tracks, of
    /// the only one on channel 1. They are of [`Part::All`], like all notes of files.
    ///
    /// # Errors
    /// Returns an error if no track has notes, or if none of several is the tune's.
    pub fn lead(&self) -> Result<&[Note]> {
        let has_notes = |track: &&MidiTrack| !track.notes.is_empty();
        let tracks: Vec<&MidiTrack> = self.tracks.iter().filter(has_notes).collect();
        let is_lead = |track: &&MidiTrack| {
            let name = track.name.trim();
            name.eq_ignore_ascii_case(Part::Lead.label())
        };
        if let Some(track) = tracks.iter().copied().find(is_lead) {
            return Ok(&track.notes);
        }
        let on_lead_channel = |track: &&MidiTrack| {
            let mut channels = track.notes.iter().flat_map(|note| self.channels_of(note));
            channels.any(|channel| channel == Part::Lead.channel())
        };
        let mut on_channel = tracks.iter().copied().filter(on_lead_channel);
        match (tracks.as_slice(), on_channel.next(), on_channel.next()) {
            ([], ..) => Err(Error::Usage(
                "The theme has no notes. Choose a MIDI file with a tune in it.".to_owned(),
            )),
            ([only], ..) => Ok(&only.notes),
            (_, Some(track), None) => Ok(&track.notes),
            _ => Err(Error::Usage(
                "The file of the theme has several tracks with notes. Name the one with the tune Lead, or keep only that one."
                    .to_owned(),
            )),
        }
    }

    /// Returns the channels, 0 to 15, on which notes like `note` begin.
    pub fn channels_of(&self, note: &Note) -> impl Iterator<Item = u8> {
        let first = (self.events).partition_point(|event| event.at.0 < note.start.0);
        let (at, data) = (note.start, [note.pitch, note.velocity]);
        let begins = self.events[first..].iter();
        begins
            .take_while(move |event| event.at == at)
            .filter(move |event| event.command == NOTE_ON && event.data == data)
            .map(|event| event.channel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::midi_file::ChannelEvent;
    use crate::time::Beats;

    /// Returns a file with a track for each name and channel, each of one note.
    fn file(tracks: &[(&str, u8)]) -> MidiFile {
        let note = |index: usize| Note {
            start: Beats(0.0),
            length: Beats(1.0),
            pitch: 60 + index as u8,
            velocity: 80,
            part: Part::All,
        };
        let event = |(index, (_, channel)): (usize, &(&str, u8))| ChannelEvent {
            at: Beats(0.0),
            channel: *channel,
            command: NOTE_ON,
            data: [60 + index as u8, 80],
        };
        let track = |(index, (name, _)): (usize, &(&str, u8))| MidiTrack {
            name: (*name).to_owned(),
            notes: vec![note(index)],
        };
        MidiFile {
            tracks: tracks.iter().enumerate().map(track).collect(),
            events: tracks.iter().enumerate().map(event).collect(),
            ..MidiFile::default()
        }
    }

    fn pitch(tracks: &[(&str, u8)]) -> u8 {
        file(tracks).lead().unwrap()[0].pitch
    }

    #[test]
    fn the_tune_is_the_track_named_lead_or_the_only_one_or_the_one_on_channel_1() {
        assert_eq!(pitch(&[("Piano", 0), ("lead ", 3)]), 61);
        assert_eq!(pitch(&[("Piano", 5)]), 60);
        assert_eq!(pitch(&[("", 9), ("", 0), ("", 1)]), 61);
    }

    #[test]
    fn a_file_without_notes_or_with_several_tunes_is_refused() {
        let error = |file: MidiFile| file.lead().unwrap_err().to_string();
        assert!(error(MidiFile::default()).contains("no notes"));
        assert!(error(file(&[("", 0), ("", 0)])).contains("Name the one"));
        assert!(error(file(&[("", 1), ("", 2)])).contains("Name the one"));
    }
}
