//! Groove: bars share their rhythm.

/// Lower bound on the use of the most used sixteenth, to avoid dividing by 0 in a silent roll.
const LEAST_USE: f32 = 1e-3;
/// How much more a missing onset is raised than an extra one is lowered, so that no notes are lost in all.
const RAISE: f32 = 4.0;

/// Favours onsets on the sixteenths of the bar that most bars use, in an onset plane `[steps, pitches]`, by `share`.
pub(super) fn favour_common(onset: &mut [f32], pitches: usize, bar_steps: usize, share: f32) {
    let usage = usage(onset, pitches, bar_steps);
    for (step, row) in onset.chunks_exact_mut(pitches).enumerate() {
        let factor = 1.0 + share * (usage[step % bar_steps] - 0.5);
        row.iter_mut().for_each(|value| *value *= factor);
    }
}

/// Draws the onsets of each bar towards the rhythm that the bars have in common, by `share`: a sixteenth that is stronger in
/// a bar than in the mean of all bars is lowered, one that is weaker is raised, and what agrees stays as it is.
pub(super) fn hold_figure(onset: &mut [f32], pitches: usize, bar_steps: usize, share: f32) {
    let strengths: Vec<f32> = onset.chunks_exact(pitches).map(strength).collect();
    let bars = strengths.len() / bar_steps;
    if bars == 0 {
        return;
    }
    let mut mean = vec![0.0_f32; bar_steps];
    for (step, strength) in strengths[..bars * bar_steps].iter().enumerate() {
        mean[step % bar_steps] += strength / bars as f32;
    }
    for (step, row) in onset.chunks_exact_mut(pitches).enumerate() {
        let missing = mean[step % bar_steps] - strengths[step];
        let reach = if missing > 0.0 { RAISE } else { 1.0 };
        let factor = 1.0 + share * reach * missing;
        row.iter_mut().for_each(|value| *value *= factor);
    }
}

/// Returns how much each sixteenth of the bar is used for onsets, relative to the most used one.
fn usage(onset: &[f32], pitches: usize, bar_steps: usize) -> Vec<f32> {
    let mut usage = vec![0.0_f32; bar_steps];
    for (step, row) in onset.chunks_exact(pitches).enumerate() {
        usage[step % bar_steps] += strength(row);
    }
    let most = usage.iter().fold(LEAST_USE, |max, value| max.max(*value));
    usage.iter().map(|value| value / most).collect()
}

/// Returns the value of a sixteenth's strongest onset, 0 to 1.
fn strength(row: &[f32]) -> f32 {
    row.iter()
        .fold(0.0_f32, |max, value| max.max(*value))
        .min(1.0)
}
