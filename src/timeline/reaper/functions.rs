//! REAPER's functions that are called here, by the names and types of its header `reaper_plugin_functions.h`.
#![allow(
    non_snake_case,
    non_camel_case_types,
    reason = "the names are REAPER's"
)]

use std::ffi::{CStr, c_char, c_int, c_void};
use std::mem::transmute;

use super::ReaperHost;
use crate::error::{Error, Result};

/// Declares types of which only REAPER knows the contents.
macro_rules! opaque {
    ($($name:ident)*) => {$(
        #[repr(C)]
        pub(super) struct $name {
            _opaque: [u8; 0],
        }
    )*};
}

opaque! { ReaProject MediaTrack MediaItem MediaItem_Take PCM_source }

/// Declares the table of functions: a field, a name to look up and a declaration to check for each.
macro_rules! functions {
    ($(fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)?;)*) => {
        /// Every function that is called, found and not null. They are called on the main thread only.
        #[derive(Clone, Copy)]
        pub(super) struct Functions {
            $(pub(super) $name: unsafe extern "C" fn($($type),*) $(-> $result)?,)*
        }

        impl Functions {
            /// Looks all of them up.
            ///
            /// # Errors
            /// Returns an error that names those that this REAPER does not have.
            pub(super) fn of(host: &dyn ReaperHost) -> Result<Self> {
                let mut missing = Vec::new();
                $(let $name = found(host, concat!(stringify!($name), "\0"), &mut missing);)*
                expect_none(&missing)?;
                Ok(Self {
                    $($name: {
                        type Function = unsafe extern "C" fn($($type),*) $(-> $result)?;
                        // SAFETY: it is not null, since it is not missing, and `ReaperHost` promises REAPER's function of
                        // this name, whose declaration this is.
                        unsafe { transmute::<*mut c_void, Function>($name) }
                    },)*
                })
            }
        }

        /// The names, the types of the arguments and the type of the result of all functions, as they are declared here.
        pub const DECLARATIONS: &[(&str, &[&str], &str)] =
            &[$((stringify!($name), &[$(stringify!($type)),*], concat!($(stringify!($result))?)),)*];
    };
}

functions! {
    // Undo steps and drawing.
    fn Undo_BeginBlock2(project: *mut ReaProject);
    fn Undo_EndBlock2(project: *mut ReaProject, text: *const c_char, flags: c_int);
    fn PreventUIRefresh(count: c_int);
    fn UpdateArrange();
    fn UpdateTimeline();
    // Tracks.
    fn CountTracks(project: *mut ReaProject) -> c_int;
    fn GetTrack(project: *mut ReaProject, index: c_int) -> *mut MediaTrack;
    fn InsertTrackInProject(project: *mut ReaProject, index: c_int, flags: c_int);
    fn GetSetMediaTrackInfo_String(
        track: *mut MediaTrack, name: *const c_char, text: *mut c_char, sets: bool,
    ) -> bool;
    fn SetMediaTrackInfo_Value(track: *mut MediaTrack, name: *const c_char, value: f64) -> bool;
    // Items and takes.
    fn CountMediaItems(project: *mut ReaProject) -> c_int;
    fn GetMediaItem(project: *mut ReaProject, index: c_int) -> *mut MediaItem;
    fn GetMediaItem_Track(item: *mut MediaItem) -> *mut MediaTrack;
    fn DeleteTrackMediaItem(track: *mut MediaTrack, item: *mut MediaItem) -> bool;
    fn GetMediaItemInfo_Value(item: *mut MediaItem, name: *const c_char) -> f64;
    fn SetMediaItemInfo_Value(item: *mut MediaItem, name: *const c_char, value: f64) -> bool;
    fn GetActiveTake(item: *mut MediaItem) -> *mut MediaItem_Take;
    fn GetSetMediaItemTakeInfo_String(
        take: *mut MediaItem_Take, name: *const c_char, text: *mut c_char, sets: bool,
    ) -> bool;
    fn GetMediaItemTakeInfo_Value(take: *mut MediaItem_Take, name: *const c_char) -> f64;
    fn GetMediaItemTake_Source(take: *mut MediaItem_Take) -> *mut PCM_source;
    fn GetMediaSourceType(source: *mut PCM_source, text: *mut c_char, size: c_int);
    fn GetMediaSourceFileName(source: *mut PCM_source, text: *mut c_char, size: c_int);
    // MIDI.
    fn CreateNewMIDIItemInProj(
        track: *mut MediaTrack, start: f64, end: f64, in_beats: *const bool,
    ) -> *mut MediaItem;
    fn MIDI_DisableSort(take: *mut MediaItem_Take);
    fn MIDI_GetPPQPosFromProjQN(take: *mut MediaItem_Take, beat: f64) -> f64;
    fn MIDI_InsertNote(
        take: *mut MediaItem_Take, selected: bool, muted: bool, start: f64, end: f64,
        channel: c_int, pitch: c_int, velocity: c_int, no_sort: *const bool,
    ) -> bool;
    fn MIDI_InsertCC(
        take: *mut MediaItem_Take, selected: bool, muted: bool, at: f64, status: c_int,
        channel: c_int, controller: c_int, value: c_int,
    ) -> bool;
    fn MIDI_InsertTextSysexEvt(
        take: *mut MediaItem_Take, selected: bool, muted: bool, at: f64, kind: c_int,
        text: *const c_char, size: c_int,
    ) -> bool;
    fn MIDI_Sort(take: *mut MediaItem_Take);
    // Markers.
    fn AddProjectMarker2(
        project: *mut ReaProject, is_region: bool, at: f64, end: f64, name: *const c_char,
        number: c_int, colour: c_int,
    ) -> c_int;
    fn EnumProjectMarkers3(
        project: *mut ReaProject, index: c_int, is_region: *mut bool, at: *mut f64,
        end: *mut f64, name: *mut *const c_char, number: *mut c_int, colour: *mut c_int,
    ) -> c_int;
    fn DeleteProjectMarkerByIndex(project: *mut ReaProject, index: c_int) -> bool;
    fn ColorToNative(red: c_int, green: c_int, blue: c_int) -> c_int;
    // Tempo and metre.
    fn CountTempoTimeSigMarkers(project: *mut ReaProject) -> c_int;
    fn GetTempoTimeSigMarker(
        project: *mut ReaProject, index: c_int, at: *mut f64, bar: *mut c_int, beat: *mut f64,
        bpm: *mut f64, numerator: *mut c_int, denominator: *mut c_int, is_linear: *mut bool,
    ) -> bool;
    fn SetTempoTimeSigMarker(
        project: *mut ReaProject, index: c_int, at: f64, bar: c_int, beat: f64, bpm: f64,
        numerator: c_int, denominator: c_int, is_linear: bool,
    ) -> bool;
    fn DeleteTempoTimeSigMarker(project: *mut ReaProject, index: c_int) -> bool;
    fn TimeMap2_timeToQN(project: *mut ReaProject, at: f64) -> f64;
    fn TimeMap2_QNToTime(project: *mut ReaProject, beat: f64) -> f64;
    fn TimeMap_GetTimeSigAtTime(
        project: *mut ReaProject, at: f64, numerator: *mut c_int, denominator: *mut c_int,
        bpm: *mut f64,
    );
    fn TimeMap_QNToMeasures(
        project: *mut ReaProject, beat: f64, start: *mut f64, end: *mut f64,
    ) -> c_int;
    // Texts that are saved with the project.
    fn SetProjExtState(
        project: *mut ReaProject, section: *const c_char, key: *const c_char,
        value: *const c_char,
    ) -> c_int;
    fn GetProjExtState(
        project: *mut ReaProject, section: *const c_char, key: *const c_char,
        value: *mut c_char, size: c_int,
    ) -> c_int;
}

/// Returns the function of a name that ends with a zero, or null, and notes the name if it is missing.
fn found(host: &dyn ReaperHost, name: &'static str, missing: &mut Vec<&str>) -> *mut c_void {
    let function = CStr::from_bytes_with_nul(name.as_bytes())
        .map_or(std::ptr::null_mut(), |name| host.function(name));
    if function.is_null() {
        missing.push(name.trim_end_matches('\0'));
    }
    function
}

fn expect_none(missing: &[&str]) -> Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "This REAPER lacks {}, which REAPER 7.78 has. Update REAPER, or save the take as a file and open it there.",
        missing.join(", ")
    )))
}
