//! The tune on top: where it sounds, the accompaniment above it steps back.

use super::sounding;

/// Lowers each cell of `accompaniment`, both rolls `[2, steps, pitches]`, by `share` times the strongest tone of `lead` at or
/// below its pitch in the same step.
pub(super) fn clear(lead: &[f32], accompaniment: &mut [f32], pitches: usize, share: f32) {
    let half = lead.len() / 2;
    let (lead_onset, lead_sustain) = lead.split_at(half);
    let (onset, sustain) = accompaniment.split_at_mut(half);
    let lead = (lead_onset.chunks_exact(pitches)).zip(lead_sustain.chunks_exact(pitches));
    let steps = (onset.chunks_exact_mut(pitches)).zip(sustain.chunks_exact_mut(pitches));
    for ((lead_onset, lead_sustain), (onset, sustain)) in lead.zip(steps) {
        let mut below = 0.0_f32;
        for pitch in 0..pitches {
            below = below.max(sounding(lead_onset[pitch], lead_sustain[pitch]));
            let factor = 1.0 - share * below;
            onset[pitch] *= factor;
            sustain[pitch] *= factor;
        }
    }
}
