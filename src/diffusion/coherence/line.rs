//! The line of a lead: one voice that mostly moves by step.
//!
//! A network that is unsure of a note's pitch spreads it over several. Each onset's weight is moved towards pitches that are
//! within easy reach of the notes before and after it, above the accompaniment, and the likeliest, while the weight of each
//! step, and so whether a note starts there, stays about the same. What a note sustains moves with it.

use super::sounding;

/// How much likelier a move of 0, 1 … semitones is to be in real tunes than in unsteered ones: measured for repeats and steps,
/// and estimated between them and leaps.
const REACH: [f32; 8] = [0.8, 1.4, 1.4, 0.9, 0.9, 0.8, 0.6, 0.7];
/// The same for every larger move.
const LEAP: f32 = 0.4;
/// Weights up to this are taken for noise.
const FLOOR: f32 = 0.03;
/// How much a pitch under a full tone of the accompaniment loses.
const COVER: f32 = 0.9;
/// A pitch changes its weight at most by this factor in a step.
const MOST: f32 = 4.0;

/// Steers the roll of a lead, `[2, steps, pitches]`, by `share`, 0 (unchanged) or more. Pitches under what sounds in
/// `accompaniment`, a roll like it, count less.
pub(super) fn steer(roll: &mut [f32], accompaniment: &[f32], pitches: usize, share: f32) {
    let half = roll.len() / 2;
    let (onset, sustain) = roll.split_at_mut(half);
    let weights: Vec<f32> = onset.iter().map(|value| weight(*value)).collect();
    let rows: Vec<&[f32]> = weights.chunks_exact(pitches).collect();
    let before = contexts(rows.iter().copied(), pitches);
    let mut after = contexts(rows.iter().rev().copied(), pitches);
    after.reverse();
    let reach: Vec<f32> = (0..pitches)
        .map(|semitones| REACH.get(semitones).copied().unwrap_or(LEAP))
        .collect();
    let mut carried = vec![1.0_f32; pitches];
    let steps = onset
        .chunks_exact_mut(pitches)
        .zip(sustain.chunks_exact_mut(pitches));
    for (step, (onset, sustain)) in steps.enumerate() {
        let row = rows[step];
        let total: f32 = row.iter().sum();
        if total > 0.0 {
            let covered = covered(accompaniment, step, pitches);
            let most = row.iter().copied().fold(0.0, f32::max);
            let factors: Vec<f32> = (0..pitches)
                .map(|pitch| {
                    if row[pitch] == 0.0 {
                        return 0.0;
                    }
                    let fit = fit(&before[step], &reach, pitch) * fit(&after[step], &reach, pitch);
                    let fit = fit * (1.0 - COVER * covered[pitch]);
                    (fit * (row[pitch] / most)).powf(share)
                })
                .collect();
            let steered: f32 = row.iter().zip(&factors).map(|(w, f)| w * f).sum();
            for pitch in 0..pitches {
                if row[pitch] > 0.0 {
                    let factor = (factors[pitch] * total / steered).clamp(1.0 / MOST, MOST);
                    onset[pitch] *= factor;
                    let strength = row[pitch].min(1.0);
                    carried[pitch] += strength * (factor - carried[pitch]);
                }
            }
        }
        for (value, factor) in sustain.iter_mut().zip(&carried) {
            if *value > 0.0 {
                *value *= factor;
            }
        }
    }
}

/// Returns for each pitch how strongly the accompaniment sounds at or above it in a step, 0 to 1.
fn covered(accompaniment: &[f32], step: usize, pitches: usize) -> Vec<f32> {
    let cells = step * pitches..(step + 1) * pitches;
    let (onset, sustain) = accompaniment.split_at(accompaniment.len() / 2);
    let mut covered: Vec<f32> = (onset[cells.clone()].iter().zip(&sustain[cells]))
        .map(|(onset, sustain)| sounding(*onset, *sustain))
        .collect();
    for pitch in (1..pitches).rev() {
        covered[pitch - 1] = covered[pitch - 1].max(covered[pitch]);
    }
    covered
}

fn weight(value: f32) -> f32 {
    if value > FLOOR { value.min(1.0) } else { 0.0 }
}

/// Returns, before each step in the order given, how the latest note is spread over the pitches; sums to at most 1.
fn contexts<'a>(rows: impl Iterator<Item = &'a [f32]>, pitches: usize) -> Vec<Vec<f32>> {
    let mut latest = vec![0.0_f32; pitches];
    rows.map(|row| {
        let context = latest.clone();
        let total: f32 = row.iter().sum();
        if total > 0.0 {
            let new = total.min(1.0);
            for (latest, weight) in latest.iter_mut().zip(row) {
                *latest = (1.0 - new) * *latest + new * weight / total;
            }
        }
        context
    })
    .collect()
}

/// Returns how well `pitch` is reached from the notes of `context`; 1 if there are none.
fn fit(context: &[f32], reach: &[f32], pitch: usize) -> f32 {
    let mut known = 0.0;
    let mut fit = 0.0;
    for (other, weight) in context.iter().enumerate() {
        if *weight > 0.0 {
            known += weight;
            fit += weight * reach[pitch.abs_diff(other)];
        }
    }
    fit + (1.0 - known.min(1.0))
}
