//! The keyboards of an X server, through libxkbcommon-x11.

use std::ffi::c_void;
use std::sync::OnceLock;

use super::{
    function, open, xkb_context, xkb_keymap, xkb_keymap_compile_flags, xkb_state, xkbcommon_option,
};

/// A connection to an X server.
pub type xcb_connection_t = c_void;

type StateFromDevice =
    unsafe extern "C" fn(*mut xkb_keymap, *mut xcb_connection_t, i32) -> *mut xkb_state;

/// Functions of libxkbcommon-x11, under its names.
pub struct XkbCommonX11 {
    /// Returns the device number of the main keyboard, or -1.
    pub xkb_x11_get_core_keyboard_device_id: unsafe extern "C" fn(*mut xcb_connection_t) -> i32,
    /// Reads a keyboard's map.
    pub xkb_x11_keymap_new_from_device: unsafe extern "C" fn(
        *mut xkb_context,
        *mut xcb_connection_t,
        i32,
        xkb_keymap_compile_flags,
    ) -> *mut xkb_keymap,
    /// Reads a keyboard's state. Unlike libxkbcommon's own function it takes ownership of the map, which is released with
    /// the state, or at once if no state could be made.
    pub xkb_x11_state_new_from_device: StateFromDevice,
    state_from_device: StateFromDevice,
}

/// Returns libxkbcommon-x11, or `None` if the system does not have it.
pub fn xkbcommon_x11_option() -> Option<&'static XkbCommonX11> {
    static LOADED: OnceLock<Option<XkbCommonX11>> = OnceLock::new();
    LOADED.get_or_init(load).as_ref()
}

fn load() -> Option<XkbCommonX11> {
    let library = open(&["libxkbcommon-x11.so.0", "libxkbcommon-x11.so"])?;
    // SAFETY: the types are those in libxkbcommon-x11's header, and the library stays loaded.
    unsafe {
        Some(XkbCommonX11 {
            xkb_x11_get_core_keyboard_device_id: function(
                library,
                c"xkb_x11_get_core_keyboard_device_id",
            )?,
            xkb_x11_keymap_new_from_device: function(library, c"xkb_x11_keymap_new_from_device")?,
            xkb_x11_state_new_from_device: state_that_owns_its_keymap,
            state_from_device: function(library, c"xkb_x11_state_new_from_device")?,
        })
    }
}

/// Reads a keyboard's state and gives it ownership of `keymap`.
///
/// # Safety
/// As for `xkb_x11_state_new_from_device`; the caller must own a reference to `keymap` and not use it afterwards.
unsafe extern "C" fn state_that_owns_its_keymap(
    keymap: *mut xkb_keymap,
    connection: *mut xcb_connection_t,
    device_id: i32,
) -> *mut xkb_state {
    let (Some(xkb_common), Some(x11)) = (xkbcommon_option(), xkbcommon_x11_option()) else {
        return std::ptr::null_mut();
    };
    // SAFETY: the caller guarantees the arguments. The state holds its own reference to the map, so the caller's can be
    // released at once; releasing a null map does nothing.
    unsafe {
        let state = (x11.state_from_device)(keymap, connection, device_id);
        (xkb_common.xkb_keymap_unref)(keymap);
        state
    }
}
