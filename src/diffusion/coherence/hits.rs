//! Hits: onsets around a hit gather on it.

use super::StepHit;

/// How far away in sixteenths an onset may lie to be drawn to a hit.
const REACH_STEPS: usize = 2;
/// The share of a neighbouring onset that a hit of full strength draws to itself, in each sampling step.
const DRAWN: f32 = 0.6;
/// How much a hit of full strength raises the onsets that already lie on it.
const RAISED: f32 = 0.6;

/// Draws onsets within [`REACH_STEPS`] to the hit's step and raises those on it, in a roll `[2, steps, pitches]`. A note that
/// began before the hit sustains from there only, one that began after it from the hit to where it began.
pub(super) fn gather(roll: &mut [f32], pitches: usize, hit: StepHit) {
    let half = roll.len() / 2;
    let (onset, sustain) = roll.split_at_mut(half);
    let steps = half / pitches;
    let at = hit.step.0 as usize;
    if at >= steps {
        return;
    }
    let share = DRAWN * hit.strength;
    let near = at.saturating_sub(REACH_STEPS)..(at + REACH_STEPS + 1).min(steps);
    for pitch in 0..pitches {
        let cell = |step: usize| step * pitches + pitch;
        for from in near.clone().filter(|from| *from != at) {
            let moved = share * onset[cell(from)].max(0.0);
            if moved == 0.0 {
                continue;
            }
            onset[cell(from)] -= moved;
            onset[cell(at)] += moved;
            for step in at + 1..=from {
                sustain[cell(step)] = sustain[cell(step)].max(moved);
            }
            for step in from + 1..=at {
                sustain[cell(step)] *= 1.0 - share;
            }
        }
        let on = &mut onset[cell(at)];
        if *on > 0.0 {
            *on *= 1.0 + RAISED * hit.strength;
        }
    }
}
