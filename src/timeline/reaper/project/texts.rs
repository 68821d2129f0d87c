//! Texts of tracks, takes, sources and projects.

use std::ffi::{CStr, c_char, c_int};

use super::{Project, Take, Track, c_text, owned_text};

/// The room for a text whose length REAPER does not ask for, in bytes.
const ROOM: usize = 1 << 16;
/// The room for a text that is saved with the project, in bytes.
const SAVED_ROOM: usize = 1 << 18;

/// Lets `write` fill a buffer of `room` bytes with a text that ends with a zero, and returns the text.
fn written(room: usize, write: impl FnOnce(*mut c_char) -> bool) -> Option<String> {
    let mut buffer = vec![0_u8; room];
    if !write(buffer.as_mut_ptr().cast()) {
        return None;
    }
    buffer[room - 1] = 0;
    // SAFETY: it ends with a zero.
    Some(unsafe { owned_text(buffer.as_ptr().cast()) })
}

impl Track<'_> {
    /// Returns a text by REAPER's name for it.
    pub(in crate::timeline::reaper) fn text(self, name: &CStr) -> Option<String> {
        let get = self.project.functions.GetSetMediaTrackInfo_String;
        // SAFETY: by the promise of `Project::new`; the track is there and the texts outlive the call.
        written(ROOM, |text| unsafe {
            get(self.track.as_ptr(), name.as_ptr(), text, false)
        })
    }

    /// Sets a text by REAPER's name for it. Returns whether REAPER took it.
    pub(in crate::timeline::reaper) fn set_text(self, name: &CStr, text: &str) -> bool {
        let set = self.project.functions.GetSetMediaTrackInfo_String;
        let mut text = c_text(text).into_bytes_with_nul();
        let text = text.as_mut_ptr().cast();
        // SAFETY: by the promise of `Project::new`; the track is there and the texts outlive the call.
        unsafe { set(self.track.as_ptr(), name.as_ptr(), text, true) }
    }
}

impl Take<'_> {
    /// Returns a text by REAPER's name for it.
    pub(in crate::timeline::reaper) fn text(&self, name: &CStr) -> Option<String> {
        let get = self.project.functions.GetSetMediaItemTakeInfo_String;
        // SAFETY: by the promise of `Project::new`; the take is there and the texts outlive the call.
        written(ROOM, |text| unsafe {
            get(self.take.as_ptr(), name.as_ptr(), text, false)
        })
    }

    /// Sets a text by REAPER's name for it. Returns whether REAPER took it.
    pub(in crate::timeline::reaper) fn set_text(&self, name: &CStr, text: &str) -> bool {
        let set = self.project.functions.GetSetMediaItemTakeInfo_String;
        let mut text = c_text(text).into_bytes_with_nul();
        let text = text.as_mut_ptr().cast();
        // SAFETY: by the promise of `Project::new`; the take is there and the texts outlive the call.
        unsafe { set(self.take.as_ptr(), name.as_ptr(), text, true) }
    }

    /// Returns a value by REAPER's name for it.
    pub(in crate::timeline::reaper) fn value(&self, name: &CStr) -> f64 {
        let functions = &self.project.functions;
        // SAFETY: by the promise of `Project::new`; the take is there, and the name outlives the call.
        unsafe { (functions.GetMediaItemTakeInfo_Value)(self.take.as_ptr(), name.as_ptr()) }
    }

    /// Returns the kind of the media, as in `VIDEO`, and the name of their file; `None` if the take is empty.
    pub(in crate::timeline::reaper) fn media(&self) -> Option<(String, String)> {
        let functions = &self.project.functions;
        // SAFETY: by the promise of `Project::new`; the take is there.
        let source = unsafe { (functions.GetMediaItemTake_Source)(self.take.as_ptr()) };
        if source.is_null() {
            return None;
        }
        let text = |get: unsafe extern "C" fn(_, *mut c_char, c_int)| {
            written(ROOM, |text| {
                // SAFETY: the source is that of a take that is there, and the room outlives the call.
                unsafe { get(source, text, ROOM as c_int) };
                true
            })
        };
        Some((
            text(functions.GetMediaSourceType)?,
            text(functions.GetMediaSourceFileName)?,
        ))
    }
}

impl Project {
    /// Returns a text that was saved with the project; an empty one if none was.
    pub(in crate::timeline::reaper) fn saved(&self, section: &CStr, key: &CStr) -> String {
        let get = self.functions.GetProjExtState;
        let saved = written(SAVED_ROOM, |text| {
            // SAFETY: by the promise of `Project::new`; the texts and the room outlive the call.
            unsafe {
                get(
                    self.project,
                    section.as_ptr(),
                    key.as_ptr(),
                    text,
                    SAVED_ROOM as c_int,
                ) > 0
            }
        });
        saved.unwrap_or_default()
    }

    /// Saves a text with the project.
    pub(in crate::timeline::reaper) fn save(&self, section: &CStr, key: &CStr, text: &str) {
        let (set, text) = (self.functions.SetProjExtState, c_text(text));
        // SAFETY: by the promise of `Project::new`; the texts outlive the call.
        unsafe { set(self.project, section.as_ptr(), key.as_ptr(), text.as_ptr()) };
    }
}
