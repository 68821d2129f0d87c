//! The way from an instance to the host that created it, of which the framework keeps no public trace.

mod clap;
mod vst3;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, ThreadId};

use nice_plug::wrapper::clap::clap_host;
use nice_plug::wrapper::vst3::vst3::Steinberg::FUnknown;
use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::timeline::reaper::{ReaperHost, ReaperTimeline};
use crate::timeline::{HostTimeline, TimelineSource};
use clap::ClapHost;
use vst3::ReaperApplication;

thread_local! {
    /// The link of the instance that is being created on this thread. The framework creates the plugin itself, without
    /// anything of the host's.
    static CREATING: RefCell<Option<Arc<HostLink>>> = const { RefCell::new(None) };
}

/// An instance's link to its host.
pub(super) struct HostLink {
    /// The thread that created the instance, which is the host's main thread.
    main_thread: ThreadId,
    host: Host,
    /// Whether the host is REAPER.
    is_reaper: AtomicBool,
}

enum Host {
    /// Unknown: the instance was not created by a host.
    None,
    Clap(ClapHost),
    /// REAPER's side of the host, between `initialize` and `terminate`.
    Vst3(Mutex<Option<ReaperApplication>>),
}

impl HostLink {
    /// Returns the link to a CLAP host that creates an instance on this thread.
    ///
    /// # Safety
    /// `host` is valid until the instance is destroyed.
    pub(super) unsafe fn clap(host: *const clap_host) -> Arc<Self> {
        Arc::new(Self::of(Host::Clap(ClapHost(host))))
    }

    /// Returns the link to a VST3 host that creates an instance on this thread.
    pub(super) fn vst3() -> Arc<Self> {
        Arc::new(Self::of(Host::Vst3(Mutex::new(None))))
    }

    fn of(host: Host) -> Self {
        Self {
            main_thread: thread::current().id(),
            host,
            is_reaper: AtomicBool::new(false),
        }
    }

    /// Creates an instance, which takes this link by [`HostLink::of_creation`].
    pub(super) fn creating<T>(self: &Arc<Self>, create: impl FnOnce() -> T) -> T {
        let before = CREATING.replace(Some(Arc::clone(self)));
        let created = create();
        CREATING.set(before);
        created
    }

    /// Returns the link of the instance that is being created on this thread.
    pub(super) fn of_creation() -> Arc<Self> {
        let creating = CREATING.with_borrow(Clone::clone);
        creating.unwrap_or_else(|| Arc::new(Self::of(Host::None)))
    }

    fn is_main_thread(&self) -> bool {
        thread::current().id() == self.main_thread
    }

    /// Finds out whether a CLAP host is REAPER. To be called by the host, after it has initialised the instance.
    pub(super) fn look(&self) {
        if let Host::Clap(host) = &self.host
            && self.is_main_thread()
        {
            // SAFETY: this is the main thread of the host, which has initialised the instance and calls it.
            let found = unsafe { host.reaper() };
            self.is_reaper.store(found.is_some(), Ordering::Relaxed);
        }
    }

    /// Takes the context that a VST3 host initialises the instance with.
    ///
    /// # Safety
    /// `context` is null or valid, and the call is within `initialize` of the instance.
    pub(super) unsafe fn initialised(&self, context: *mut FUnknown) {
        if let Host::Vst3(application) = &self.host {
            // SAFETY: by the caller's promise.
            let found = unsafe { ReaperApplication::of(context) };
            self.is_reaper.store(found.is_some(), Ordering::Relaxed);
            *application.lock() = found;
        }
    }

    /// Lets go of the context.
    pub(super) fn terminated(&self) {
        if let Host::Vst3(application) = &self.host {
            self.is_reaper.store(false, Ordering::Relaxed);
            application.lock().take();
        }
    }
}

impl TimelineSource for HostLink {
    fn is_there(&self) -> bool {
        self.is_reaper.load(Ordering::Relaxed)
    }

    fn visit(&self, visit: &mut dyn FnMut(&dyn HostTimeline) -> Result<()>) -> Result<()> {
        if !self.is_main_thread() {
            return Err(Error::Usage(
                "REAPER gave no moment on its main thread. Use the CLAP plugin, or save the take as a file."
                    .to_owned(),
            ));
        }
        let gone = || Error::Usage("The host is not REAPER. Save the take as a file.".to_owned());
        let host: Box<dyn ReaperHost> = match &self.host {
            Host::None => return Err(gone()),
            // SAFETY: this is the main thread of the host, which does not destroy the instance meanwhile.
            Host::Clap(host) => Box::new(unsafe { host.reaper() }.ok_or_else(gone)?),
            Host::Vst3(application) => {
                let application = application.lock().as_ref().map(ReaperApplication::share);
                Box::new(application.ok_or_else(gone)?)
            }
        };
        // SAFETY: this is REAPER's main thread, and the timeline is dropped before this returns.
        let timeline = unsafe { ReaperTimeline::connect(&*host) }?;
        visit(&timeline)
    }
}
