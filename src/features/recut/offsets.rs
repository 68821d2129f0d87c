//! How far the shots of a clip may have moved.

use std::ops::ControlFlow;

use super::trace::Traces;
use crate::time::Seconds;

/// The most offsets of a shot that are looked at closely.
const MOST: usize = 12;
/// A shot is looked for by one of its frames every so many seconds, at least by three.
const PROBE_SECONDS: f64 = 2.0;
const LEAST_PROBES: usize = 3;
/// The places at which a probe may be that are remembered.
const PLACES: usize = 5;
/// Two places of a probe this close are one.
const PLACE_SECONDS: f64 = 0.5;
/// The old clip is first searched at about this rate.
const COARSE_HZ: f64 = 6.0;
/// The seconds around a probe that decide about its exact place.
const AROUND_SECONDS: f64 = 1.0;
/// The rows of a shot that an offset is judged by.
const JUDGED_ROWS: usize = 48;

/// A way in which a shot may have moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Offset {
    /// How much later its picture is in the old clip, in seconds.
    pub(super) seconds: f64,
    pub(super) kind: Kind,
}

/// What speaks for an offset, besides what it shows; the later the more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Nothing.
    Found,
    /// It begins or ends with a shot of the old clip.
    Aligned,
    /// It has not moved.
    Unmoved,
}

/// How well an offset explains a shot.
#[derive(Clone, Copy, Debug)]
struct Judged {
    offset: Offset,
    /// How much of the shot it explains, 0 to 1.
    explained: f32,
}

/// Returns the offsets that may hold in each shot of the new clip, or `None` if `on_progress`, which is told the share that is done,
/// breaks.
pub(super) fn candidates(
    traces: &Traces,
    old_shots: &[Seconds],
    new_shots: &[Seconds],
    on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
) -> Option<Vec<Vec<Offset>>> {
    let old_ends = ends(old_shots, traces.old.duration);
    let new_ends = ends(new_shots, traces.new.duration);
    let count = new_shots.len() as f64;
    let of_shots: Option<Vec<Vec<Judged>>> = (new_shots.iter().zip(&new_ends).enumerate())
        .map(|(index, (start, end))| {
            if on_progress(index as f64 / count).is_break() {
                return None;
            }
            let aligned = (old_shots.iter().zip(&old_ends))
                .flat_map(|(old_start, old_end)| [old_start.0 - start.0, old_end.0 - end.0]);
            let aligned = aligned.map(|seconds| Offset {
                seconds,
                kind: Kind::Aligned,
            });
            let unmoved = Offset {
                seconds: 0.0,
                kind: Kind::Unmoved,
            };
            let found = found(traces, start.0, end.0)
                .into_iter()
                .map(|seconds| Offset {
                    seconds,
                    kind: Kind::Found,
                });
            let judge = |offset| judged(traces, start.0, end.0, offset);
            Some(best(
                traces,
                aligned
                    .chain([unmoved])
                    .chain(found)
                    .filter_map(judge)
                    .collect(),
            ))
        })
        .collect();
    let of_shots = of_shots?;
    // A shot that goes on from its neighbour is recognised even if nothing moves in it.
    let with_neighbours = (0..of_shots.len()).map(|shot| {
        let mut offsets: Vec<Offset> = of_shots[shot].iter().map(|of| of.offset).collect();
        let neighbours = [shot.checked_sub(1), Some(shot + 1)];
        for neighbour in neighbours.into_iter().flatten() {
            let of_neighbour = of_shots.get(neighbour).map(Vec::as_slice);
            for judged in of_neighbour.unwrap_or_default().iter().take(2) {
                if !offsets
                    .iter()
                    .any(|one| is_near(traces, *one, judged.offset))
                {
                    offsets.push(judged.offset);
                }
            }
        }
        offsets
    });
    Some(with_neighbours.collect())
}

/// Returns where shots end that begin at `starts`.
pub(super) fn ends(starts: &[Seconds], duration: Seconds) -> Vec<Seconds> {
    let next = starts.iter().skip(1).copied();
    next.chain([duration]).collect()
}

fn is_near(traces: &Traces, one: Offset, other: Offset) -> bool {
    (one.seconds - other.seconds).abs() < 0.6 * traces.period()
}

/// Returns the best offsets of a shot, best first. Of those that are as good as the same, the one that most speaks for stays.
fn best(traces: &Traces, mut judged: Vec<Judged>) -> Vec<Judged> {
    judged.sort_by(|a, b| {
        (b.explained.total_cmp(&a.explained)).then(b.offset.kind.cmp(&a.offset.kind))
    });
    let mut kept: Vec<Judged> = Vec::new();
    for one in judged {
        let near = (kept.iter()).position(|other| is_near(traces, other.offset, one.offset));
        match near {
            Some(at) if one.offset.kind > kept[at].offset.kind => {
                kept[at].offset = one.offset;
            }
            None if kept.len() < MOST => kept.push(one),
            _ => {}
        }
    }
    kept
}

/// Judges an offset by rows all over a shot; `None` if it explains nothing.
fn judged(traces: &Traces, start: f64, end: f64, offset: Offset) -> Option<Judged> {
    let rows = traces.new_rows(start, end);
    let step = (rows.len() / JUDGED_ROWS).max(1);
    let count = rows.len().div_ceil(step).max(1);
    let explained = rows.step_by(step).map(|row| {
        let difference = traces.difference_at(row, offset.seconds);
        difference.map_or(0.0, |difference| (1.0 - difference / traces.apart).max(0.0))
    });
    let explained = explained.sum::<f32>() / count as f32;
    (explained > 0.0).then_some(Judged { offset, explained })
}

/// Looks for frames of a shot all over the old clip, and returns how much later they are there.
fn found(traces: &Traces, start: f64, end: f64) -> Vec<f64> {
    let probes = ((end - start) / PROBE_SECONDS)
        .ceil()
        .max(LEAST_PROBES as f64);
    let probe = |index: usize| start + (index as f64 + 0.5) / probes * (end - start);
    let rows = (0..probes as usize).filter_map(|index| traces.new.row_at(probe(index)));
    rows.flat_map(|row| {
        let places = places(traces, row).into_iter();
        places.map(move |place| exact(traces, start, end, row, place))
    })
    .collect()
}

/// Returns the rows of the old clip that look most like a row of the new one.
fn places(traces: &Traces, row: usize) -> Vec<usize> {
    let step = (traces.old.rate_hz / COARSE_HZ).floor().max(1.0) as usize;
    let mut all: Vec<(f32, usize)> = (0..traces.old.rows())
        .step_by(step)
        .map(|old| (traces.difference(old, row), old))
        .filter(|(difference, _)| *difference < 2.0 * traces.apart)
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let apart = (PLACE_SECONDS * traces.old.rate_hz).ceil() as usize;
    let mut places: Vec<usize> = Vec::new();
    for (_, old) in all {
        if places.len() == PLACES {
            break;
        }
        if places.iter().all(|place| place.abs_diff(old) >= apart) {
            places.push(old);
        }
    }
    places
}

/// Returns the offset near that of two rows at which the seconds around them in the shot agree best.
fn exact(traces: &Traces, start: f64, end: f64, new: usize, old: usize) -> f64 {
    let middle = traces.new.middle(new);
    let rough = traces.old.middle(old) - middle;
    let rows = traces.new_rows(
        (middle - AROUND_SECONDS).max(start),
        (middle + AROUND_SECONDS).min(end),
    );
    let disagreement = |offset: f64| {
        let differences = rows.clone().map(|row| {
            let difference = traces.difference_at(row, offset);
            difference.map_or(traces.apart, |difference| {
                difference.min(2.0 * traces.apart)
            })
        });
        differences.sum::<f32>()
    };
    let reach = (traces.old.rate_hz / COARSE_HZ).floor().max(1.0) as i32 + 1;
    let near = (-reach..=reach).map(|by| rough + f64::from(by) / traces.old.rate_hz);
    let near = near.map(|offset| (disagreement(offset), offset));
    near.min_by(|a, b| {
        let by_distance = || (a.1 - rough).abs().total_cmp(&(b.1 - rough).abs());
        a.0.total_cmp(&b.0).then_with(by_distance)
    })
    .map_or(rough, |(_, offset)| offset)
}
