//! REAPER as a VST3 host.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::{NonNull, null_mut};

use nice_plug::wrapper::vst3::vst3::Steinberg::{FUnknown, FUnknownVtbl, TUID, kResultOk};
use nice_plug::wrapper::vst3::vst3::uid;

use crate::timeline::reaper::{Parent, ReaperHost};

/// The id of `IReaperHostApplication` in REAPER's header.
const ID: TUID = uid(0x7965_5E36, 0x77EE_4267, 0xA573_FEF7, 0x4912_C27C);

/// The functions of `IReaperHostApplication`.
#[repr(C)]
struct Functions {
    unknown: FUnknownVtbl,
    get_api: unsafe extern "system" fn(*mut Application, *const c_char) -> *mut c_void,
    get_parent: unsafe extern "system" fn(*mut Application, u32) -> *mut c_void,
}

/// An `IReaperHostApplication`.
#[repr(C)]
struct Application {
    functions: *const Functions,
}

/// A reference to REAPER, which is counted.
pub(super) struct ReaperApplication(NonNull<Application>);

// SAFETY: calls go out on the host's main thread only, where `initialize` and `terminate` are called too.
unsafe impl Send for ReaperApplication {}

impl ReaperApplication {
    /// Returns REAPER, if the context of a VST3 host is its.
    ///
    /// # Safety
    /// `context` is null or valid.
    pub(super) unsafe fn of(context: *mut FUnknown) -> Option<Self> {
        let mut found: *mut c_void = null_mut();
        // SAFETY: by the caller's promise; the place outlives the call.
        let answer = unsafe {
            let functions = context.as_ref()?.vtbl;
            ((*functions).queryInterface)(context, &ID, &mut found)
        };
        let found = NonNull::new(found.cast())?;
        (answer == kResultOk).then_some(Self(found))
    }

    /// Returns another reference.
    pub(super) fn share(&self) -> Self {
        let unknown: *mut FUnknown = self.0.as_ptr().cast();
        // SAFETY: the reference is counted, so REAPER keeps it valid.
        unsafe { ((*self.functions()).unknown.addRef)(unknown) };
        Self(self.0)
    }

    fn functions(&self) -> *const Functions {
        // SAFETY: the reference is counted, so REAPER keeps it valid.
        unsafe { self.0.as_ref() }.functions
    }
}

impl Drop for ReaperApplication {
    fn drop(&mut self) {
        let unknown: *mut FUnknown = self.0.as_ptr().cast();
        // SAFETY: the reference is counted, and not used again.
        unsafe { ((*self.functions()).unknown.release)(unknown) };
    }
}

// SAFETY: functions and parents are REAPER's own.
unsafe impl ReaperHost for ReaperApplication {
    fn function(&self, name: &CStr) -> *mut c_void {
        // SAFETY: this is REAPER's main thread, and the name outlives the call.
        unsafe { ((*self.functions()).get_api)(self.0.as_ptr(), name.as_ptr()) }
    }

    fn parent(&self, which: Parent) -> Option<*mut c_void> {
        // SAFETY: this is REAPER's main thread.
        Some(unsafe { ((*self.functions()).get_parent)(self.0.as_ptr(), which as u32) })
    }
}
