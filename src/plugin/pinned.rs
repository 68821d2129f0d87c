//! Keeps the library in memory on Windows, where nothing else does: a thread may still be in it when the host unloads it, such as
//! that of a file dialog, and some of its storage for threads is never given back.

/// Keeps the library in memory until the process ends, from the first call on. Does nothing on other systems.
#[cfg(not(windows))]
pub(super) fn pin() {}

/// Keeps the library in memory until the process ends, from the first call on.
#[cfg(windows)]
pub(super) fn pin() {
    use std::ptr::null_mut;
    use std::sync::Once;

    use windows_sys::Win32::System::LibraryLoader::{
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    };

    static PINNED: Once = Once::new();
    PINNED.call_once(|| {
        let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN;
        let mut module = null_mut();
        // SAFETY: the address is in this library. It fails only for one that is not loaded.
        unsafe { GetModuleHandleExW(flags, (&raw const PINNED).cast(), &mut module) };
    });
}
