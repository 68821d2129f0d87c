//! REAPER as a CLAP host.

use std::ffi::{CStr, c_char, c_int, c_void};

use nice_plug::wrapper::clap::clap_host;

use crate::timeline::reaper::{Parent, ReaperHost};

/// The extension by which REAPER gives plugins its functions.
const EXTENSION: &CStr = c"cockos.reaper_extension";
/// The function that tells what an instance belongs to, from REAPER 6.80 on.
const CONTEXT: &CStr = c"clap_get_reaper_context";
/// What REAPER's header calls `REAPER_PLUGIN_VERSION`.
const INTERFACE_VERSION: c_int = 0x20E;

/// What REAPER's header calls `reaper_plugin_info_t`.
#[repr(C)]
struct PluginInfo {
    version: c_int,
    main_window: *mut c_void,
    register: *mut c_void,
    get_function: Option<unsafe extern "C" fn(*const c_char) -> *mut c_void>,
}

/// The host of an instance.
pub(super) struct ClapHost(pub(super) *const clap_host);

// SAFETY: the pointer is used on the host's main thread only, as `ClapHost::reaper` asks.
unsafe impl Send for ClapHost {}
// SAFETY: as above.
unsafe impl Sync for ClapHost {}

/// REAPER, within one task on its main thread.
pub(super) struct ClapReaper {
    host: *const clap_host,
    get_function: unsafe extern "C" fn(*const c_char) -> *mut c_void,
}

impl ClapHost {
    /// Returns REAPER, if the host is it.
    ///
    /// # Safety
    /// The current thread is the host's main thread, the host has initialised the instance, and the result is dropped before
    /// the instance is destroyed.
    pub(super) unsafe fn reaper(&self) -> Option<ClapReaper> {
        let host = self.0;
        // SAFETY: the host is valid as long as the instance is.
        let get_extension = unsafe { host.as_ref() }?.get_extension?;
        // SAFETY: by the caller's promise, this is when and where CLAP allows it.
        let info = unsafe { get_extension(host, EXTENSION.as_ptr()) };
        // SAFETY: REAPER's extension is such a table, which is never changed.
        let info = unsafe { info.cast::<PluginInfo>().as_ref() }?;
        if info.version != INTERFACE_VERSION {
            return None;
        }
        Some(ClapReaper {
            host,
            get_function: info.get_function?,
        })
    }
}

// SAFETY: functions and parents are REAPER's own.
unsafe impl ReaperHost for ClapReaper {
    fn function(&self, name: &CStr) -> *mut c_void {
        // SAFETY: this is REAPER's main thread, and the name outlives the call.
        unsafe { (self.get_function)(name.as_ptr()) }
    }

    fn parent(&self, which: Parent) -> Option<*mut c_void> {
        type Context = unsafe extern "C" fn(*const clap_host, c_int) -> *mut c_void;
        let context = self.function(CONTEXT);
        if context.is_null() {
            return None;
        }
        // SAFETY: REAPER's function of this name has this type.
        let context = unsafe { std::mem::transmute::<*mut c_void, Context>(context) };
        // SAFETY: this is REAPER's main thread, and the host is that of this instance.
        Some(unsafe { context(self.host, which as c_int) })
    }
}
