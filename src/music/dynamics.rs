//! Velocities from metre, phrase, voice and picture; a deterministic model.
//!
//! velocity = [`BASE_VELOCITY`] + metre + phrase + voice + energy + accent, from [`MIN_VELOCITY`] to [`MAX_VELOCITY`]:
//!
//! | term | adds |
//! |---|---|
//! | metre | first beat of the bar +4, third +2, second and fourth 0, off-beat eighths −3, other sixteenths −5 |
//! | phrase | −3 at the start of four bars, rising to +3 in the middle of the third, then falling |
//! | voice | top +9, inner −6, bass −5 |
//! | energy | −24 to +24, gliding from beat to beat |
//! | accent | up to +14 on the beat, half of it within the rest of the beat |
//!
//! Metre is small and the top voice stands out, as in POP909: there melodies are played about 10 above the mean and the
//! bass 8 below, while the places in a bar differ by 3.

mod parts;

use crate::music::note::Note;
use crate::music::voice::{Voice, voices};
use crate::time::{BARS_PER_PHRASE, BEATS_PER_BAR, STEPS_PER_BEAT};

pub(in crate::music) use parts::phrase;
pub use parts::shape_parts;

/// The velocity of every note of the published networks.
pub const PUBLISHED_VELOCITY: u8 = 80;
/// The velocity before any term.
pub const BASE_VELOCITY: f32 = 77.0;
/// The softest velocity.
pub const MIN_VELOCITY: u8 = 34;
/// The loudest velocity.
pub const MAX_VELOCITY: u8 = 118;

/// The length of a phrase, and its loudest beat.
const PHRASE_BEATS: f64 = (BARS_PER_PHRASE * BEATS_PER_BAR) as f64;
const PHRASE_PEAK: f64 = 10.0;
const PHRASE_RANGE: f64 = 3.0;
const ENERGY_RANGE: f32 = 24.0;
const ACCENT_RANGE: f32 = 14.0;

/// What the picture or the user asks of each beat. Beats beyond a curve and NaN count as 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct BeatCurves<'a> {
    /// The energy, −1 to 1.
    pub energy: &'a [f32],
    /// The strength of an accent on the beat, 0 to 1.
    pub accent: &'a [f32],
}

/// Sets the velocities of `notes`, which are sorted by start; a bar of 4/4 starts at beat 0.
pub fn shape(notes: &mut [Note], curves: &BeatCurves) {
    let voices = voices(notes);
    for (note, voice) in notes.iter_mut().zip(voices) {
        let velocity = BASE_VELOCITY
            + metre(note.start.0)
            + phrase_term(note.start.0)
            + weight(voice)
            + ENERGY_RANGE * energy(curves.energy, note.start.0)
            + ACCENT_RANGE * accent(curves.accent, note.start.0);
        note.velocity = (velocity.round() as u8).clamp(MIN_VELOCITY, MAX_VELOCITY);
    }
}

/// Returns the metre term, by the nearest sixteenth of the bar.
fn metre(start_beats: f64) -> f32 {
    let step = (start_beats * f64::from(STEPS_PER_BEAT)).round() as u32;
    let beat = step / STEPS_PER_BEAT % BEATS_PER_BAR;
    match (step % STEPS_PER_BEAT, beat) {
        (0, 0) => 4.0,
        (0, 2) => 2.0,
        (0, _) => 0.0,
        (2, _) => -3.0,
        _ => -5.0,
    }
}

/// Returns the phrase term, by the place in four bars.
fn phrase_term(start_beats: f64) -> f32 {
    let beat = start_beats.rem_euclid(PHRASE_BEATS);
    let share = if beat < PHRASE_PEAK {
        beat / PHRASE_PEAK
    } else {
        (PHRASE_BEATS - beat) / (PHRASE_BEATS - PHRASE_PEAK)
    };
    (PHRASE_RANGE * (2.0 * share - 1.0)) as f32
}

fn weight(voice: Voice) -> f32 {
    match voice {
        Voice::Top => 9.0,
        Voice::Inner => -6.0,
        Voice::Bass => -5.0,
    }
}

/// Returns the energy at a beat, interpolated between whole beats.
pub(in crate::music) fn energy(curve: &[f32], start_beats: f64) -> f32 {
    let beat = start_beats.floor();
    let within = (start_beats - beat) as f32;
    let here = at(curve, beat as usize).clamp(-1.0, 1.0);
    let next = at(curve, beat as usize + 1).clamp(-1.0, 1.0);
    here + (next - here) * within
}

fn accent(curve: &[f32], start_beats: f64) -> f32 {
    let on_the_beat = start_beats.fract() * f64::from(STEPS_PER_BEAT) < 0.5;
    let strength = at(curve, start_beats as usize).clamp(0.0, 1.0);
    strength * if on_the_beat { 1.0 } else { 0.5 }
}

fn at(curve: &[f32], beat: usize) -> f32 {
    let value = curve.get(beat).copied().unwrap_or(0.0);
    if value.is_nan() { 0.0 } else { value }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::music::part::Part;
    use crate::time::Beats;

    fn line(starts: &[f64]) -> Vec<Note> {
        let note = |&start| Note {
            start: Beats(start),
            length: Beats(0.25),
            pitch: 72,
            velocity: 1,
            part: Part::All,
        };
        starts.iter().map(note).collect()
    }

    fn velocities(mut notes: Vec<Note>, curves: BeatCurves) -> Vec<u8> {
        shape(&mut notes, &curves);
        notes.iter().map(|note| note.velocity).collect()
    }

    #[test]
    fn strong_places_of_the_bar_are_louder() {
        let starts = [0.0, 0.25, 0.5, 1.0, 2.0, 4.0];
        let played = velocities(line(&starts), BeatCurves::default());
        assert_eq!(played, [87, 78, 80, 84, 86, 89]);
    }

    #[test]
    fn a_phrase_of_four_bars_swells_to_its_third() {
        let downbeats = [0.0, 4.0, 8.0, 12.0, 16.0];
        let played = velocities(line(&downbeats), BeatCurves::default());
        assert!(played[0] < played[1] && played[1] < played[2] && played[2] > played[3]);
        assert_eq!(played[4], played[0]);
    }

    #[test]
    fn the_melody_is_louder_than_its_chord() {
        let mut notes = line(&[0.0, 0.0, 0.0]);
        notes[0].pitch = 48;
        notes[1].pitch = 64;
        assert_eq!(velocities(notes, BeatCurves::default()), [73, 72, 87]);
    }

    #[test]
    fn energy_glides_and_accents_are_on_their_beat() {
        let curves = BeatCurves {
            energy: &[-1.0, 1.0],
            accent: &[],
        };
        let played = velocities(line(&[0.0, 0.5, 1.0]), curves);
        assert_eq!(played, [63, 80, 108]);
        let curves = BeatCurves {
            energy: &[],
            accent: &[0.0, 1.0, 0.0],
        };
        let played = velocities(line(&[0.0, 1.0, 1.5, 2.0]), curves);
        assert_eq!(played, [87, 98, 88, 86]);
    }

    #[test]
    fn nan_counts_as_zero() {
        let curves = BeatCurves {
            energy: &[f32::NAN, f32::INFINITY],
            accent: &[f32::NEG_INFINITY],
        };
        let nothing = velocities(line(&[0.0]), BeatCurves::default());
        assert_eq!(velocities(line(&[0.0]), curves), nothing);
    }

    proptest! {
        #[test]
        fn velocities_stay_in_their_range(
            mut starts in prop::collection::vec(0.0f64..64.0, 1..40),
            energy in prop::collection::vec(any::<f32>(), 0..64),
            accent in prop::collection::vec(any::<f32>(), 0..64),
        ) {
            starts.sort_by(f64::total_cmp);
            let curves = BeatCurves { energy: &energy, accent: &accent };
            for velocity in velocities(line(&starts), curves) {
                prop_assert!((MIN_VELOCITY..=MAX_VELOCITY).contains(&velocity));
            }
        }
    }
}
