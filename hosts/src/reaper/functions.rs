//! REAPER's functions over the project in memory, by the names and types of its header.
#![allow(non_snake_case, reason = "the names are REAPER's")]

mod midi;
mod tempo;
mod texts;

use std::ffi::{CStr, CString, c_char, c_int, c_void};

use super::model::{Model, Source};
use super::{call, fault};

/// Defines functions of REAPER that return `None` if they cannot do what they are asked, and how they are found by their names.
macro_rules! functions {
    ($(fn $name:ident($model:ident, $called:ident $(, $argument:ident: $type:ty)* $(,)?) -> $result:ty $body:block)*) => {
        $(
            extern "C" fn $name($($argument: $type),*) -> $result {
                #[allow(unused_variables, reason = "not every function needs them")]
                let act = |$model: &mut Model, $called: &str| -> Option<$result> { $body };
                call(stringify!($name), |model| act(model, stringify!($name)))
            }
        )*

        /// The names of these functions.
        pub(in crate::reaper) const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Returns the function of a name.
        pub(in crate::reaper) fn find(name: &str) -> Option<*mut c_void> {
            match name {
                $(stringify!($name) => Some($name as *const () as *mut c_void),)*
                _ => None,
            }
        }
    };
}
use functions;

type Pointer = *mut c_void;

/// Returns the function of a name, if REAPER's header has one.
pub(super) fn find_any(name: &str) -> Option<*mut c_void> {
    find(name)
        .or_else(|| midi::find(name))
        .or_else(|| tempo::find(name))
        .or_else(|| texts::find(name))
}

/// Returns the names of all functions.
pub(super) fn all_names() -> Vec<&'static str> {
    [NAMES, midi::NAMES, tempo::NAMES, texts::NAMES].concat()
}

/// Returns a text that a caller passes, or `None` and a fault.
fn text(text: *const c_char, name: &str) -> Option<String> {
    if text.is_null() {
        fault(format!("{name} was given no text"));
        return None;
    }
    // SAFETY: the caller passes a text that ends with a zero.
    Some(
        unsafe { CStr::from_ptr(text) }
            .to_string_lossy()
            .into_owned(),
    )
}

/// Writes to a place that a caller passes, if there is one.
fn give<T>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: the caller passes null or a place for such a value.
        unsafe { place.write(value) };
    }
}

/// Writes a text into the room that a caller passes.
fn give_text(room: *mut c_char, size: usize, text: &str) {
    let text = CString::new(text).unwrap_or_default();
    let bytes = text.as_bytes_with_nul();
    if bytes.len() > size {
        fault("a text has no room");
        return;
    }
    // SAFETY: the caller passes so much room.
    unsafe { room.copy_from_nonoverlapping(bytes.as_ptr().cast(), bytes.len()) };
}

functions! {
    fn Undo_BeginBlock2(model, name, project: Pointer) -> () {
        model.expect_project(project, name);
        model.open_steps += 1;
        Some(())
    }

    fn Undo_EndBlock2(model, name, project: Pointer, what: *const c_char, flags: c_int) -> () {
        model.expect_project(project, name);
        model.open_steps -= 1;
        if model.open_steps < 0 {
            fault("a step ended that had not begun");
        }
        let what = text(what, name)?;
        model.steps.push((what, flags));
        Some(())
    }

    fn PreventUIRefresh(model, name, count: c_int) -> () {
        model.pauses += count;
        if model.pauses < 0 {
            fault("a pause of drawing ended that had not begun");
        }
        Some(())
    }

    fn UpdateArrange(model, name) -> () {
        model.drawn += 1;
        Some(())
    }

    fn UpdateTimeline(model, name) -> () {
        model.drawn += 1;
        Some(())
    }

    fn CountTracks(model, name, project: Pointer) -> c_int {
        model.expect_project(project, name);
        Some(model.tracks.len() as c_int)
    }

    fn GetTrack(model, name, project: Pointer, index: c_int) -> Pointer {
        model.expect_project(project, name);
        let track = model.tracks.get(usize::try_from(index).ok()?)?;
        Some((&raw const **track).cast_mut().cast())
    }

    fn InsertTrackInProject(model, name, project: Pointer, index: c_int, _flags: c_int) -> () {
        model.expect_project(project, name);
        model.expect_step(name);
        model.add_track("");
        let at = usize::try_from(index).unwrap_or(0).min(model.tracks.len() - 1);
        let track = model.tracks.pop()?;
        model.tracks.insert(at, track);
        Some(())
    }

    fn CountMediaItems(model, name, project: Pointer) -> c_int {
        model.expect_project(project, name);
        let items = model.tracks.iter().map(|track| track.items.len());
        Some(items.sum::<usize>() as c_int)
    }

    fn GetMediaItem(model, name, project: Pointer, index: c_int) -> Pointer {
        model.expect_project(project, name);
        let mut items = model.tracks.iter().flat_map(|track| &track.items);
        let item = items.nth(usize::try_from(index).ok()?)?;
        Some((&raw const **item).cast_mut().cast())
    }

    fn GetMediaItem_Track(model, name, item: Pointer) -> Pointer {
        let (track, _) = model.place_of(item, name)?;
        Some((&raw const *model.tracks[track]).cast_mut().cast())
    }

    fn DeleteTrackMediaItem(model, name, track: Pointer, item: Pointer) -> bool {
        model.expect_step(name);
        let (place, index) = model.place_of(item, name)?;
        if (&raw const *model.tracks[place]).cast_mut().cast() != track {
            fault("an item was to be deleted from another track");
            return None;
        }
        let item = model.tracks[place].items.remove(index);
        model.deleted.push(item);
        Some(true)
    }

    fn GetActiveTake(model, name, item: Pointer) -> Pointer {
        let item = model.item_of(item, name)?;
        Some((&raw const *item.take).cast_mut().cast())
    }

    fn GetMediaItemTake_Source(model, name, take: Pointer) -> Pointer {
        let item = model.item_of_take(take, name)?;
        Some((&raw const item.take.source).cast_mut().cast())
    }

    fn GetMediaSourceType(model, name, source: Pointer, room: *mut c_char, size: c_int) -> () {
        let Source { kind, .. } = &model.item_of_take(source, name)?.take.source;
        give_text(room, size as usize, kind);
        Some(())
    }

    fn GetMediaSourceFileName(model, name, source: Pointer, room: *mut c_char, size: c_int) -> () {
        let Source { file, .. } = &model.item_of_take(source, name)?.take.source;
        give_text(room, size as usize, file);
        Some(())
    }

    fn AddProjectMarker2(
        model, name, project: Pointer, is_region: bool, at: f64, _end: f64, marker: *const c_char,
        number: c_int, colour: c_int,
    ) -> c_int {
        model.expect_project(project, name);
        model.expect_step(name);
        if is_region || number >= 0 {
            fault("only markers with any number are expected");
        }
        let marker = text(marker, name)?;
        Some(model.add_marker(at, &marker, colour))
    }

    fn EnumProjectMarkers3(
        model, name, project: Pointer, index: c_int, is_region: *mut bool, at: *mut f64, end: *mut f64,
        marker: *mut *const c_char, number: *mut c_int, colour: *mut c_int,
    ) -> c_int {
        model.expect_project(project, name);
        let found = model.markers.get(usize::try_from(index).ok()?)?.clone();
        give(is_region, found.is_region);
        give(at, found.at);
        give(end, found.at);
        give(number, found.number);
        give(colour, found.colour);
        give(marker, model.lend(&found.name));
        Some(index + 1)
    }

    fn DeleteProjectMarkerByIndex(model, name, project: Pointer, index: c_int) -> bool {
        model.expect_project(project, name);
        model.expect_step(name);
        let index = usize::try_from(index).ok()?;
        if index >= model.markers.len() {
            fault("a marker that does not exist was to be deleted");
            return None;
        }
        model.markers.remove(index);
        Some(true)
    }

    fn ColorToNative(model, name, red: c_int, green: c_int, blue: c_int) -> c_int {
        Some(red | green << 8 | blue << 16)
    }
}
