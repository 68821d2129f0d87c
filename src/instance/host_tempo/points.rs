//! Places on the host's tempo map, and the map that goes through them.

use crate::music::tempo_map::{TempoChange, TempoMap};
use crate::player::Sighting;
use crate::time::{Beats, Seconds, Tempo};

/// Beats closer than this are the same.
pub(super) const SAME_BEATS: f64 = 1e-6;
/// The same place seen twice may differ by this much in time, because hosts round.
const SAME_SECONDS: f64 = 2e-3;
/// Tempi that differ by a smaller share are the same.
const SAME_TEMPO: f64 = 1e-6;
/// How far a tempo may lie beyond those at both ends of a stretch in which it changes, as a share.
const TEMPO_SLACK: f64 = 0.02;
/// The grid on which changes of tempo are likely, in parts of a quarter note: sixteenths and triplets.
const LIKELY_PARTS: f64 = 96.0;
/// How far a change may be moved to the grid in time.
const MOST_MOVED: f64 = 1e-4;

/// A place on the host's tempo map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) at: Beats,
    pub(super) time: Seconds,
    pub(super) tempo: Tempo,
    /// Whether the host has played from the point before.
    pub(super) joined: bool,
}

impl Point {
    pub(super) fn of(sighting: &Sighting) -> Self {
        let Sighting {
            at, time, tempo, ..
        } = *sighting;
        Self {
            at,
            time,
            tempo,
            joined: false,
        }
    }

    fn sighting(&self) -> Sighting {
        Sighting {
            at: self.at,
            time: self.time,
            tempo: self.tempo,
            continues: self.joined,
        }
    }

    pub(super) fn is_at_time_of(&self, other: &Self) -> bool {
        (self.time - other.time).0.abs() <= SAME_SECONDS
    }

    /// Returns whether one tempo holds at this point and at a later one, and leads from here to there.
    pub(super) fn goes_on_to(&self, later: &Self) -> bool {
        self.has_same_tempo(later) && self.sighting().leads_to(&later.sighting())
    }

    /// Returns whether its tempo leads here from beat 0 at second 0.
    pub(super) fn is_from_origin(&self) -> bool {
        self.sighting().time_at(Beats(0.0)).0.abs() <= SAME_SECONDS
    }

    /// Returns whether any tempo leads from here to a later point.
    pub(super) fn can_lead_to(&self, later: &Self) -> bool {
        mean_tempo(self, later).is_some()
    }

    fn has_same_tempo(&self, other: &Self) -> bool {
        let ratio = self.tempo.bpm() / other.tempo.bpm();
        (ratio - 1.0).abs() <= SAME_TEMPO
    }

    /// Returns whether its tempo is that of a point, or between the tempi of that one and those `around` it.
    pub(super) fn has_tempo_of<'a>(
        &self,
        point: &Self,
        around: impl IntoIterator<Item = &'a Self>,
    ) -> bool {
        let bpm = point.tempo.bpm();
        let (mut low, mut high) = (bpm, bpm);
        for other in around {
            low = low.min(other.tempo.bpm());
            high = high.max(other.tempo.bpm());
        }
        let slack = if high / low - 1.0 <= SAME_TEMPO {
            SAME_TEMPO
        } else {
            TEMPO_SLACK
        };
        (low * (1.0 - slack)..=high * (1.0 + slack)).contains(&self.tempo.bpm())
    }

    /// Returns the place at a beat between this point and a later one.
    pub(super) fn towards(&self, later: &Self, beat: Beats) -> Self {
        let (mut line, changes) = (*self, changes_between(self, later));
        for change in changes.into_iter().flatten() {
            if change.at <= beat {
                line = line.after_change(change);
            }
        }
        let time = line.sighting().time_at(beat);
        Self {
            at: beat,
            time,
            ..line
        }
    }

    fn after_change(&self, change: TempoChange) -> Self {
        Self {
            at: change.at,
            time: self.sighting().time_at(change.at),
            tempo: change.tempo,
            ..*self
        }
    }
}

/// Returns the index of the point at a beat, or else that of the first one after it.
pub(super) fn place(points: &[Point], at: Beats) -> Result<usize, usize> {
    let next = points.partition_point(|point| point.at.0 < at.0 - SAME_BEATS);
    match points.get(next) {
        Some(point) if point.at.0 <= at.0 + SAME_BEATS => Ok(next),
        _ => Err(next),
    }
}

/// Removes the points of stretches that are known and at one tempo, except their ends.
pub(super) fn thin_out(points: &mut Vec<Point>) {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points.drain(..) {
        if let [.., first, middle] = kept[..]
            && middle.joined
            && point.joined
            && first.goes_on_to(&middle)
            && first.goes_on_to(&point)
        {
            kept.pop();
        }
        kept.push(point);
    }
    *points = kept;
}

/// Returns the one tempo that would lead from a point to a later one; `None` if there is no such tempo.
fn mean_tempo(from: &Point, to: &Point) -> Option<Tempo> {
    let minutes = (to.time - from.time).0 / 60.0;
    Tempo::new((to.at - from.at).0 / minutes).ok()
}

/// Returns the changes of tempo, two at most, that lead from a point to a later one and its tempo.
fn changes_between(from: &Point, to: &Point) -> [Option<TempoChange>; 2] {
    let arrives = TempoChange {
        at: to.at,
        tempo: to.tempo,
    };
    if !from.has_same_tempo(to)
        && let Some(at) = meeting(from, to)
    {
        return [Some(TempoChange { at, ..arrives }), None];
    }
    if from.sighting().leads_to(&to.sighting()) {
        return [(!from.has_same_tempo(to)).then_some(arrives), None];
    }
    let whole = mean_tempo(from, to).map(|tempo| TempoChange { at: from.at, tempo });
    [whole, Some(arrives)]
}

/// Returns the beat between two points at which the tempo of the one leads to a place from which that of the other leads on.
fn meeting(from: &Point, to: &Point) -> Option<Beats> {
    let seconds_per_beat = |point: &Point| 60.0 / point.tempo.bpm();
    let gained = seconds_per_beat(from) - seconds_per_beat(to);
    let ahead = (to.sighting().time_at(from.at) - from.time).0;
    let at = from.at.0 + ahead / gained;
    let likely = (at * LIKELY_PARTS).round() / LIKELY_PARTS;
    let at = if ((at - likely) * gained).abs() < MOST_MOVED {
        likely
    } else {
        at
    };
    let between = from.at.0 - SAME_BEATS..=to.at.0 + SAME_BEATS;
    between.contains(&at).then_some(Beats(at))
}

/// A tempo map in the making, from beat 0 on.
pub(super) struct MapBuilder {
    changes: Vec<TempoChange>,
    /// The last place, on the map that was made so far.
    line: Point,
}

impl MapBuilder {
    /// Begins the map whose first known place is `first`.
    pub(super) fn before(first: &Point) -> Self {
        let origin = Point {
            at: Beats(0.0),
            time: Seconds(0.0),
            ..*first
        };
        let tempo = match mean_tempo(&origin, first) {
            Some(mean) if !first.is_from_origin() => mean,
            _ => first.tempo,
        };
        let line = Point { tempo, ..origin };
        let time = first.time - line.sighting().time_at(first.at);
        Self {
            changes: vec![TempoChange { at: line.at, tempo }],
            line: Point { time, ..line },
        }
    }

    /// Goes on to the next place. Where the map made so far is off by what hosts round, it comes back to what is known.
    pub(super) fn go_on_to(&mut self, point: &Point) {
        for change in changes_between(&self.line, point).into_iter().flatten() {
            self.change(change.at, change.tempo);
        }
        self.line = Point {
            at: point.at,
            time: self.line.sighting().time_at(point.at),
            ..self.line
        };
    }

    /// Returns the last place that is known.
    pub(super) fn end(&self) -> Beats {
        self.line.at
    }

    /// Changes the tempo at a beat that is not before the last place.
    pub(super) fn change(&mut self, at: Beats, tempo: Tempo) {
        let change = TempoChange {
            at: Beats(at.0.max(self.line.at.0)),
            tempo,
        };
        self.line = self.line.after_change(change);
        while (self.changes.last()).is_some_and(|last| last.at.0 >= change.at.0 - SAME_BEATS)
            && self.changes.len() > 1
        {
            self.changes.pop();
        }
        match &mut self.changes[..] {
            [only] if only.at.0 >= change.at.0 - SAME_BEATS => only.tempo = tempo,
            [.., last] if last.tempo == tempo => {}
            _ => self.changes.push(change),
        }
    }

    pub(super) fn finish(self) -> Option<TempoMap> {
        TempoMap::new(self.changes).ok()
    }
}
