//! The items of an arrangement: one a part, on a track of its own.

use std::ops::Range;

use super::insert::Places;
use super::owned::Owner;
use super::pieces;
use super::project::{MidiTake, Project, Track};
use super::refused;
use crate::error::Result;
use crate::export::{Arrangement, colours};
use crate::music::midi_file::part_messages::track_name;
use crate::music::part::Part;
use crate::time::Beats;

/// The item's timebase: its place and its notes stay where they are in time, or in beats.
const BY_TIME: f64 = 0.0;
const BY_BEATS: f64 = 1.0;
/// Places this close, in seconds, are one.
const SAME_PLACE: f64 = 1e-6;

/// What was deleted, and what was not.
pub(super) struct Deleted {
    pub(super) count: usize,
    /// The items of the owner that the user has locked.
    pub(super) locked: Vec<LockedItem>,
}

/// An item that the user has locked.
pub(super) struct LockedItem {
    pub(super) part: Part,
    from_seconds: f64,
    to_seconds: f64,
}

impl LockedItem {
    /// Returns whether it lies in a range of seconds, or partly.
    pub(super) fn overlaps(&self, range: &Range<f64>) -> bool {
        self.from_seconds < range.end - SAME_PLACE && range.start < self.to_seconds - SAME_PLACE
    }
}

/// Deletes the items of an owner, except for locked ones.
///
/// # Errors
/// Returns an error if REAPER refuses.
pub(super) fn delete(project: &Project, owner: Owner) -> Result<Deleted> {
    let mut deleted = Deleted {
        count: 0,
        locked: Vec::new(),
    };
    for (item, part) in pieces::of_owner(project, owner) {
        if item.is_locked() {
            let from_seconds = item.value(c"D_POSITION");
            deleted.locked.push(LockedItem {
                part,
                from_seconds,
                to_seconds: from_seconds + item.value(c"D_LENGTH"),
            });
            continue;
        }
        if !item.delete() {
            return Err(refused("would not delete an item"));
        }
        deleted.count += 1;
    }
    Ok(deleted)
}

/// Returns the track of an owner's part. A new one is made below all others if there is none.
fn track_of(project: &Project, owner: Owner, part: Part) -> Result<Track<'_>> {
    let mut tracks = project.tracks();
    if let Some(track) = tracks.find(|track| owner.has_track(*track, part)) {
        return Ok(track);
    }
    let made = project.add_track().filter(|track| {
        track.set_colour(colours::of_part(part));
        track.set_text(c"P_NAME", track_name(part)) && owner.mark_track(*track, part)
    });
    made.ok_or_else(|| refused("would not insert a track"))
}

/// Inserts the item of a part, with the texts of `chords` in it.
///
/// # Errors
/// Returns an error if REAPER refuses a part of it.
pub(super) fn insert(
    project: &Project,
    owner: Owner,
    part: Part,
    arrangement: &Arrangement,
    places: &Places<'_>,
    has_chords: bool,
) -> Result<()> {
    let track = track_of(project, owner, part)?;
    let (start, end) = (places.beat(Beats(0.0)), places.beat(arrangement.end()));
    let item = track.add_midi_item(start, end);
    let item = item.ok_or_else(|| refused("would not insert an item"))?;
    let timebase = if places.stays_in_time {
        BY_TIME
    } else {
        BY_BEATS
    };
    item.set_value(c"C_BEATATTACHMODE", timebase);
    item.set_colour(colours::of_part(part));
    let take = item
        .take()
        .ok_or_else(|| refused("inserted an item without a take"))?;
    take.set_text(c"P_NAME", track_name(part));
    if !owner.mark_take(&take, part) {
        return Err(refused("would not mark an item as inserted"));
    }
    let take = MidiTake::new(take);
    let channel = arrangement.outputs.channel(part);
    let score = arrangement.leaving();
    let notes = score.notes().iter().filter(|note| note.part == part);
    let mut taken = notes.fold(true, |taken, note| {
        let place = (places.beat(note.start), places.beat(note.end()));
        take.insert_note(place, channel, note.pitch, note.velocity) && taken
    });
    let changes = arrangement.controls.changes().iter();
    for change in changes.filter(|change| change.part == part) {
        let controller = change.controller.number();
        taken &= take.insert_control(places.beat(change.at), channel, controller, change.value);
    }
    if has_chords {
        for chord in arrangement.score.chord_markers() {
            taken &= take.insert_text(places.beat(chord.at), &chord.name);
        }
    }
    taken
        .then_some(())
        .ok_or_else(|| refused("would not insert all notes"))
}
