//! What VST3 hosts find in the library. By hand, so that instances are [`Component`]s.

use std::ffi::c_void;

use nice_plug::wrapper::setup_logger;
use nice_plug::wrapper::vst3::PluginInfo;
use nice_plug::wrapper::vst3::vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, int32, kInvalidArgument, kResultOk, tresult,
};
use nice_plug::wrapper::vst3::vst3::{Class, ComWrapper};

use super::vst3_component::Component;
use super::{DiffBgm, Instrument};

/// Creates instances of the one type.
struct Factory(PluginInfo);

impl Class for Factory {
    type Interfaces = (IPluginFactory, IPluginFactory2, IPluginFactory3);
}

/// Writes what a host asks for about the type at `index` into its place.
///
/// # Safety
/// `place` is null or a place for it.
unsafe fn give<T>(index: int32, place: *mut T, info: impl FnOnce() -> T) -> tresult {
    if index != 0 || place.is_null() {
        return kInvalidArgument;
    }
    // SAFETY: by the caller's promise.
    unsafe { place.write(info()) };
    kResultOk
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: VST3 promises null or a place.
        unsafe { give(0, info, || self.0.create_factory_info()) }
    }

    unsafe fn countClasses(&self) -> int32 {
        1
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        // SAFETY: VST3 promises null or a place.
        unsafe { give(index, info, || self.0.create_class_info()) }
    }

    unsafe fn createInstance(
        &self,
        class: FIDString,
        interface: FIDString,
        instance: *mut *mut c_void,
    ) -> tresult {
        if class.is_null() || interface.is_null() || instance.is_null() {
            return kInvalidArgument;
        }
        // SAFETY: VST3 promises the 16 bytes of an id.
        let is_ours = unsafe { *class.cast::<[u8; 16]>() } == *self.0.cid;
        let component = is_ours.then(|| ComWrapper::new(Component::new()));
        let unknown = component
            .as_ref()
            .and_then(ComWrapper::as_com_ref::<FUnknown>);
        let Some(unknown) = unknown else {
            return kInvalidArgument;
        };
        let unknown = unknown.as_ptr();
        // SAFETY: the component lives until its last reference is released: `component`, or the one that is handed out.
        unsafe { ((*(*unknown).vtbl).queryInterface)(unknown, interface.cast::<TUID>(), instance) }
    }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: VST3 promises null or a place.
        unsafe { give(index, info, || self.0.create_class_info_2()) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: VST3 promises null or a place.
        unsafe { give(index, info, || self.0.create_class_info_unicode()) }
    }

    unsafe fn setHostContext(&self, _context: *mut FUnknown) -> tresult {
        kResultOk
    }
}

/// The entry point of VST3.
#[unsafe(no_mangle)]
pub(super) extern "system" fn GetPluginFactory() -> *mut c_void {
    let factory = Factory(PluginInfo::for_plugin::<DiffBgm<Instrument>>());
    let factory = ComWrapper::new(factory).to_com_ptr::<IPluginFactory>();
    factory.map_or(std::ptr::null_mut(), |factory| factory.into_raw().cast())
}

/// What hosts on Linux call when they have loaded the library.
#[cfg(all(target_family = "unix", not(target_os = "macos")))]
#[unsafe(no_mangle)]
pub(super) extern "C" fn ModuleEntry(_library: *mut c_void) -> bool {
    setup_logger::<DiffBgm<Instrument>>();
    true
}

/// What hosts on Linux call before they unload the library.
#[cfg(all(target_family = "unix", not(target_os = "macos")))]
#[unsafe(no_mangle)]
pub(super) extern "C" fn ModuleExit() -> bool {
    true
}

/// What hosts on macOS call when they have loaded the library.
#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
pub(super) extern "C" fn bundleEntry(_bundle: *mut c_void) -> bool {
    setup_logger::<DiffBgm<Instrument>>();
    true
}

/// What hosts on macOS call before they unload the library.
#[cfg(target_os = "macos")]
#[unsafe(no_mangle)]
pub(super) extern "C" fn bundleExit() -> bool {
    true
}

/// What hosts on Windows call when they have loaded the library.
#[cfg(target_os = "windows")]
#[unsafe(no_mangle)]
pub(super) extern "system" fn InitDll() -> bool {
    setup_logger::<DiffBgm<Instrument>>();
    true
}

/// What hosts on Windows call before they unload the library.
#[cfg(target_os = "windows")]
#[unsafe(no_mangle)]
pub(super) extern "system" fn ExitDll() -> bool {
    true
}
