//! The host's tempo map, as far as its transport has shown it.

mod points;
mod saved;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::music::tempo_map::TempoMap;
use crate::player::Sighting;
use crate::time::{Beats, Tempo};
use points::{MapBuilder, Point, SAME_BEATS, place};
use saved::SavedForm;

/// The most places that are kept.
const MOST_POINTS: usize = 1 << 16;

/// What is known of the host's tempo map: where a beat lies in time, and between which of these places the host has played.
///
/// A sighting that contradicts what is known means that the map was changed. Where is unknown, so everything is forgotten but
/// what has been seen since.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(from = "SavedForm", into = "SavedForm")]
pub struct HostTempo {
    /// Sorted by beat.
    points: Vec<Point>,
    /// The last sighting.
    last: Option<Sighting>,
    /// The map of the points, once it was asked for: the window asks in every frame.
    map: OnceLock<Option<TempoMap>>,
}

impl PartialEq for HostTempo {
    fn eq(&self, other: &Self) -> bool {
        (&self.points, &self.last) == (&other.points, &other.last)
    }
}

impl HostTempo {
    /// Learns from the next sighting.
    pub fn learn(&mut self, sighting: Sighting) {
        let before = self.last.replace(sighting);
        let before = before.filter(|before| sighting.continues && before.at < sighting.at);
        if self.contradicts(&sighting) {
            self.changed_points().clear();
        }
        match before {
            Some(before) if !self.knows(before.at, sighting.at) => {
                self.insert(&before);
                self.insert(&sighting);
                self.join(before.at, sighting.at);
                points::thin_out(self.changed_points());
            }
            Some(_) => {}
            None if self.knows(sighting.at, sighting.at) => {}
            None => self.insert(&sighting),
        }
    }

    /// Returns whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Returns whether anything was learnt since it was loaded or created.
    pub(super) fn has_seen_host(&self) -> bool {
        self.last.is_some()
    }

    /// Returns the map of the whole project, or `None` if nothing is known. What is not known is guessed: one change between
    /// two places that one change explains, and after the last place its tempo, or `ahead`.
    ///
    /// Beat 0 is second 0 there, as in hosts, unless what is known begins at a beat and a second that no tempo explains.
    pub fn map(&self, ahead: Option<Tempo>) -> Option<TempoMap> {
        match ahead {
            None => self.map.get_or_init(|| self.build(None)).clone(),
            ahead => self.build(ahead),
        }
    }

    fn build(&self, ahead: Option<Tempo>) -> Option<TempoMap> {
        let mut map = MapBuilder::before(self.points.first()?);
        for point in &self.points {
            map.go_on_to(point);
        }
        if let Some(tempo) = ahead {
            map.change(map.end(), tempo);
        }
        map.finish()
    }

    /// Returns the beat up to which everything from `start` on is known; at most `start` if that is not known.
    pub fn known_until(&self, start: Beats) -> Beats {
        let from = Beats(start.0 + SAME_BEATS);
        let next = self.points.partition_point(|point| point.at <= from);
        let mut known = match next.checked_sub(1) {
            Some(_) => start,
            None if self.begins_at_origin() => start,
            None => return start,
        };
        for (index, point) in self.points.iter().enumerate().skip(next) {
            if index > 0 && !self.is_joined(index) {
                break;
            }
            known = point.at;
        }
        known
    }

    /// Returns the stretches that are known, from their first beat to their last; those of one beat too.
    pub(super) fn known_stretches(&self) -> Vec<(Beats, Beats)> {
        let mut stretches: Vec<(Beats, Beats)> = Vec::new();
        for (index, point) in self.points.iter().enumerate() {
            match stretches.last_mut() {
                Some(last) if self.is_joined(index) => last.1 = point.at,
                _ => stretches.push((point.at, point.at)),
            }
        }
        stretches
    }

    /// Returns whether the stretch before the point of an index is known: the host played it, or the same tempo at both ends
    /// takes as long.
    fn is_joined(&self, index: usize) -> bool {
        let (point, before) = (&self.points[index], index.checked_sub(1));
        before.is_some_and(|before| point.joined || self.points[before].goes_on_to(point))
    }

    /// Returns whether the first tempo leads from beat 0 at second 0 to the first point.
    fn begins_at_origin(&self) -> bool {
        self.points.first().is_some_and(Point::is_from_origin)
    }

    /// Returns whether the host has played from one beat to another, or was seen at the one beat that they are.
    fn knows(&self, from: Beats, to: Beats) -> bool {
        let first = (self.points).partition_point(|point| point.at.0 < from.0 - SAME_BEATS);
        let Some(mut point) = self.points.get(first) else {
            return false;
        };
        if point.at.0 > from.0 + SAME_BEATS && (first == 0 || !point.joined) {
            return false;
        }
        for next in &self.points[first + 1..] {
            if point.at.0 >= to.0 - SAME_BEATS || !next.joined {
                break;
            }
            point = next;
        }
        point.at.0 >= to.0 - SAME_BEATS
    }

    /// Returns whether a sighting cannot be of the map that is known.
    fn contradicts(&self, sighting: &Sighting) -> bool {
        let seen = Point::of(sighting);
        match place(&self.points, sighting.at) {
            Ok(index) => {
                let point = &self.points[index];
                let after = self.points.get(index + 1).filter(|after| after.joined);
                let before = index.checked_sub(1).filter(|_| point.joined);
                let around = [before.map(|before| &self.points[before]), after];
                let around = around.into_iter().flatten();
                !point.is_at_time_of(&seen) || !seen.has_tempo_of(point, around)
            }
            Err(next) => {
                let before = next.checked_sub(1).map(|before| &self.points[before]);
                let after = self.points.get(next);
                if let (Some(before), Some(after)) = (before, after)
                    && after.joined
                {
                    let there = before.towards(after, sighting.at);
                    return !there.is_at_time_of(&seen) || !seen.has_tempo_of(before, [after]);
                }
                before.is_some_and(|before| !before.can_lead_to(&seen))
                    || after.is_some_and(|after| !seen.can_lead_to(after))
            }
        }
    }

    /// Returns the points, to be changed. Their map is made again.
    fn changed_points(&mut self) -> &mut Vec<Point> {
        self.map.take();
        &mut self.points
    }

    fn insert(&mut self, sighting: &Sighting) {
        if self.points.len() >= MOST_POINTS {
            return;
        }
        if let Err(next) = place(&self.points, sighting.at) {
            let joined = self.points.get(next).is_some_and(|after| after.joined) && next > 0;
            let point = Point {
                joined,
                ..Point::of(sighting)
            };
            self.changed_points().insert(next, point);
        }
    }

    /// Notes that the host played from one beat to another.
    fn join(&mut self, from: Beats, to: Beats) {
        for point in self.changed_points() {
            let (after, within) = (point.at.0 - from.0, to.0 - point.at.0);
            point.joined |= after > SAME_BEATS && within > -SAME_BEATS;
        }
    }
}

#[cfg(test)]
mod tests;
