//! How tracks and takes that were inserted from here are found again.
//!
//! Each bears a text of ours that names the instance that inserted it, the part, and REAPER's own id of the track or take. A
//! copy that the user makes has another id, and so has what the user made: neither is ever replaced.

use std::ffi::CStr;

use super::project::{Project, Take, Track};
use crate::music::part::Part;

/// REAPER's name for a text of ours, which it saves with the project.
const TEXT: &CStr = c"P_EXT:diffbgm";
/// REAPER's name for its own id.
const ID: &CStr = c"GUID";
/// The version of the texts.
const VERSION: u32 = 1;

/// Who inserted something: an instance on a track. A copy of the track with the plugin on it is another owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner(pub(super) u64);

impl Owner {
    /// Returns the owner that the instance `instance` is where it is now.
    pub(super) fn of(project: &Project, instance: u64) -> Self {
        let track = project.own_track().and_then(|track| track.text(ID));
        Self(hash(&format!("{instance} {}", track.unwrap_or_default())))
    }

    fn text(self, part: Part, id: &str) -> String {
        format!("{VERSION} {:016x} {} {id}", self.0, part.label())
    }

    /// Returns whether this owner inserted the track for a part.
    pub(super) fn has_track(self, track: Track<'_>, part: Part) -> bool {
        let text = track.text(TEXT).unwrap_or_default();
        !text.is_empty() && text == self.text(part, &track.text(ID).unwrap_or_default())
    }

    /// Returns the part for which this owner inserted the take, and whether it is the take that was marked: one that was split off
    /// or copied bears the same mark, but has an id of its own.
    pub(super) fn part_of(self, take: &Take<'_>) -> Option<(Part, bool)> {
        let mark = take.text(TEXT).filter(|text| !text.is_empty())?;
        let part = (Part::ALL.into_iter()).find(|part| mark.starts_with(&self.text(*part, "")))?;
        let id = take.text(ID).unwrap_or_default();
        Some((part, mark == self.text(part, &id)))
    }

    /// Marks a track as inserted. Returns whether REAPER took the mark.
    pub(super) fn mark_track(self, track: Track<'_>, part: Part) -> bool {
        let id = track.text(ID).unwrap_or_default();
        track.set_text(TEXT, &self.text(part, &id))
    }

    /// Marks a take as inserted. Returns whether REAPER took the mark.
    pub(super) fn mark_take(self, take: &Take<'_>, part: Part) -> bool {
        let id = take.text(ID).unwrap_or_default();
        take.set_text(TEXT, &self.text(part, &id))
    }
}

/// Returns the FNV-1a hash of a text, which is the same on every machine.
pub(super) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}
