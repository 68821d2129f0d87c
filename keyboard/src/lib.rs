//! What baseview, the editor's windowing library, uses of libxkbcommon, loaded when the first window opens.
//!
//! baseview 0.4.2 makes a keyboard map and a keyboard state for each window and releases only the state, so each window
//! leaves some 75 kB behind. It reaches both through the crate `xkbcommon-dl`; this crate stands in for that one under
//! the same names (see `[patch.crates-io]` in the root's `Cargo.toml`) and hands out states that own their map. It goes
//! when baseview releases the map itself.

#![allow(non_camel_case_types, reason = "the names are libxkbcommon's")]

pub mod x11;

use std::ffi::{c_char, c_int};
use std::marker::PhantomData;
use std::sync::OnceLock;

use libloading::Library;

/// A key's number.
pub type xkb_keycode_t = u32;

/// What keyboard maps are made in.
#[repr(C)]
pub struct xkb_context {
    opaque: PhantomData<*mut ()>,
}

/// What each key means.
#[repr(C)]
pub struct xkb_keymap {
    opaque: PhantomData<*mut ()>,
}

/// Which keys and modifiers are down.
#[repr(C)]
pub struct xkb_state {
    opaque: PhantomData<*mut ()>,
}

/// How a context is made.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum xkb_context_flags {
    /// As usual.
    XKB_CONTEXT_NO_FLAGS = 0,
}

/// How a keyboard map is made.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum xkb_keymap_compile_flags {
    /// As usual.
    XKB_KEYMAP_COMPILE_NO_FLAGS = 0,
}

/// What happened to a key.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum xkb_key_direction {
    /// It was released.
    XKB_KEY_UP = 0,
    /// It was pressed.
    XKB_KEY_DOWN = 1,
}

/// Functions of libxkbcommon, under its names.
pub struct XkbCommon {
    /// Makes a context.
    pub xkb_context_new: unsafe extern "C" fn(xkb_context_flags) -> *mut xkb_context,
    /// Releases a context.
    pub xkb_context_unref: unsafe extern "C" fn(*mut xkb_context),
    /// Writes the text that a key gives into a buffer of so many bytes.
    pub xkb_state_key_get_utf8:
        unsafe extern "C" fn(*mut xkb_state, xkb_keycode_t, *mut c_char, usize) -> c_int,
    /// Tells the state that a key went down or up, and returns which of its parts changed.
    pub xkb_state_update_key:
        unsafe extern "C" fn(*mut xkb_state, xkb_keycode_t, xkb_key_direction) -> u32,
    /// Releases a state.
    pub xkb_state_unref: unsafe extern "C" fn(*mut xkb_state),
    xkb_keymap_unref: unsafe extern "C" fn(*mut xkb_keymap),
}

/// libxkbcommon, if the system has it.
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

/// The first of the libraries that the system has; it stays loaded.
fn open(names: &[&str]) -> Option<&'static Library> {
    names.iter().find_map(|name| {
        // SAFETY: libxkbcommon runs nothing when it is loaded.
        let library = unsafe { Library::new(name) }.ok()?;
        Some(&*Box::leak(Box::new(library)))
    })
}

/// # Safety
/// `F` is the function's type.
unsafe fn function<F: Copy + 'static>(
    library: &'static Library,
    name: &std::ffi::CStr,
) -> Option<F> {
    // SAFETY: as the caller says.
    let symbol = unsafe { library.get::<F>(name.to_bytes_with_nul()) };
    symbol.ok().map(|symbol| *symbol)
}
