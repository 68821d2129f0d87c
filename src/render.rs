//! Rendering MIDI files to sound, and movies with that sound.

mod audio;
pub mod instrument;
mod movie;
mod soundfont;

pub use audio::{Audio, RATE_HZ};
pub use movie::write_movie;

use crate::error::{Fault, Result};
use crate::music::midi_file::MidiFile;
use crate::time::Seconds;

use instrument::Instrument;

/// The longest piece that is rendered.
pub const MAX_DURATION: Seconds = Seconds(1800.0);

/// Notes ring on after the end of the piece until they are below this share of full scale for [`TAIL_SILENCE`].
const TAIL_FLOOR: f32 = 2.5e-4;
const TAIL_SILENCE: Seconds = Seconds(0.25);
/// The longest tail.
const MAX_TAIL: Seconds = Seconds(8.0);
/// The fade-out at the end of the tail.
const FADE: Seconds = Seconds(0.05);

/// Checks that `file` is not too long to be played, which needs no instrument.
///
/// # Errors
/// Returns an error if it lasts longer than [`MAX_DURATION`].
pub fn check_duration(file: &MidiFile) -> Result<(), Fault> {
    let duration = file.duration();
    if duration.0 <= MAX_DURATION.0 {
        return Ok(());
    }
    Err(Fault::new(
        format!("{:.0} s of music", duration.0),
        format!(
            "at most {:.0} s; draft fewer bars (`--bars`), or play the file in a DAW",
            MAX_DURATION.0
        ),
    ))
}

/// Plays `file` on `instrument` from start to end, and on until the last note has faded.
///
/// # Errors
/// Returns an error if the file lasts longer than [`MAX_DURATION`].
pub fn render(file: &MidiFile, instrument: &mut Instrument) -> Result<Audio, Fault> {
    check_duration(file)?;
    let duration = file.duration();
    let mut audio = Audio::default();
    for (time, event) in file.timed_events() {
        audio.extend(audio::frames_in(time), instrument);
        instrument.play(event);
    }
    audio.extend(audio::frames_in(duration), instrument);

    let end = audio.frames();
    let step = audio::frames_in(TAIL_SILENCE);
    while audio.frames() < end + audio::frames_in(MAX_TAIL) {
        let from = audio.frames();
        audio.extend(from + step, instrument);
        if audio.peak(from) < TAIL_FLOOR {
            break;
        }
    }
    audio.fade_out(FADE);
    Ok(audio)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::note::Note;
    use crate::music::part::Part;
    use crate::music::score::{RawScore, Score};
    use crate::time::Beats;

    fn rendered(notes: Vec<Note>) -> Audio {
        let score = Score::new(RawScore {
            notes,
            ..RawScore::default()
        });
        let file = MidiFile::parse(&score.unwrap().to_midi("").unwrap()).unwrap();
        render(&file, &mut Instrument::built_in()).unwrap()
    }

    fn note(start: f64, length: f64) -> Note {
        Note {
            start: Beats(start),
            length: Beats(length),
            pitch: 60,
            velocity: 100,
            part: Part::All,
        }
    }

    #[test]
    fn notes_sound_at_their_times() {
        let audio = rendered(vec![note(2.0, 1.0)]);
        let due = audio::frames_in(Seconds(1.0));
        let before: f32 = audio.samples()[..2 * due - 2].iter().map(|s| s.abs()).sum();
        assert_eq!(before, 0.0);
        assert!(audio.peak(due) > 0.01);
    }

    #[test]
    fn the_last_note_rings_on_and_ends_in_silence() {
        let audio = rendered(vec![note(3.0, 1.0)]);
        let bar = audio::frames_in(Seconds(2.0));
        assert!(audio.frames() > bar + audio::frames_in(Seconds(0.1)));
        assert!(audio.peak(bar) > 0.001);
        assert_eq!(audio.samples().last(), Some(&0.0));
    }

    #[test]
    fn a_silent_piece_lasts_to_its_end() {
        let audio = rendered(Vec::new());
        assert!(audio.frames() >= audio::frames_in(Seconds(2.0)));
        assert_eq!(audio.peak(0), 0.0);
    }

    #[test]
    fn a_piece_of_hours_is_refused() {
        let file = MidiFile {
            length: Beats(10_000.0),
            ..MidiFile::default()
        };
        let fault = render(&file, &mut Instrument::built_in()).unwrap_err();
        assert!(fault.found.contains("5000 s"), "{fault}");
        assert!(fault.expected.contains("`--bars`"), "{fault}");
    }
}
