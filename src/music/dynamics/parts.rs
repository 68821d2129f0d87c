//! How loud each note of a score in parts is played.
//!
//! velocity = 74 + metre + phrase + part + energy + accent, from 12 to 120:
//!
//! | term | adds |
//! |---|---|
//! | metre | downbeat +4, middle of the bar +2, other beats 0, off-beat eighths −3, other sixteenths −5 |
//! | phrase | −5 where four bars begin, rising to +5 at five eighths of them, falling again |
//! | part | lead +11, chords −8, bass −5 |
//! | energy | −36 to +36, gliding from beat to beat |
//! | accent | up to +16 on the beat, half of it within the beat |

use super::{BeatCurves, accent, energy};
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::time::{BARS_PER_PHRASE, STEPS_PER_BEAT};

const BASE: f32 = 74.0;
const SOFTEST: u8 = 12;
const LOUDEST: u8 = 120;
const PHRASE_RANGE: f64 = 5.0;
/// Where a phrase is loudest, as a share of its length.
const PHRASE_PEAK: f64 = 0.625;
const ENERGY_RANGE: f32 = 36.0;
const ACCENT_RANGE: f32 = 16.0;

/// Sets the velocity of each of `notes`, whose first bar begins at beat 0.
pub fn shape_parts(notes: &mut [Note], curves: &BeatCurves, metre: Metre) {
    for note in notes {
        let start_beats = note.start.0;
        let velocity = BASE
            + place_in_bar(start_beats, metre)
            + (PHRASE_RANGE * phrase(start_beats, metre)) as f32
            + weight(note.part)
            + ENERGY_RANGE * energy(curves.energy, start_beats)
            + ACCENT_RANGE * accent(curves.accent, start_beats);
        note.velocity = (velocity.round() as u8).clamp(SOFTEST, LOUDEST);
    }
}

/// Returns the metre term, by the nearest sixteenth of the bar.
fn place_in_bar(start_beats: f64, metre: Metre) -> f32 {
    let bar_steps = metre.bar_steps();
    let step = (start_beats * f64::from(STEPS_PER_BEAT)).round() as u32 % bar_steps;
    let pulse_steps = (metre.pulse().0 * f64::from(STEPS_PER_BEAT)) as u32;
    let has_middle = (bar_steps / pulse_steps).is_multiple_of(2) && bar_steps > 2 * pulse_steps;
    match step {
        0 => 4.0,
        _ if has_middle && 2 * step == bar_steps => 2.0,
        _ if step.is_multiple_of(pulse_steps) => 0.0,
        _ if step.is_multiple_of(2) => -3.0,
        _ => -5.0,
    }
}

/// Returns the place in a phrase of four bars: −1 where it begins, rising to 1 where it is loudest, and falling again.
pub(in crate::music) fn phrase(start_beats: f64, metre: Metre) -> f64 {
    let phrase_beats = f64::from(BARS_PER_PHRASE * metre.bar_beats());
    let place = (start_beats / phrase_beats).rem_euclid(1.0);
    let rise = if place < PHRASE_PEAK {
        place / PHRASE_PEAK
    } else {
        (1.0 - place) / (1.0 - PHRASE_PEAK)
    };
    2.0 * rise - 1.0
}

fn weight(part: Part) -> f32 {
    match part {
        Part::Lead => 11.0,
        Part::All => 0.0,
        Part::Chords => -8.0,
        Part::Bass => -5.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Beats;

    fn velocity(start: f64, part: Part, metre: &str, energy: f32) -> u8 {
        let mut notes = [Note {
            start: Beats(start),
            length: Beats(1.0),
            pitch: 60,
            velocity: 1,
            part,
        }];
        let energy = vec![energy; 64];
        let curves = BeatCurves {
            energy: &energy,
            accent: &[],
        };
        shape_parts(&mut notes, &curves, metre.parse().unwrap());
        notes[0].velocity
    }

    #[test]
    fn the_tune_is_above_the_rest() {
        let [lead, chords, bass] =
            [Part::Lead, Part::Chords, Part::Bass].map(|part| velocity(0.0, part, "4/4", 0.0));
        assert!(lead > bass + 10 && bass > chords, "{lead} {bass} {chords}");
    }

    #[test]
    fn accents_follow_the_metre() {
        let at = |start, metre| velocity(start, Part::Chords, metre, 0.0);
        assert!(at(6.0, "3/4") > at(7.0, "3/4") && at(7.0, "3/4") > at(7.5, "3/4"));
        assert!(
            at(4.5, "6/8") > at(4.0, "6/8"),
            "the second dotted quarter of 6/8 is a pulse"
        );
        assert!(at(6.0, "4/4") > at(5.0, "4/4"));
    }

    #[test]
    fn energy_spans_the_range_of_an_instrument() {
        assert!(velocity(0.0, Part::Chords, "4/4", -1.0) < 32);
        assert!(velocity(10.0, Part::Lead, "4/4", 1.0) >= 119);
    }

    #[test]
    fn a_phrase_swells_and_falls() {
        let at = |bar: f64| velocity(4.0 * bar, Part::Lead, "4/4", 0.0);
        assert!(at(0.0) < at(1.0) && at(1.0) < at(2.0) && at(2.0) > at(3.0));
    }
}
