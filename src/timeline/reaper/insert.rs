//! Inserting an arrangement, in one step that REAPER can undo.

use super::items::{self, Deleted};
use super::markers::{self, NewMarker};
use super::owned::Owner;
use super::project::Project;
use super::tempo::{self, NewMap};
use crate::error::Result;
use crate::export::colours;
use crate::music::part::Part;
use crate::music::tempo_map::TempoMap;
use crate::time::{Beats, Seconds};
use crate::timeline::{Inserted, Insertion};

/// What REAPER's list of undo steps calls it.
const STEP: &str = "Diff-BGM: insert draft";
/// Markers of one name this close, in seconds, are one.
const A_FRAME: f64 = 0.02;
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
    let length = arrangement.end();
    let new_map = NewMap {
        map,
        metre: score.metre(),
        start,
        length,
    };
    if choices.tempo_map && !choices.replaces_tempo {
        tempo::expect_free(project, owner, &new_map)?;
    }
    let _step = project.begin_step(STEP);

    let Deleted { count, locked } = items::delete(project, owner)?;
    let begin = project.seconds_at(start);
    let mut off = None;
    if choices.tempo_map {
        tempo::write(project, owner, &new_map)?;
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
    let here = project.seconds_at(start)..project.seconds_at(places.beat(length));
    let is_locked = |part| {
        locked
            .iter()
            .any(|item| item.part == part && item.overlaps(&here))
    };
    let free: Vec<Part> = (parts.into_iter())
        .filter(|part| !is_locked(*part))
        .collect();
    for (index, &part) in free.iter().enumerate() {
        items::insert(project, owner, part, arrangement, &places, index == 0)?;
    }
    let mut marked = arrangement.markers(choices.chord_markers);
    if !choices.markers {
        marked.clear();
    }
    // A hit that was a marker of the project is there already.
    let own = markers::of_user(project);
    marked.retain(|marker| {
        let at = project.seconds_at(places.beat(marker.at));
        !(own.iter()).any(|own| own.name == marker.name && (own.at_seconds - at).abs() < A_FRAME)
    });
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
        items: free.len(),
        markers: new.len(),
        replaced: count,
        locked: locked.len(),
        off,
    })
}
