//! The distribution of the cues of training music, which defines the scale of a network's cues.

use rayon::prelude::*;

use crate::dataset::pop909::Song;
use crate::diffusion::config::CUE_QUANTILES;
use crate::music::cues::{BeatCues, Cue};
use crate::music::piano_roll::PitchRange;

/// How much the last quantile is raised; the others are raised in proportion. This makes equal quantiles differ, so that a
/// value shared by many beats is placed at the lowest of its quantiles: no accent is placed at −1.
const RISE: f32 = 1e-4;

/// Returns the cues of the beats of all windows of `songs`, untransposed.
pub(super) fn beat_cues(songs: &[Song], pitches: PitchRange) -> Vec<BeatCues> {
    let windows = songs
        .par_iter()
        .flat_map_iter(|song| song.segment_starts.iter().map(move |&start| (song, start)));
    windows
        .flat_map_iter(|(song, start)| song.window(start, pitches).cues)
        .collect()
}

/// Returns the quantiles 0, 0.01 … 1 of each of `cues` over `beats`, in the cue's own unit: `[101, cues]`, or empty if there
/// is no beat.
pub(super) fn cue_quantiles(beats: &[BeatCues], cues: &[Cue]) -> Vec<Vec<f32>> {
    let columns: Vec<Vec<f32>> = (cues.iter())
        .map(|&cue| quantiles(beats.iter().map(|beat| beat.get(cue)).collect()))
        .collect();
    let rows = columns.first().map_or(0, Vec::len);
    (0..rows)
        .map(|row| columns.iter().map(|column| column[row]).collect())
        .collect()
}

/// Returns the quantiles of `values`, interpolated linearly between ranks.
fn quantiles(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_unstable_by(f32::total_cmp);
    let Some(last) = values.len().checked_sub(1) else {
        return Vec::new();
    };
    (0..CUE_QUANTILES)
        .map(|index| {
            let rank = index * last;
            let (below, rest) = (rank / (CUE_QUANTILES - 1), rank % (CUE_QUANTILES - 1));
            let share = rest as f32 / (CUE_QUANTILES - 1) as f32;
            let (low, high) = (values[below], values[(below + 1).min(last)]);
            low + (high - low) * share + RISE * index as f32 / (CUE_QUANTILES - 1) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_interpolated_between_ranks() {
        let found = quantiles(vec![3.0, 0.0, 1.0]);
        assert_eq!(found.len(), CUE_QUANTILES);
        for (index, value) in [(0, 0.0), (25, 0.5), (50, 1.0), (75, 2.0), (100, 3.0)] {
            assert!((found[index] - value).abs() < 2.0 * RISE, "{index}");
        }
        let alike = quantiles(vec![2.0; 7]);
        assert!(alike.is_sorted_by(|low, high| low < high));
        assert!(quantiles(Vec::new()).is_empty());
    }
}
