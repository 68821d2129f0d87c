//! What CLAP hosts find in the library. By hand, because the framework's macro does not hand the host on to the instance.

use std::ffi::{CStr, c_char, c_void};
use std::ptr::{null, null_mut};
use std::sync::{Arc, OnceLock};

use nice_plug::wrapper::clap::{
    CLAP_PLUGIN_FACTORY_ID, CLAP_VERSION, ClapPlugin, PluginDescriptor, Wrapper, clap_host,
    clap_plugin, clap_plugin_descriptor, clap_plugin_entry, clap_plugin_factory,
};
use nice_plug::wrapper::setup_logger;

use super::host_link::HostLink;
use super::{DiffBgm, Instrument, NoteEffect};

/// Creates an instance for a host.
type Create = unsafe fn(*const clap_host) -> *const clap_plugin;

/// How each type is created, in the order of the descriptors.
const CREATE: [Create; 2] = [create::<DiffBgm<NoteEffect>>, create::<DiffBgm<Instrument>>];

fn descriptors() -> &'static [PluginDescriptor; CREATE.len()] {
    static DESCRIPTORS: OnceLock<[PluginDescriptor; CREATE.len()]> = OnceLock::new();
    DESCRIPTORS.get_or_init(|| {
        [
            PluginDescriptor::for_plugin::<DiffBgm<NoteEffect>>(),
            PluginDescriptor::for_plugin::<DiffBgm<Instrument>>(),
        ]
    })
}

/// # Safety
/// `host` is valid until the instance is destroyed, as CLAP promises.
unsafe fn create<P: ClapPlugin>(host: *const clap_host) -> *const clap_plugin {
    // SAFETY: by the caller's promise.
    let link = unsafe { HostLink::clap(host) };
    // SAFETY: by the caller's promise.
    let wrapper = link.creating(|| unsafe { Wrapper::<P>::new(host) });
    // The framework takes the instance back from this pointer when the host destroys it.
    // SAFETY: the pointer is that of the instance.
    unsafe { (*Arc::into_raw(wrapper)).clap_plugin.as_ptr() }
}

unsafe extern "C" fn get_plugin_count(_factory: *const clap_plugin_factory) -> u32 {
    CREATE.len() as u32
}

unsafe extern "C" fn get_plugin_descriptor(
    _factory: *const clap_plugin_factory,
    index: u32,
) -> *const clap_plugin_descriptor {
    let descriptor = descriptors().get(index as usize);
    descriptor.map_or(null(), |descriptor| descriptor.clap_plugin_descriptor())
}

unsafe extern "C" fn create_plugin(
    _factory: *const clap_plugin_factory,
    host: *const clap_host,
    id: *const c_char,
) -> *const clap_plugin {
    if host.is_null() || id.is_null() {
        return null();
    }
    // SAFETY: CLAP promises a text that ends with a zero.
    let id = unsafe { CStr::from_ptr(id) };
    let mut types = descriptors().iter().zip(CREATE);
    match types.find(|(descriptor, _)| descriptor.clap_id() == id) {
        // SAFETY: CLAP promises that the host outlives the instance.
        Some((_, create)) => unsafe { create(host) },
        None => null(),
    }
}

static FACTORY: clap_plugin_factory = clap_plugin_factory {
    get_plugin_count: Some(get_plugin_count),
    get_plugin_descriptor: Some(get_plugin_descriptor),
    create_plugin: Some(create_plugin),
};

extern "C" fn init(_path: *const c_char) -> bool {
    setup_logger::<DiffBgm<Instrument>>();
    true
}

extern "C" fn deinit() {}

extern "C" fn get_factory(id: *const c_char) -> *const c_void {
    // SAFETY: CLAP promises null or a text that ends with a zero.
    let is_ours = !id.is_null() && unsafe { CStr::from_ptr(id) } == CLAP_PLUGIN_FACTORY_ID;
    if is_ours {
        (&raw const FACTORY).cast()
    } else {
        null_mut()
    }
}

/// The entry point of CLAP.
#[unsafe(no_mangle)]
#[used]
pub(super) static clap_entry: clap_plugin_entry = clap_plugin_entry {
    clap_version: CLAP_VERSION,
    init: Some(init),
    deinit: Some(deinit),
    get_factory: Some(get_factory),
};
