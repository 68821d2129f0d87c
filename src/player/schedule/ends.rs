//! The starts and ends of notes, where parts may share a channel.

use super::{NoteEnd, ScheduledNote};
use crate::music::note::Note;
use crate::music::outputs::Outputs;
use crate::music::part::Part;
use crate::player::CHANNELS;

/// Returns the starts and the ends of a score's notes, both by time.
///
/// Where notes of parts that share a channel start together on one pitch, the longest comes first: the player starts only one of
/// them. Where one starts while another sounds, there is an end of the other for it.
pub(super) fn notes_and_ends(
    notes: &[Note],
    outputs: &Outputs,
) -> (Box<[ScheduledNote]>, Box<[NoteEnd]>) {
    let mut notes: Vec<&Note> = notes.iter().collect();
    notes.sort_by(|a, b| {
        (a.start.0.total_cmp(&b.start.0))
            .then(a.pitch.cmp(&b.pitch))
            .then(outputs.channel(a.part).cmp(&outputs.channel(b.part)))
            .then(b.length.0.total_cmp(&a.length.0))
            .then(b.part.cmp(&a.part))
    });
    let mut starts = Vec::with_capacity(notes.len());
    let mut ends = Vec::with_capacity(notes.len());
    // The index of each part's last note of each channel and pitch. Notes of one part do not overlap there.
    let mut last = vec![[[None; 128]; CHANNELS]; Part::CHANNELS];
    for (index, note) in notes.iter().enumerate() {
        let (part, channel) = (note.part.channel(), outputs.channel(note.part));
        let end = |beats, index: usize, for_part| NoteEnd {
            beats,
            part: notes[index].part.channel(),
            channel,
            pitch: note.pitch,
            note: index,
            for_part,
        };
        let places = last.iter_mut().enumerate();
        for (other_part, channels) in places {
            let place: &mut Option<usize> =
                &mut channels[usize::from(channel)][usize::from(note.pitch)];
            if other_part == usize::from(part) {
                *place = Some(index);
            } else if let Some(other) = *place
                && notes[other].start < note.start
                && note.start < notes[other].end()
            {
                ends.push(end(note.start.0, other, Some(part)));
            }
        }
        starts.push(ScheduledNote {
            start_beats: note.start.0,
            part,
            channel,
            pitch: note.pitch,
            velocity: note.velocity,
        });
        ends.push(end(note.end().0, index, None));
    }
    ends.sort_by(|a, b| a.beats.total_cmp(&b.beats));
    (starts.into_boxed_slice(), ends.into_boxed_slice())
}
