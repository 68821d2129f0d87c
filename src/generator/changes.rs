//! Where the picture changes, on the timeline of a draft.

use super::Settings;
use super::length::{bars_for, placement};
use crate::features::{ClipFeatures, Transition};
use crate::time::{Beats, Seconds};

/// Returns the clip's cuts on a draft's timeline, sorted.
pub fn cuts(clip: &ClipFeatures, settings: &Settings) -> Vec<Beats> {
    within_piece(clip.shots.iter().copied(), clip, settings)
}

/// Returns the middle of each of the clip's gradual changes on a draft's timeline, sorted.
pub(super) fn turns(clip: &ClipFeatures, settings: &Settings) -> Vec<Beats> {
    let middle = |change: &Transition| Seconds(0.5 * (change.start.0 + change.end.0));
    within_piece(clip.transitions.iter().map(middle), clip, settings)
}

/// Returns times of the clip on a draft's timeline, sorted, without those outside the piece.
fn within_piece(
    times: impl Iterator<Item = Seconds>,
    clip: &ClipFeatures,
    settings: &Settings,
) -> Vec<Beats> {
    let (placement, bars) = (placement(settings), bars_for(clip.duration, settings));
    let piece = Beats(0.0)..settings.metre.length(bars);
    let mut beats: Vec<Beats> = times
        .map(|time| placement.beat_at(time))
        .filter(|beat| piece.contains(beat))
        .collect();
    beats.sort_by(|a, b| a.0.total_cmp(&b.0));
    beats
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::TransitionKind;

    #[test]
    fn a_turn_is_the_middle_of_a_gradual_change_within_the_piece() {
        let change = |start: f64, end: f64| Transition {
            start: Seconds(start),
            end: Seconds(end),
            kind: TransitionKind::Dissolve,
        };
        let clip = ClipFeatures {
            duration: Seconds(8.0),
            shots: vec![Seconds(5.0)],
            transitions: vec![change(2.0, 3.0), change(7.0, 7.5)],
            ..ClipFeatures::default()
        };
        // At 120 BPM, a second has two beats.
        let settings = Settings::default();
        assert_eq!(turns(&clip, &settings), [Beats(5.0), Beats(14.5)]);
        assert_eq!(cuts(&clip, &settings), [Beats(10.0)]);
    }
}
