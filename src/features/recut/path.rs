//! The best offset at every moment of a clip.

use super::offsets::{Kind, Offset};
use super::trace::Traces;
use super::{SAME, Stretch};
use crate::time::Seconds;

/// What a change of offset costs within a shot, and where the picture cuts, in rows that show another picture.
const CHANGE_IN_SHOT: f32 = 7.0;
const CHANGE_AT_CUT: f32 = 0.5;
/// What an offset costs a row that neither begins nor ends with a shot, in levels.
const TRIMMED_AT_BOTH_ENDS: f32 = 0.25;

/// What a row shows: the picture at an offset, or `None` for a new one.
type Choice = Option<f64>;

/// The cheapest way to a row that ends with a choice.
#[derive(Clone, Copy)]
struct Way {
    cost: f32,
    choice: Choice,
    /// The index of the choice of the row before.
    from: usize,
}

/// Returns the stretches of the new clip, of which each shot has one of the offsets of `candidates`, or several, or none.
pub(super) fn best(
    traces: &Traces,
    new_shots: &[Seconds],
    candidates: &[Vec<Offset>],
) -> Vec<Stretch> {
    let ways = ways(traces, new_shots, candidates);
    let mut choices = Vec::with_capacity(ways.len());
    let mut at = ways.last().map_or(0, |last| cheapest(last));
    for row in ways.iter().rev() {
        choices.push(row[at].choice);
        at = row[at].from;
    }
    choices.reverse();
    stretches(traces, new_shots, &choices)
}

fn cheapest(ways: &[Way]) -> usize {
    let costs = ways.iter().enumerate();
    costs
        .min_by(|a, b| a.1.cost.total_cmp(&b.1.cost))
        .map_or(0, |(index, _)| index)
}

fn is_same(traces: &Traces, one: Choice, other: Choice) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() < 0.6 * traces.period(),
        (None, None) => true,
        _ => false,
    }
}

/// Returns for every row the cheapest ways to each of its choices.
fn ways(traces: &Traces, new_shots: &[Seconds], candidates: &[Vec<Offset>]) -> Vec<Vec<Way>> {
    let mut all: Vec<Vec<Way>> = Vec::with_capacity(traces.new.rows());
    let first_rows: Vec<usize> = (new_shots.iter())
        .map(|start| traces.new_rows(start.0, f64::INFINITY).start)
        .collect();
    let mut shot = 0;
    for row in 0..traces.new.rows() {
        let shot_before = shot;
        while first_rows.get(shot + 1).is_some_and(|&first| first <= row) {
            shot += 1;
        }
        let change = match shot == shot_before {
            true => CHANGE_IN_SHOT,
            false => CHANGE_AT_CUT,
        } * traces.apart;
        let offsets = candidates.get(shot).map(Vec::as_slice).unwrap_or_default();
        let matched = offsets.iter().filter_map(|offset| {
            let difference = traces.difference_at(row, offset.seconds)?;
            let extra = match offset.kind {
                Kind::Found => TRIMMED_AT_BOTH_ENDS,
                Kind::Aligned | Kind::Unmoved => 0.0,
            };
            let cost = difference.min(3.0 * traces.apart) + extra;
            Some((Some(offset.seconds), cost))
        });
        let choices = matched.chain([(None, traces.apart)]);
        let before = all.last();
        let cheapest_before = before.map_or(0, |before| cheapest(before));
        let row = choices.map(|(choice, cost)| {
            let Some(before) = before else {
                return Way {
                    cost,
                    choice,
                    from: 0,
                };
            };
            let going_on = (before.iter().enumerate())
                .filter(|(_, way)| is_same(traces, way.choice, choice))
                .min_by(|a, b| a.1.cost.total_cmp(&b.1.cost))
                .map(|(index, way)| (way.cost, index));
            let changed = (before[cheapest_before].cost + change, cheapest_before);
            let (so_far, from) = match going_on {
                Some(going_on) if going_on.0 <= changed.0 => going_on,
                _ => changed,
            };
            Way {
                cost: so_far + cost,
                choice,
                from,
            }
        });
        let row = row.collect();
        all.push(row);
    }
    all
}

/// Joins rows of one choice. Where the choice changes with a shot, the stretch begins with it.
fn stretches(traces: &Traces, new_shots: &[Seconds], choices: &[Choice]) -> Vec<Stretch> {
    let end = traces.new.duration;
    let mut starts: Vec<(Seconds, Choice)> = Vec::new();
    for (row, &choice) in choices.iter().enumerate() {
        match starts.last() {
            Some(&(_, last)) if is_same(traces, last, choice) => {}
            _ => {
                let at = row as f64 / traces.new.rate_hz;
                let cuts = new_shots.iter().map(|cut| cut.0);
                let near = cuts.filter(|cut| (cut - at).abs() <= 0.75 / traces.new.rate_hz);
                let near = near.min_by(|a, b| (a - at).abs().total_cmp(&(b - at).abs()));
                starts.push((Seconds(near.unwrap_or(at)), choice));
            }
        }
    }
    let mut stretches: Vec<Stretch> = Vec::new();
    for (index, &(start, choice)) in starts.iter().enumerate() {
        let new_end = starts.get(index + 1).map_or(end, |(next, _)| *next);
        if new_end.0 - start.0 > SAME {
            stretches.push(Stretch {
                new_start: start,
                new_end,
                old_start: choice.map(|offset| Seconds((start.0 + offset).max(0.0))),
            });
        }
    }
    if let Some(first) = stretches.first_mut() {
        first.new_start = Seconds(0.0);
    }
    stretches
}
