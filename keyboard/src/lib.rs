//! The part of libxkbcommon that baseview, the editor's windowing library, uses; loaded when the first window opens.
//!
//! baseview 0.4.2 makes a keyboard map and a keyboard state for each window but releases only the state, so each window
//! leaks about 75 kB. It reaches both through the crate `xkbcommon-dl`. This crate replaces that one under the same names
//! (see `[patch.crates-io]` in the root's `Cargo.toml`) and returns states that own their map. It can be removed once
//! baseview releases the map itself.

#![allow(non_camel_case_types, reason = "the names are libxkbcommon's")]

pub mod x11;

use std::ffi::{c_char, c_int};
use std::marker::PhantomData;
use std::sync::OnceLock;

use libloading::Library;

/// A key code.
pub type xkb_keycode_t = u32;

/// The context in which keyboard maps are made.
#[repr(C)]
pub struct xkb_context {
    opaque: PhantomData<*mut ()>,
}

/// A keyboard map: the meaning of each key.
#[repr(C)]
pub struct xkb_keymap {
    opaque: PhantomData<*mut ()>,
}

/// A keyboard's state: which keys and modifiers are down.
#[repr(C)]
pub struct xkb_state {
    opaque: PhantomData<*mut ()>,
}

/// Options for making a context.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum xkb_context_flags {
    /// No options.
    XKB_CONTEXT_NO_FLAGS = 0,
}

/// Options for making a keyboard map.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum xkb_keymap_compile_flags {
    /// No options.
    XKB_KEYMAP_COMPILE_NO_FLAGS = 0,
}

/// Whether a key was pressed or released.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum xkb_key_direction {
    /// Released.
    XKB_KEY_UP = 0,
    /// Pressed.
    XKB_KEY_DOWN = 1,
}

/// Functions of libxkbcommon, under its names.
pub struct XkbCommon {
    /// Makes a context.
    pub xkb_context_new: unsafe extern "C" fn(xkb_context_flags) -> *mut xkb_context,
    /// Releases a context.
    pub xkb_context_unref: unsafe extern "C" fn(*mut xkb_context),
    /// Writes the text that a key produces into a buffer of the given size, in bytes.
    pub xkb_state_key_get_utf8:
        unsafe extern "C" fn(*mut xkb_state, xkb_keycode_t, *mut c_char, usize) -> c_int,
    /// Updates the state after a key was pressed or released; returns a mask of the components that changed.
    pub xkb_state_update_key:
        unsafe extern "C" fn(*mut xkb_state, xkb_keycode_t, xkb_key_direction) -> u32,
    /// Releases a state.
    pub xkb_state_unref: unsafe extern "C" fn(*mut xkb_state),
    xkb_keymap_unref: unsafe extern "C" fn(*mut xkb_keymap),
}

/// Returns libxkbcommon, or `None` if the system does not have it.
pub fn xkbcommon_option() -> Option<&'static XkbCommon> {
    static LOADED: OnceLock<Option<XkbCommon>> = OnceLock::new();
    LOADED.get_or_init(load).as_ref()
}

fn load() -> Option<XkbCommon> {
    let library = open(&["libxkbcommon.so.0", "libxkbcommon.so"])?;
    // SAFETY: the types are those in libxkbcommon's header, and the library stays loaded.
    unsafe {
        Some(XkbCommon {
            xkb_context_new: function(library, c"xkb_context_new")?,
            xkb_context_unref: function(library, c"xkb_context_unref")?,
            xkb_state_key_get_utf8: function(library, c"xkb_state_key_get_utf8")?,
            xkb_state_update_key: function(library, c"xkb_state_update_key")?,
            xkb_state_unref: function(library, c"xkb_state_unref")?,
            xkb_keymap_unref: function(library, c"xkb_keymap_unref")?,
        })
    }
}

/// Loads the first of the libraries that the system has, and never unloads it.
fn open(names: &[&str]) -> Option<&'static Library> {
    names.iter().find_map(|name| {
        // SAFETY: libxkbcommon runs no code when it is loaded.
        let library = unsafe { Library::new(name) }.ok()?;
        Some(&*Box::leak(Box::new(library)))
    })
}

/// Returns the function called `name`, or `None` if the library lacks it.
///
/// # Safety
/// `F` must be the function's type.
unsafe fn function<F: Copy + 'static>(
    library: &'static Library,
    name: &std::ffi::CStr,
) -> Option<F> {
    // SAFETY: the caller guarantees that `F` is the function's type.
    let symbol = unsafe { library.get::<F>(name.to_bytes_with_nul()) };
    symbol.ok().map(|symbol| *symbol)
}
