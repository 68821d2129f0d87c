//! Painted notes give way to kept ones.

use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::piano_roll::RollPart;

/// Returns the part that `part` is painted as; undivided music counts as accompaniment.
pub(super) fn painted_part(part: Part) -> RollPart {
    match RollPart::from(part) {
        RollPart::All => RollPart::Accompaniment,
        part => part,
    }
}

/// Shortens or drops notes where a kept note of the same pitch and part, or channel, sounds.
pub fn give_way(painted: Vec<Note>, kept: &[Note]) -> Vec<Note> {
    let rivals = |note: &Note| {
        let (part, pitch, channel) = (painted_part(note.part), note.pitch, note.part.channel());
        kept.iter().filter(move |other| {
            let is_near = painted_part(other.part) == part || other.part.channel() == channel;
            is_near && other.pitch == pitch
        })
    };
    let mut notes = painted;
    notes.retain_mut(|note| {
        for other in rivals(note) {
            if other.start.0 <= note.start.0 && note.start.0 < other.end().0 {
                return false;
            }
            if note.start.0 < other.start.0 && other.start.0 < note.end().0 {
                note.length = other.start - note.start;
            }
        }
        true
    });
    notes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Beats;

    #[test]
    fn painted_notes_give_way_to_kept_ones_of_their_part_and_pitch() {
        let note = |start: f64, length: f64, part| Note {
            start: Beats(start),
            length: Beats(length),
            pitch: 60,
            velocity: 80,
            part,
        };
        let kept = [note(2.0, 2.0, Part::Lead)];
        let painted = vec![
            note(0.0, 4.0, Part::Lead),
            note(3.0, 1.0, Part::Lead),
            note(3.0, 1.0, Part::Chords),
        ];
        let left = give_way(painted, &kept);
        assert_eq!(
            left,
            [note(0.0, 2.0, Part::Lead), note(3.0, 1.0, Part::Chords)]
        );
    }
}
