//! Calls of REAPER's functions. Everything unsafe about a project is in this file and its parts.

mod markers;
mod midi;
mod step;
mod tempo;
mod texts;

use std::ffi::{CStr, CString, c_char, c_int};
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::functions::{Functions, MediaItem, MediaItem_Take, MediaTrack, ReaProject};
use crate::palette::Colour;
pub(super) use markers::Marker;
pub(super) use midi::MidiTake;
pub(super) use tempo::TempoPoint;

/// The bit of a colour that says that it was chosen.
const CHOSEN: c_int = 0x100_0000;

/// A project of REAPER. Its pointer makes it stay on its thread.
pub(super) struct Project {
    functions: Functions,
    project: *mut ReaProject,
    /// The track that the plugin is on; null if it is on none.
    track: *mut MediaTrack,
}

/// A track. Tracks are never deleted from here, so it is there as long as the borrowed project is.
#[derive(Clone, Copy)]
pub(super) struct Track<'p> {
    project: &'p Project,
    track: NonNull<MediaTrack>,
}

/// An item of a track. Not to be copied, because it can be deleted.
pub(super) struct Item<'p> {
    project: &'p Project,
    item: NonNull<MediaItem>,
}

/// The active take of an item.
pub(super) struct Take<'i> {
    project: &'i Project,
    take: NonNull<MediaItem_Take>,
    item: PhantomData<&'i ()>,
}

impl Project {
    /// Takes the project at hand.
    ///
    /// # Safety
    /// The functions are REAPER's, `project` is a project of it, `track` is null or a track of it. The current thread is
    /// REAPER's main thread, and the result is dropped before the current task on it ends, in which nobody else changes the
    /// project.
    pub(super) unsafe fn new(
        functions: Functions,
        project: *mut ReaProject,
        track: *mut MediaTrack,
    ) -> Self {
        Self {
            functions,
            project,
            track,
        }
    }

    /// Returns the track that the plugin is on.
    pub(super) fn own_track(&self) -> Option<Track<'_>> {
        self.track(self.track)
    }

    fn track(&self, track: *mut MediaTrack) -> Option<Track<'_>> {
        NonNull::new(track).map(|track| Track {
            project: self,
            track,
        })
    }

    /// Returns all tracks, the uppermost first.
    pub(super) fn tracks(&self) -> impl Iterator<Item = Track<'_>> {
        // SAFETY: by the promise of `new`.
        let count = unsafe { (self.functions.CountTracks)(self.project) };
        (0..count).filter_map(|index| {
            // SAFETY: by the promise of `new`.
            self.track(unsafe { (self.functions.GetTrack)(self.project, index) })
        })
    }

    /// Adds a track below all others.
    pub(super) fn add_track(&self) -> Option<Track<'_>> {
        // SAFETY: by the promise of `new`.
        unsafe {
            let index = (self.functions.CountTracks)(self.project);
            (self.functions.InsertTrackInProject)(self.project, index, 0);
            self.track((self.functions.GetTrack)(self.project, index))
        }
    }

    /// Returns all items. They are collected first, because deleting one moves the others.
    pub(super) fn items(&self) -> Vec<Item<'_>> {
        // SAFETY: by the promise of `new`.
        let count = unsafe { (self.functions.CountMediaItems)(self.project) };
        let items = (0..count).filter_map(|index| {
            // SAFETY: by the promise of `new`.
            let item = unsafe { (self.functions.GetMediaItem)(self.project, index) };
            NonNull::new(item).map(|item| Item {
                project: self,
                item,
            })
        });
        items.collect()
    }

    /// Returns the number of a colour that was chosen.
    fn chosen(&self, [red, green, blue]: Colour) -> c_int {
        // SAFETY: by the promise of `new`.
        let native =
            unsafe { (self.functions.ColorToNative)(red.into(), green.into(), blue.into()) };
        native | CHOSEN
    }
}

impl Track<'_> {
    /// Sets the colour.
    pub(super) fn set_colour(self, colour: Colour) -> bool {
        let (functions, colour) = (&self.project.functions, self.project.chosen(colour));
        let name = c"I_CUSTOMCOLOR".as_ptr();
        // SAFETY: by the promise of `Project::new`; the track is there.
        unsafe { (functions.SetMediaTrackInfo_Value)(self.track.as_ptr(), name, colour.into()) }
    }
}

impl<'p> Item<'p> {
    /// Returns the active take, if there is any.
    pub(super) fn take(&self) -> Option<Take<'_>> {
        // SAFETY: by the promise of `Project::new`; the item is there.
        let take = unsafe { (self.project.functions.GetActiveTake)(self.item.as_ptr()) };
        NonNull::new(take).map(|take| Take {
            project: self.project,
            take,
            item: PhantomData,
        })
    }

    /// Returns a value by REAPER's name for it.
    pub(super) fn value(&self, name: &CStr) -> f64 {
        let functions = &self.project.functions;
        // SAFETY: by the promise of `Project::new`; the item is there, and the name outlives the call.
        unsafe { (functions.GetMediaItemInfo_Value)(self.item.as_ptr(), name.as_ptr()) }
    }

    /// Sets a value by REAPER's name for it. Returns whether REAPER knows it.
    pub(super) fn set_value(&self, name: &CStr, value: f64) -> bool {
        let functions = &self.project.functions;
        // SAFETY: by the promise of `Project::new`; the item is there, and the name outlives the call.
        unsafe { (functions.SetMediaItemInfo_Value)(self.item.as_ptr(), name.as_ptr(), value) }
    }

    /// Returns whether the user has locked it.
    pub(super) fn is_locked(&self) -> bool {
        self.value(c"C_LOCK") as u64 & 1 != 0
    }

    /// Returns whether it is on the same track as another one.
    pub(super) fn is_on_track_of(&self, other: &Self) -> bool {
        let track = |item: &Self| {
            // SAFETY: by the promise of `Project::new`; the item is there.
            unsafe { (item.project.functions.GetMediaItem_Track)(item.item.as_ptr()) }
        };
        track(self) == track(other)
    }

    /// Sets the colour.
    pub(super) fn set_colour(&self, colour: Colour) -> bool {
        self.set_value(c"I_CUSTOMCOLOR", self.project.chosen(colour).into())
    }

    /// Deletes the item from its track. Returns whether REAPER did.
    pub(super) fn delete(self) -> bool {
        let functions = &self.project.functions;
        // SAFETY: by the promise of `Project::new`; the item is there, and is not used again.
        unsafe {
            let track = (functions.GetMediaItem_Track)(self.item.as_ptr());
            !track.is_null() && (functions.DeleteTrackMediaItem)(track, self.item.as_ptr())
        }
    }
}

/// Returns a text for REAPER, without zeros.
fn c_text(text: &str) -> CString {
    CString::new(text.replace('\0', "")).unwrap_or_default()
}

/// Copies a text of REAPER's; an empty one if it is null.
///
/// # Safety
/// `text` is null or ends with a zero.
unsafe fn owned_text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: by the caller's promise.
    unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned()
}
