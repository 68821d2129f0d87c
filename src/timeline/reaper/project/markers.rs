//! The markers of a project.

use std::ffi::c_int;
use std::ptr;

use super::{Project, c_text, owned_text};
use crate::palette::Colour;

/// A marker of the project's ruler.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::timeline::reaper) struct Marker {
    /// Its place among markers and regions.
    pub(in crate::timeline::reaper) index: usize,
    /// The number that REAPER shows.
    pub(in crate::timeline::reaper) number: i32,
    pub(in crate::timeline::reaper) at_seconds: f64,
    pub(in crate::timeline::reaper) name: String,
}

impl Project {
    /// Returns the markers, in order, without regions.
    pub(in crate::timeline::reaper) fn markers(&self) -> Vec<Marker> {
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
    pub(in crate::timeline::reaper) fn add_marker(
        &self,
        seconds: f64,
        name: &str,
        colour: Colour,
    ) -> Option<i32> {
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
    pub(in crate::timeline::reaper) fn delete_marker(&self, index: usize) -> bool {
        // SAFETY: by the promise of `new`.
        unsafe { (self.functions.DeleteProjectMarkerByIndex)(self.project, index as c_int) }
    }
}
