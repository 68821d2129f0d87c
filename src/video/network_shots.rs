//! Cuts and gradual changes from what the network says of each frame.

use std::ops::Range;

use super::shot_finder::Changes;
use super::transitions::in_order;
use crate::features::{Transition, TransitionKind};
use crate::shot_network::Likelihood;
use crate::time::Seconds;

/// What is likelier than this counts.
const LIKELY: f32 = 0.5;
/// A change that takes longer is gradual.
const LONGEST_CUT_SECONDS: f64 = 0.2;

/// Returns the changes of a clip whose frames are shown at `times`, the last until `end`. `plain` says which frames show
/// next to nothing.
pub(super) fn changes(
    said: &[Likelihood],
    plain: &[bool],
    times: &[Seconds],
    end: Seconds,
) -> Changes {
    let time = |frame: usize| times.get(frame).copied().unwrap_or(end);
    let mut changes = Changes::default();
    let is_last = |frame: usize| said[frame].is_last > LIKELY;
    for run in runs(said.len(), is_last) {
        let around = around(said, &run);
        let surest = run.max_by(|&a, &b| said[a].is_last.total_cmp(&said[b].is_last));
        // Of a cut, only the frame before it and perhaps the one after it belong to the change.
        let (start, over) = (time(around.start), time(around.end));
        let is_gradual = around.len() > 2 && over.0 - start.0 > LONGEST_CUT_SECONDS;
        match surest {
            Some(last) if !is_gradual && last + 1 < said.len() => changes.cuts.push(last + 1),
            Some(_) if is_gradual => {
                for (frames, kind) in kinds(&around, plain) {
                    changes.transitions.push(Transition {
                        start: time(frames.start),
                        end: time(frames.end),
                        kind,
                    });
                }
            }
            _ => {}
        }
    }
    changes.transitions.dedup();
    in_order(&mut changes.transitions, end);
    changes
}

/// Returns the runs of frames, of `count`, that are `wanted`.
fn runs(count: usize, wanted: impl Fn(usize) -> bool) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for frame in (0..count).filter(|&frame| wanted(frame)) {
        match runs.last_mut() {
            Some(run) if run.end == frame => run.end += 1,
            _ => runs.push(frame..frame + 1),
        }
    }
    runs
}

/// Returns the frames around a run that belong to its change.
fn around(said: &[Likelihood], run: &Range<usize>) -> Range<usize> {
    let is_change = |said: &&Likelihood| said.is_change > LIKELY;
    let before = said[..run.start].iter().rev().take_while(is_change).count();
    let after = said[run.end..].iter().take_while(is_change).count();
    run.start - before..run.end + after
}

/// Divides a gradual change: a shot may fade out and another fade in.
fn kinds(change: &Range<usize>, plain: &[bool]) -> Vec<(Range<usize>, TransitionKind)> {
    let is_plain = |frame: usize| plain.get(frame).copied().unwrap_or(false);
    let seen = change.start.saturating_sub(1)..(change.end + 1).min(plain.len());
    let plain: Vec<usize> = seen.filter(|&frame| is_plain(frame)).collect();
    let (Some(&first), Some(&last)) = (plain.first(), plain.last()) else {
        return vec![(change.clone(), TransitionKind::Dissolve)];
    };
    let out = change.start..first.clamp(change.start, change.end);
    let into = last.clamp(change.start, change.end)..change.end;
    [
        (out, TransitionKind::FadeOut),
        (into, TransitionKind::FadeIn),
    ]
    .into_iter()
    .filter(|(frames, _)| frames.len() > 1)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the changes of a clip of 24 frames a second; `said` has a character per frame: `.` for no change, `~` for part
    /// of one, `|` for its last frame; `plain` has `_` for frames that are plain.
    fn found(said: &str, plain: &str) -> (Vec<usize>, Vec<(usize, usize, &'static str)>) {
        let likelihood = |character| Likelihood {
            is_last: if character == '|' { 0.9 } else { 0.1 },
            is_change: if character == '.' { 0.1 } else { 0.9 },
        };
        let said: Vec<Likelihood> = said.chars().map(likelihood).collect();
        let plain: Vec<bool> = plain.chars().map(|character| character == '_').collect();
        let time = |frame: usize| Seconds(frame as f64 / 24.0);
        let times: Vec<Seconds> = (0..said.len()).map(time).collect();
        let changes = changes(&said, &plain, &times, time(said.len()));
        let frame = |time: Seconds| (time.0 * 24.0).round() as usize;
        let transitions = changes.transitions.iter();
        let transitions = transitions.map(|t| (frame(t.start), frame(t.end), t.kind.name()));
        (changes.cuts, transitions.collect())
    }

    #[test]
    fn the_frame_after_the_last_of_a_shot_is_a_cut() {
        assert_eq!(found("....|...|~....", ""), (vec![5, 9], vec![]));
    }

    #[test]
    fn a_long_change_is_a_dissolve_and_no_cut() {
        let dissolve = (3, 11, "dissolve");
        assert_eq!(found("...~~~||~~~....", ""), (vec![], vec![dissolve]));
        // Two surest frames of one change are one transition.
        assert_eq!(found("...~~|~|~~~....", ""), (vec![], vec![dissolve]));
    }

    #[test]
    fn a_change_through_black_is_a_fade_out_and_a_fade_in() {
        let fades = vec![(2, 6, "fade-out"), (7, 12, "fade-in")];
        assert_eq!(found("..~~~~|~~~~~...", "      __       "), (vec![], fades));
        let out = vec![(2, 8, "fade-out")];
        assert_eq!(
            found("..~~~~|~", "        "),
            (vec![], vec![(2, 8, "dissolve")])
        );
        assert_eq!(found("..~~~~|~.", "        _"), (vec![], out));
    }

    #[test]
    fn a_clip_that_ends_with_a_shot_has_no_cut_there() {
        assert_eq!(found("......|", ""), (vec![], vec![]));
        assert_eq!(found("", ""), (vec![], vec![]));
    }
}
