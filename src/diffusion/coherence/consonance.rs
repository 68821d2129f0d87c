//! Tones that rub: of two that sound a semitone apart, the fainter gives way, as a player lets go of a key.

use crate::music::chord::Chord;
use crate::time::STEPS_PER_BEAT;

/// Semitones apart at which tones rub: a minor second and a minor ninth. A major seventh does not.
const RUBS: [usize; 2] = [1, 13];

/// Lowers each cell of a roll `[2, steps, pitches]`, with `pitch_min` as its lowest pitch, by `share` of what sounds
/// more strongly in the same step and rubs with it. Where both are tones of the beat's chord they are left as they are.
pub(super) fn give_way(
    roll: &mut [f32],
    pitches: usize,
    pitch_min: usize,
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
            *sounding = onset.max(*sustain).clamp(0.0, 1.0);
        }
        let beat = step / STEPS_PER_BEAT as usize;
        let chord = chords.get(beat).and_then(Option::as_ref);
        let belongs =
            |column: usize| chord.is_some_and(|chord| chord.classes[(pitch_min + column) % 12]);
        for column in 0..pitches {
            let rivals = RUBS.iter().flat_map(|&apart| {
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
