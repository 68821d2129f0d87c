//! The project's tempo map.
//!
//! The project keeps a list of the changes that were inserted from here, so that inserting again replaces them. All others are
//! the user's: they are replaced only if the user says so.

use std::ffi::CStr;

use super::owned::Owner;
use super::project::{Project, TempoPoint};
use super::refused;
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::music::metre::Metre;
use crate::music::tempo_map::TempoMap;
use crate::time::Beats;

/// Places this close, in seconds, are one.
const SAME_PLACE: f64 = 1e-6;
/// A change is still the one that was inserted, or the one that is to be inserted, if it differs by no more, in seconds and BPM.
const SAME_CHANGE: (f64, f64) = (1e-4, 1e-3);
/// A line that runs into the arrangement ends so long before it, in seconds.
const LINE_ENDS: f64 = 1e-3;
/// Where the project keeps the list.
const SECTION: &CStr = c"diffbgm";
const KEY: &CStr = c"tempo";

/// A tempo map, and the metre, that the project is to have from a beat on for a while.
pub(super) struct NewMap<'a> {
    pub(super) map: &'a TempoMap,
    pub(super) metre: Metre,
    /// The beat of the project at which it begins.
    pub(super) start: f64,
    pub(super) length: Beats,
}

/// A change that was inserted.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Known {
    owner: Owner,
    /// Whether it is the one after the end, from which on the project goes on as before.
    is_end: bool,
    at_seconds: f64,
    bpm: f64,
}

impl Known {
    fn is(&self, point: &TempoPoint) -> bool {
        is_near(point, self.at_seconds, self.bpm)
    }
}

fn is_near(point: &TempoPoint, at_seconds: f64, bpm: f64) -> bool {
    (point.at_seconds - at_seconds).abs() < SAME_CHANGE.0 && (point.bpm - bpm).abs() < SAME_CHANGE.1
}

/// Returns the list; what cannot be read is left out.
fn known(project: &Project) -> Vec<Known> {
    let number = |text: &str| Some(f64::from_bits(u64::from_str_radix(text, 16).ok()?));
    let entry = |entry: &str| {
        let mut fields = entry.split('.');
        Some(Known {
            owner: Owner(u64::from_str_radix(fields.next()?, 16).ok()?),
            is_end: fields.next()? == "end",
            at_seconds: number(fields.next()?)?,
            bpm: number(fields.next()?)?,
        })
    };
    let text = project.saved(SECTION, KEY);
    text.split(' ').filter_map(entry).collect()
}

fn keep(project: &Project, known: &[Known]) {
    let entry = |known: &Known| {
        let Owner(owner) = known.owner;
        let kind = if known.is_end { "end" } else { "in" };
        let [at, bpm] = [known.at_seconds, known.bpm].map(f64::to_bits);
        format!("{owner:x}.{kind}.{at:x}.{bpm:x}")
    };
    let entries: Vec<String> = known.iter().map(entry).collect();
    project.save(SECTION, KEY, &entries.join(" "));
}

/// The project's map where a new one is to be.
struct Place {
    begin: f64,
    /// The end by the new map, and the later one of that and the end by the present map.
    end: f64,
    last: f64,
    points: Vec<TempoPoint>,
}

impl Place {
    fn of(project: &Project, new: &NewMap<'_>) -> Self {
        let begin = project.seconds_at(new.start);
        let end = begin + new.map.seconds_at(new.length).0;
        Self {
            begin,
            end,
            last: end.max(project.seconds_at(new.start + new.length.0)),
            points: project.tempo_points(),
        }
    }

    fn is_inside(&self, point: &TempoPoint) -> bool {
        (self.begin - SAME_PLACE..self.last - SAME_PLACE).contains(&point.at_seconds)
    }

    /// Returns the tempo at a time at which it moves in a line: from a change before to one after.
    fn on_line(&self, at_seconds: f64) -> Option<f64> {
        let next = (self.points.iter())
            .position(|point| point.at_seconds > at_seconds - SAME_PLACE)
            .filter(|next| *next > 0)?;
        let (from, to) = (self.points[next - 1], self.points[next]);
        let is_on_it = from.is_linear && to.at_seconds > at_seconds + SAME_PLACE;
        let share = (at_seconds - from.at_seconds) / (to.at_seconds - from.at_seconds);
        is_on_it.then_some(from.bpm + (to.bpm - from.bpm) * share)
    }
}

/// Returns the changes of a new map that begins at the second `begin`.
fn changes<'a>(new: &'a NewMap<'a>, begin: f64) -> impl Iterator<Item = TempoPoint> + 'a {
    let inside = new.map.changes().iter();
    let inside = inside.filter(|change| change.at < new.length);
    inside.map(move |change| TempoPoint {
        at_seconds: begin + new.map.seconds_at(change.at).0,
        bpm: change.tempo.bpm(),
        metre: (change.at == Beats(0.0))
            .then(|| (i32::from(new.metre.beats()), i32::from(new.metre.unit()))),
        is_linear: false,
    })
}

/// Checks that a new map replaces no change of the user's, other than by the same.
///
/// # Errors
/// Returns an error that says how many it would replace.
pub(super) fn expect_free(project: &Project, owner: Owner, new: &NewMap<'_>) -> Result<()> {
    let place = Place::of(project, new);
    let known = known(project);
    let of_new = (i32::from(new.metre.beats()), i32::from(new.metre.unit()));
    let stays = |point: &TempoPoint| {
        let mut ours = known.iter().filter(|known| known.owner == owner);
        let is_metre_same = point.metre.is_none_or(|own| own == of_new);
        ours.any(|known| known.is(point))
            || (!point.is_linear && is_metre_same)
                && changes(new, place.begin).any(|new| is_near(point, new.at_seconds, new.bpm))
    };
    let inside = place.points.iter().filter(|point| place.is_inside(point));
    let lost: Vec<&TempoPoint> = inside.filter(|point| !stays(point)).collect();
    let Some(first) = lost.first() else {
        return Ok(());
    };
    Err(Error::Usage(format!(
        "Not inserted: the tempo map would replace {} of the project (the first at {:.2} s). Allow that in the menu, or leave \
         the tempo map out.",
        counted(lost.len(), "tempo marker"),
        first.at_seconds
    )))
}

/// Makes the project's tempo and metre those of a new map for as long as it lasts. After that, the tempo and the metre go on that
/// were there before: where the same owner inserted a map that lasted longer, those from before that. Lines that run into the map
/// or go on after it stay what they are outside it.
///
/// # Errors
/// Returns an error if REAPER refuses a change.
pub(super) fn write(project: &Project, owner: Owner, new: &NewMap<'_>) -> Result<()> {
    let place = Place::of(project, new);
    let (begin, end, last) = (place.begin, place.end, place.last);
    let points = &place.points;
    let (ours, mut known): (Vec<Known>, Vec<Known>) =
        (known(project).into_iter()).partition(|known| known.owner == owner);
    // What was inserted before and lasted longer goes, up to its end.
    let is_ours = |point: &TempoPoint| ours.iter().any(|known| known.is(point));
    let is_after = |point: &&TempoPoint| point.at_seconds >= last - SAME_PLACE;
    let end_before = ours.iter().find(|known| known.is_end).and_then(|end| {
        let mut after = points.iter().filter(is_after);
        after.find(|point| end.is(point)).copied()
    });
    let after = match end_before {
        Some(before) => TempoPoint {
            metre: before
                .metre
                .or(Some(project.metre_and_bpm_at(before.at_seconds).0)),
            ..before
        },
        None => {
            let (metre, bpm) = project.metre_and_bpm_at(last);
            // A line goes on in time; if it changes between the two ends, what follows is that of the later one.
            let mut between = points.iter();
            let changes = between.any(|point| (end..last).contains(&point.at_seconds));
            let on_line = place.on_line(if changes { last } else { end });
            TempoPoint {
                at_seconds: end,
                bpm: on_line.unwrap_or(bpm),
                metre: Some(metre),
                is_linear: on_line.is_some(),
            }
        }
    };
    let line_before = place.on_line(begin - LINE_ENDS).filter(|_| {
        let next = points
            .iter()
            .find(|point| point.at_seconds > begin - LINE_ENDS);
        next.is_some_and(|next| next.at_seconds > begin - SAME_PLACE)
    });
    let goes = |point: &TempoPoint| {
        let is_of_before = end_before
            .is_some_and(|before| point.at_seconds <= before.at_seconds + SAME_PLACE)
            && is_ours(point)
            && point.at_seconds >= begin - SAME_PLACE;
        place.is_inside(point) || is_of_before
    };
    for (index, _) in (points.iter().enumerate().rev()).filter(|(_, point)| goes(point)) {
        if !project.delete_tempo_point(index) {
            return Err(refused("would not delete a change of tempo"));
        }
    }
    let goes_on =
        (points.iter()).any(|point| !goes(point) && (point.at_seconds - last).abs() < SAME_PLACE);
    let mut add = |point: TempoPoint, is_end: bool| {
        known.push(Known {
            owner,
            is_end,
            at_seconds: point.at_seconds,
            bpm: point.bpm,
        });
        let is_added = project.add_tempo_point(point);
        is_added
            .then_some(())
            .ok_or_else(|| refused("would not insert a change of tempo"))
    };
    if let Some(bpm) = line_before {
        let ends = TempoPoint {
            at_seconds: begin - LINE_ENDS,
            bpm,
            metre: None,
            is_linear: false,
        };
        add(ends, false)?;
    }
    for change in changes(new, begin) {
        add(change, false)?;
    }
    if !goes_on || end < last - SAME_PLACE {
        let after = TempoPoint {
            at_seconds: end,
            ..after
        };
        add(after, true)?;
    }
    keep(project, &known);
    Ok(())
}
