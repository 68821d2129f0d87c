//! Consonance: of two tones that sound a semitone (or a minor ninth) apart, the weaker is lowered.

use crate::music::chord::Chord;
use crate::time::STEPS_PER_BEAT;

/// Dissonant intervals in semitones: the minor second and the minor ninth. The major seventh is allowed.
const DISSONANCES: [usize; 2] = [1, 13];

/// Lowers each cell of a roll `[2, steps, pitches]`, whose number of pitches and lowest pitch are given, by `share` times the strongest
/// tone in the same step that is dissonant with it, if that tone is the stronger one. Two tones of the beat's chord do
/// not affect each other.
pub(super) fn lower_dissonances(
    roll: &mut [f32],
    (pitches, pitch_min): (usize, usize),
    chords: &[Option<Chord>],
    share: f32,
) {
    let half = roll.len() / 2;
    let (onset, sustain) = roll.split_at_mut(half);
    let steps = onset
        .chunks_exact_mut(pitches)
        .zip(sustain.chunks_exact_mut(pitches));
    let mut sounding = vec![0.0_f32; pitches];
    for (step, (onset, sustain)) in steps.enumerate() {
        for (sounding, (onset, sustain)) in sounding.iter_mut().zip(onset.iter().zip(&*sustain)) {
            *sounding = super::sounding(*onset, *sustain);
        }
        let beat = step / STEPS_PER_BEAT as usize;
        let chord = chords.get(beat).and_then(Option::as_ref);
        let belongs =
            |column: usize| chord.is_some_and(|chord| chord.classes[(pitch_min + column) % 12]);
        for column in 0..pitches {
            let rivals = DISSONANCES.iter().flat_map(|&apart| {
                let below = column.checked_sub(apart);
                let above = Some(column + apart).filter(|&above| above < pitches);
                below.into_iter().chain(above)
            });
            let strongest = rivals
                .filter(|&rival| !(belongs(column) && belongs(rival)))
                .map(|rival| sounding[rival])
                .fold(0.0, f32::max);
            if strongest > sounding[column] {
                onset[column] *= 1.0 - share * strongest;
                sustain[column] *= 1.0 - share * strongest;
            }
        }
    }
}
