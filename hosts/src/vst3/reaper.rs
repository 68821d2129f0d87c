//! REAPER's side of a VST3 host.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering};

use vst3::Interface;
use vst3::Steinberg::{FUnknown, FUnknownVtbl, TUID, kNoInterface, kResultOk, tresult};

use crate::reaper;

/// The id of `IReaperHostApplication` in REAPER's header.
const ID: TUID = vst3::uid(0x7965_5E36, 0x77EE_4267, 0xA573_FEF7, 0x4912_C27C);

/// The functions of `IReaperHostApplication`.
#[repr(C)]
struct Functions {
    unknown: FUnknownVtbl,
    get_api: unsafe extern "system" fn(*mut c_void, *const c_char) -> *mut c_void,
    get_parent: unsafe extern "system" fn(*mut c_void, u32) -> *mut c_void,
    extended: unsafe extern "system" fn(
        *mut c_void,
        u32,
        *mut c_void,
        *mut c_void,
        *mut c_void,
    ) -> *mut c_void,
}

/// What the host initialises plugins with, for the [`Reaper`](reaper::Reaper) of the thread that calls. One for each plugin, so
/// that its references can be counted.
#[repr(C)]
pub(super) struct Context {
    functions: &'static Functions,
    references: AtomicU32,
}

static FUNCTIONS: Functions = Functions {
    unknown: FUnknownVtbl {
        queryInterface: query,
        addRef: add_reference,
        release,
    },
    get_api,
    get_parent,
    extended,
};

impl Context {
    pub(super) fn new() -> Box<Self> {
        Box::new(Self {
            functions: &FUNCTIONS,
            references: AtomicU32::new(0),
        })
    }

    pub(super) fn pointer(&self) -> *mut FUnknown {
        (&raw const *self).cast_mut().cast()
    }

    /// Returns how many references the plugin holds.
    pub(super) fn references(&self) -> u32 {
        self.references.load(Ordering::Relaxed)
    }
}

/// # Safety
/// `this` is a [`Context`].
unsafe fn count<'a>(this: *mut FUnknown) -> &'a AtomicU32 {
    // SAFETY: by the caller's promise.
    unsafe { &(*this.cast::<Context>()).references }
}

unsafe extern "system" fn query(
    this: *mut FUnknown,
    id: *const TUID,
    found: *mut *mut c_void,
) -> tresult {
    // SAFETY: the plugin passes an id and a place.
    unsafe {
        let is_ours = *id == ID || (*id).map(|byte| byte as u8) == FUnknown::IID;
        *found = if is_ours { this.cast() } else { null_mut() };
        if !is_ours {
            return kNoInterface;
        }
        add_reference(this);
    }
    kResultOk
}

unsafe extern "system" fn add_reference(this: *mut FUnknown) -> u32 {
    // SAFETY: the plugin passes what it was given.
    unsafe { count(this) }.fetch_add(1, Ordering::Relaxed) + 1
}

unsafe extern "system" fn release(this: *mut FUnknown) -> u32 {
    // SAFETY: the plugin passes what it was given.
    unsafe { count(this) }.fetch_sub(1, Ordering::Relaxed) - 1
}

unsafe extern "system" fn get_api(_this: *mut c_void, name: *const c_char) -> *mut c_void {
    // SAFETY: the plugin passes a text that ends with a zero.
    reaper::function(unsafe { CStr::from_ptr(name) })
}

unsafe extern "system" fn get_parent(_this: *mut c_void, which: u32) -> *mut c_void {
    reaper::parent(which as c_int)
}

unsafe extern "system" fn extended(
    _this: *mut c_void,
    _call: u32,
    _first: *mut c_void,
    _second: *mut c_void,
    _third: *mut c_void,
) -> *mut c_void {
    null_mut()
}
