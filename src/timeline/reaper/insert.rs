//! Inserting an arrangement, in one step that REAPER can undo.

use super::markers::{self, NewMarker};
use super::owned::Owner;
use super::project::Project;
use super::{items, tempo};
use crate::error::Result;
use crate::export::colours;
use crate::music::tempo_map::TempoMap;
use crate::time::{Beats, Seconds};
use crate::timeline::{Inserted, Insertion};

/// What REAPER's list of undo steps calls it.
const STEP: &str = "Diff-BGM: insert draft";
/// How far the end may be off before it is said, in seconds.
const TOLERANCE: f64 = 1e-3;

/// The beats of the project at which the beats of an arrangement lie.
pub(super) struct Places<'a> {
    project: &'a Project,
    map: &'a TempoMap,
    /// The beat of the project at which the arrangement begins.
    start: f64,
    /// The time of `start`, if the arrangement goes on in time from there.
    in_time_from: Option<f64>,
    /// Whether items are to stay where they are in time.
    pub(super) stays_in_time: bool,
}

impl Places<'_> {
    /// Returns the beat of the project at a beat of the arrangement.
    pub(super) fn beat(&self, at: Beats) -> f64 {
        match self.in_time_from {
            Some(from) => (self.project).beat_at(from + self.map.seconds_at(at).0),
            None => self.start + at.0,
        }
    }
}

/// Inserts, as [`HostTimeline::insert`](crate::timeline::HostTimeline::insert) says.
pub(super) fn insert(project: &Project, insertion: &Insertion<'_>) -> Result<Inserted> {
    let Insertion {
        arrangement,
        start: Beats(start),
        follows_host,
        choices,
        ..
    } = *insertion;
    let score = &arrangement.score;
    let map = score.tempo_map();
    let parts = arrangement.parts(None)?;
    let owner = Owner::of(project, insertion.owner);
    let _step = project.begin_step(STEP);

    let replaced = items::delete(project, owner)?;
    let begin = project.seconds_at(start);
    let mut off = None;
    if choices.tempo_map {
        let length = arrangement.end();
        tempo::write(project, map, score.metre(), start, length)?;
        let wanted = begin + map.seconds_at(length).0;
        let away = (project.seconds_at(start + length.0) - wanted).abs();
        off = (away > TOLERANCE).then_some(Seconds(away));
    }
    let places = Places {
        project,
        map,
        start,
        in_time_from: (!follows_host && !choices.tempo_map).then_some(begin),
        stays_in_time: choices.stays_with_picture || (!follows_host && !choices.tempo_map),
    };
    for (index, &part) in parts.iter().enumerate() {
        items::insert(project, owner, part, arrangement, &places, index == 0)?;
    }
    let mut marked = arrangement.markers(choices.chord_markers);
    if !choices.markers {
        marked.clear();
    }
    let new: Vec<NewMarker> = marked
        .into_iter()
        .map(|marker| NewMarker {
            at_seconds: project.seconds_at(places.beat(marker.at)),
            colour: colours::of_marker(marker.kind),
            name: marker.name,
        })
        .collect();
    markers::replace(project, owner, &new)?;
    Ok(Inserted {
        items: parts.len(),
        markers: new.len(),
        replaced,
        off,
    })
}
