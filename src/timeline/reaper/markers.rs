//! Markers of the project's ruler.
//!
//! REAPER saves no text with a marker, so the project keeps a list of those that were inserted from here: the owner, the
//! number that REAPER shows, and the name. A marker that the user has renamed or numbered anew is the user's.

use std::ffi::CStr;

use super::owned::{Owner, hash};
use super::project::{Marker, Project};
use super::refused;
use crate::error::Result;
use crate::palette::Colour;

/// Where the project keeps the list.
const SECTION: &CStr = c"diffbgm";
const KEY: &CStr = c"markers";

/// A marker that was inserted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known {
    owner: Owner,
    number: i32,
    name_hash: u64,
}

impl Known {
    fn is(&self, marker: &Marker) -> bool {
        self.number == marker.number && self.name_hash == hash(&marker.name)
    }
}

/// Returns the list; what cannot be read is left out.
fn known(project: &Project) -> Vec<Known> {
    let text = project.saved(SECTION, KEY);
    let entry = |entry: &str| {
        let mut fields = entry.split('.');
        Some(Known {
            owner: Owner(u64::from_str_radix(fields.next()?, 16).ok()?),
            number: fields.next()?.parse().ok()?,
            name_hash: u64::from_str_radix(fields.next()?, 16).ok()?,
        })
    };
    text.split(' ').filter_map(entry).collect()
}

fn keep(project: &Project, known: &[Known]) {
    let entries: Vec<String> = known
        .iter()
        .map(|known| {
            let Owner(owner) = known.owner;
            format!("{owner:x}.{}.{:x}", known.number, known.name_hash)
        })
        .collect();
    project.save(SECTION, KEY, &entries.join(" "));
}

/// A marker to be inserted.
pub(super) struct NewMarker {
    pub(super) at_seconds: f64,
    pub(super) name: String,
    pub(super) colour: Colour,
}

/// Replaces the markers of an owner.
///
/// # Errors
/// Returns an error if REAPER refuses one.
pub(super) fn replace(project: &Project, owner: Owner, new: &[NewMarker]) -> Result<()> {
    let (ours, mut known): (Vec<Known>, Vec<Known>) =
        (known(project).into_iter()).partition(|known| known.owner == owner);
    // From the last, because deleting one moves those after it.
    for marker in project.markers().iter().rev() {
        if ours.iter().any(|known| known.is(marker)) {
            project.delete_marker(marker.index);
        }
    }
    for marker in new {
        let number = project.add_marker(marker.at_seconds, &marker.name, marker.colour);
        let Some(number) = number else {
            keep(project, &known);
            return Err(refused("would not insert a marker"));
        };
        known.push(Known {
            owner,
            number,
            name_hash: hash(&marker.name),
        });
    }
    keep(project, &known);
    Ok(())
}

/// Returns the markers that no instance inserted, in order.
pub(super) fn of_user(project: &Project) -> Vec<Marker> {
    let known = known(project);
    let mut markers = project.markers();
    markers.retain(|marker| !known.iter().any(|known| known.is(marker)));
    markers
}
