//! Calls of REAPER's functions. Everything unsafe about a project is in this file and its parts.

mod midi;
mod step;
mod texts;

use std::ffi::{CStr, CString, c_char, c_int};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use super::functions::{Functions, MediaItem, MediaItem_Take, MediaTrack, ReaProject};
use crate::palette::Colour;
pub(super) use midi::MidiTake;

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

/// A marker of the project's ruler.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Marker {
    /// Its place among markers and regions.
    pub(super) index: usize,
    /// The number that REAPER shows.
    pub(super) number: i32,
    pub(super) at_seconds: f64,
    pub(super) name: String,
}

/// A point of the project's tempo map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TempoPoint {
    pub(super) at_seconds: f64,
    pub(super) bpm: f64,
    /// Numerator and denominator; `None` if the metre does not change there.
    pub(super) metre: Option<(i32, i32)>,
    /// Whether the tempo moves in a line to that of the next point.
    pub(super) is_linear: bool,
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

    /// Returns the beat at a time.
    pub(super) fn beat_at(&self, seconds: f64) -> f64 {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions.TimeMap2_timeToQN)(self.project, seconds) }
    }

    /// Returns the time of a beat.
    pub(super) fn seconds_at(&self, beat: f64) -> f64 {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions.TimeMap2_QNToTime)(self.project, beat) }
    }

    /// Returns the beat at which the bar begins that a beat is in.
    pub(super) fn bar_start(&self, beat: f64) -> f64 {
        let (mut start, mut end) = (beat, beat);
        // SAFETY: by the promise of `new`; both places outlive the call.
        unsafe { (self.functions.TimeMap_QNToMeasures)(self.project, beat, &mut start, &mut end) };
        start
    }

    /// Returns the numerator and the denominator of the metre at a time, and the tempo in quarter notes a minute.
    pub(super) fn metre_and_bpm_at(&self, seconds: f64) -> ((i32, i32), f64) {
        let (mut numerator, mut denominator, mut bpm) = (4, 4, 120.0);
        // SAFETY: by the promise of `new`; the places outlive the call.
        unsafe {
            (self.functions.TimeMap_GetTimeSigAtTime)(
                self.project,
                seconds,
                &mut numerator,
                &mut denominator,
                &mut bpm,
            );
        }
        ((numerator, denominator), bpm)
    }

    /// Returns the points of the tempo map, in order.
    pub(super) fn tempo_points(&self) -> Vec<TempoPoint> {
        // SAFETY: by the promise of `new`.
        let count = unsafe { (self.functions.CountTempoTimeSigMarkers)(self.project) };
        let point = |index| {
            let (mut at_seconds, mut bar, mut beat, mut bpm) = (0.0, 0, 0.0, 0.0);
            let (mut numerator, mut denominator, mut is_linear) = (0, 0, false);
            // SAFETY: by the promise of `new`; the places outlive the call.
            let is_there = unsafe {
                (self.functions.GetTempoTimeSigMarker)(
                    self.project,
                    index,
                    &mut at_seconds,
                    &mut bar,
                    &mut beat,
                    &mut bpm,
                    &mut numerator,
                    &mut denominator,
                    &mut is_linear,
                )
            };
            is_there.then_some(TempoPoint {
                at_seconds,
                bpm,
                metre: (numerator > 0).then_some((numerator, denominator)),
                is_linear,
            })
        };
        (0..count).filter_map(point).collect()
    }

    /// Adds a point to the tempo map. Returns whether REAPER took it.
    pub(super) fn add_tempo_point(&self, point: TempoPoint) -> bool {
        let (numerator, denominator) = point.metre.unwrap_or((0, 0));
        // SAFETY: by the promise of `new`.
        unsafe {
            (self.functions.SetTempoTimeSigMarker)(
                self.project,
                -1,
                point.at_seconds,
                -1,
                -1.0,
                point.bpm,
                numerator,
                denominator,
                point.is_linear,
            )
        }
    }

    /// Deletes the point of the tempo map at an index. Returns whether there was one.
    pub(super) fn delete_tempo_point(&self, index: usize) -> bool {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions.DeleteTempoTimeSigMarker)(self.project, index as c_int) }
    }

    /// Returns the markers, in order, without regions.
    pub(super) fn markers(&self) -> Vec<Marker> {
        let mut markers = Vec::new();
        for index in 0.. {
            let (mut is_region, mut at_seconds, mut end) = (false, 0.0, 0.0);
            let (mut name, mut number, mut colour) = (ptr::null(), 0, 0);
            // SAFETY: by the promise of `new`; the places outlive the call.
            let more = unsafe {
                (self.functions.EnumProjectMarkers3)(
                    self.project,
                    index,
                    &mut is_region,
                    &mut at_seconds,
                    &mut end,
                    &mut name,
                    &mut number,
                    &mut colour,
                )
            };
            if more == 0 {
                break;
            }
            if !is_region {
                markers.push(Marker {
                    index: index as usize,
                    number,
                    at_seconds,
                    // SAFETY: REAPER's text is not changed before the next call of it.
                    name: unsafe { owned_text(name) },
                });
            }
        }
        markers
    }

    /// Adds a marker. Returns the number that REAPER gave it.
    pub(super) fn add_marker(&self, seconds: f64, name: &str, colour: Colour) -> Option<i32> {
        let (name, colour) = (c_text(name), self.chosen(colour));
        // SAFETY: by the promise of `new`; the name outlives the call.
        let number = unsafe {
            (self.functions.AddProjectMarker2)(
                self.project,
                false,
                seconds,
                0.0,
                name.as_ptr(),
                -1,
                colour,
            )
        };
        (number >= 0).then_some(number)
    }

    /// Deletes the marker or region at an index.
    pub(super) fn delete_marker(&self, index: usize) -> bool {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions.DeleteProjectMarkerByIndex)(self.project, index as c_int) }
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
