//! Texts and values of tracks, items, takes and the project.

use std::ffi::{c_char, c_int, c_void};

use super::{Pointer, functions, give_text};
use crate::reaper::model::Model;
use crate::reaper::{call, fault};

/// The room that REAPER's callers are to offer where it does not ask for the size, in bytes.
const BIG: usize = 1 << 16;
/// The names of values that items have.
const ITEM_VALUES: [&str; 6] = [
    "C_LOCK",
    "D_POSITION",
    "D_LENGTH",
    "B_UISEL",
    "C_BEATATTACHMODE",
    "I_CUSTOMCOLOR",
];
/// The names of values that takes have.
const TAKE_VALUES: [&str; 2] = ["D_STARTOFFS", "D_PLAYRATE"];

/// Returns whether tracks and takes have a text of this name, and whether it can be set.
fn text_kind(name: &str) -> Option<bool> {
    match name {
        "GUID" => Some(false),
        "P_NAME" => Some(true),
        _ if name.starts_with("P_EXT:") => Some(true),
        _ => {
            fault(format!("there is no text {name}"));
            None
        }
    }
}

/// Gets or sets a text.
fn get_or_set(
    texts: &mut std::collections::BTreeMap<String, String>,
    text_name: *const c_char,
    room: *mut c_char,
    sets: bool,
    name: &str,
) -> Option<bool> {
    let text_name = super::text(text_name, name)?;
    let can_be_set = text_kind(&text_name)?;
    if sets && can_be_set {
        texts.insert(text_name, super::text(room, name)?);
    } else if sets {
        fault(format!("{text_name} is not to be set"));
        return None;
    } else {
        give_text(room, BIG, texts.get(&text_name)?);
    }
    Some(true)
}

functions! {
    fn GetSetMediaTrackInfo_String(
        model, name, track: Pointer, text: *const c_char, room: *mut c_char, sets: bool,
    ) -> bool {
        if sets {
            model.expect_step(name);
        }
        get_or_set(&mut model.track_of(track, name)?.texts, text, room, sets, name)
    }

    fn SetMediaTrackInfo_Value(model, name, track: Pointer, value_name: *const c_char, value: f64) -> bool {
        model.expect_step(name);
        let value_name = super::text(value_name, name)?;
        if value_name != "I_CUSTOMCOLOR" {
            fault(format!("tracks have no value {value_name}"));
            return None;
        }
        model.track_of(track, name)?.values.insert(value_name, value);
        Some(true)
    }

    fn GetMediaItemInfo_Value(model, name, item: Pointer, value_name: *const c_char) -> f64 {
        let value_name = super::text(value_name, name)?;
        if !ITEM_VALUES.contains(&value_name.as_str()) {
            fault(format!("items have no value {value_name}"));
        }
        model.item_of(item, name)?.values.get(&value_name).copied()
    }

    fn SetMediaItemInfo_Value(model, name, item: Pointer, value_name: *const c_char, value: f64) -> bool {
        model.expect_step(name);
        let value_name = super::text(value_name, name)?;
        if !ITEM_VALUES.contains(&value_name.as_str()) {
            fault(format!("items have no value {value_name}"));
            return None;
        }
        model.item_of(item, name)?.values.insert(value_name, value);
        Some(true)
    }

    fn GetSetMediaItemTakeInfo_String(
        model, name, take: Pointer, text: *const c_char, room: *mut c_char, sets: bool,
    ) -> bool {
        if sets {
            model.expect_step(name);
        }
        let texts = &mut model.item_of_take(take, name)?.take.texts;
        get_or_set(texts, text, room, sets, name)
    }

    fn GetMediaItemTakeInfo_Value(model, name, take: Pointer, value_name: *const c_char) -> f64 {
        let value_name = super::text(value_name, name)?;
        if !TAKE_VALUES.contains(&value_name.as_str()) {
            fault(format!("takes have no value {value_name}"));
        }
        model.item_of_take(take, name)?.take.values.get(&value_name).copied()
    }

    fn SetProjExtState(
        model, name, project: Pointer, section: *const c_char, key: *const c_char, value: *const c_char,
    ) -> c_int {
        model.expect_project(project, name);
        model.expect_step(name);
        let key = (super::text(section, name)?, super::text(key, name)?);
        let value = super::text(value, name)?;
        let size = value.len() as c_int;
        model.saved.insert(key, value);
        Some(size)
    }

    fn GetProjExtState(
        model, name, project: Pointer, section: *const c_char, key: *const c_char, room: *mut c_char,
        size: c_int,
    ) -> c_int {
        model.expect_project(project, name);
        let key = (super::text(section, name)?, super::text(key, name)?);
        let value = model.saved.get(&key)?;
        give_text(room, size as usize, value);
        Some(value.len() as c_int)
    }
}
