//! Scales: pitches outside are lowered.

use crate::music::scale::Scale;

/// Lowers the cells of a roll, whose number of pitches and lowest pitch are given, outside `scale` by `share`.
pub(super) fn hold(
    roll: &mut [f32],
    (pitches, pitch_min): (usize, usize),
    scale: Scale,
    share: f32,
) {
    let classes = scale.classes();
    for (cell, value) in roll.iter_mut().enumerate() {
        if !classes[(pitch_min + cell % pitches) % 12] {
            *value *= 1.0 - share;
        }
    }
}

/// Returns the tonic of the major scale with the least weight outside it, the lowest if several are equal. A pitch
/// weighs the sum of squares of its positive values.
pub(super) fn best_tonic(roll: &[f32], (pitches, pitch_min): (usize, usize)) -> u8 {
    let mut weight = vec![0.0_f64; pitches];
    for row in roll.chunks_exact(pitches) {
        for (weight, value) in weight.iter_mut().zip(row) {
            *weight += f64::from(value.max(0.0).powi(2));
        }
    }
    let outside = |tonic: u8| -> f64 {
        let inside = Scale::major(tonic).classes();
        let outside = (0..pitches).filter(|column| !inside[(pitch_min + column) % 12]);
        outside.map(|column| weight[column]).sum()
    };
    let weights: Vec<f64> = (0..12).map(outside).collect();
    (0..12).fold(0, |best, tonic| {
        if weights[usize::from(tonic)] < weights[usize::from(best)] {
            tonic
        } else {
            best
        }
    })
}
