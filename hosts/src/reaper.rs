//! REAPER's interface for plugins over a project in memory.
//!
//! [`Reaper`] stands for REAPER on the thread that it is started on, which is its main thread. What a plugin must not do is noted
//! and fails the test: a call off the main thread, a pointer that was never given out or whose object was deleted, a name that
//! is not one of REAPER's, a change outside an undo step, steps and pauses of drawing that do not end.

mod functions;
mod model;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{null, null_mut};
use std::sync::{Mutex, PoisonError};

pub use model::{Control, Item, Marker, Model, Note, Source, Take, Tempo, Text, Track};

/// The version that REAPER's header calls `REAPER_PLUGIN_VERSION`.
const INTERFACE_VERSION: c_int = 0x20E;
/// The name by which CLAP plugins ask for the interface.
pub const CLAP_EXTENSION: &CStr = c"cockos.reaper_extension";

thread_local! {
    /// The REAPER of this thread.
    static HERE: RefCell<Option<Session>> = const { RefCell::new(None) };
    /// What was done wrong on this thread.
    static FAULTS: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// What was done wrong off the main thread of any REAPER.
static ELSEWHERE: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Session {
    model: Model,
    /// Functions that this REAPER does not have.
    missing: BTreeSet<&'static str>,
    /// Functions that do nothing.
    refusing: BTreeSet<&'static str>,
    /// Whether plugins are told their project.
    tells_project: bool,
}

/// REAPER with one project, on the current thread, until it is dropped.
pub struct Reaper(());

impl Reaper {
    /// Starts it with an empty project.
    ///
    /// # Panics
    /// Panics if there is one on this thread.
    #[must_use]
    pub fn start() -> Self {
        HERE.with_borrow_mut(|here| {
            assert!(here.is_none(), "one REAPER a thread");
            *here = Some(Session {
                model: Model::default(),
                missing: BTreeSet::new(),
                refusing: BTreeSet::new(),
                tells_project: true,
            });
        });
        Self(())
    }

    /// Makes it one that lacks some functions.
    pub fn lacks(&self, names: &[&'static str]) {
        session(|session| session.missing.extend(names));
    }

    /// Makes it one in which some functions do nothing, and return that they did not.
    pub fn refuses(&self, names: &[&'static str]) {
        session(|session| session.refusing.extend(names));
    }

    /// Makes it one that runs plugins apart, and tells them no project.
    pub fn runs_plugins_apart(&self) {
        session(|session| session.tells_project = false);
    }

    /// Reads or changes the project, as its user does.
    pub fn project<T>(&self, act: impl FnOnce(&mut Model) -> T) -> T {
        session(|session| act(&mut session.model))
    }

    /// Returns what was done wrong on this thread, and forgets it.
    pub fn take_faults(&self) -> Vec<String> {
        FAULTS.take()
    }

    /// Checks that nobody did anything wrong, on this thread or off every main thread.
    ///
    /// # Panics
    /// Panics if somebody did.
    pub fn assert_no_fault(&self) {
        let open = session(|session| (session.model.open_steps, session.model.pauses));
        assert_eq!(open, (0, 0), "steps and pauses that did not end");
        let faults = self.take_faults();
        assert!(faults.is_empty(), "{faults:#?}");
        let elsewhere = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(elsewhere.is_empty(), "{elsewhere:#?}");
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        HERE.with_borrow_mut(Option::take);
    }
}

fn session<T>(act: impl FnOnce(&mut Session) -> T) -> T {
    HERE.with_borrow_mut(|here| act(here.as_mut().expect("REAPER runs on this thread")))
}

/// Notes what was done wrong on this thread.
fn fault(text: impl Into<String>) {
    FAULTS.with_borrow_mut(|faults| faults.push(text.into()));
}

/// Notes what was done wrong off the main thread.
fn fault_elsewhere(text: String) {
    let mut faults = ELSEWHERE.lock().unwrap_or_else(PoisonError::into_inner);
    faults.push(text);
}

/// What a function returns that cannot do what it is asked.
trait Nothing {
    fn nothing() -> Self;
}

impl Nothing for () {
    fn nothing() {}
}

impl Nothing for bool {
    fn nothing() -> Self {
        false
    }
}

impl Nothing for c_int {
    fn nothing() -> Self {
        0
    }
}

impl Nothing for f64 {
    fn nothing() -> Self {
        0.0
    }
}

impl Nothing for *mut c_void {
    fn nothing() -> Self {
        null_mut()
    }
}

/// Acts for the function `name`. Notes that it was called off the main thread.
fn call<T: Nothing>(name: &str, act: impl FnOnce(&mut Model) -> Option<T>) -> T {
    HERE.with_borrow_mut(|here| match here {
        Some(session) if session.refusing.contains(name) => T::nothing(),
        Some(session) => act(&mut session.model).unwrap_or_else(T::nothing),
        None => {
            fault_elsewhere(format!("{name} was called off the main thread"));
            T::nothing()
        }
    })
}

/// Returns the names of the functions that there are.
pub fn names() -> Vec<&'static str> {
    functions::all_names()
}

/// Returns the function of a name, as `GetFunc` does.
pub fn function(name: &CStr) -> *mut c_void {
    let name = name.to_string_lossy();
    HERE.with_borrow(|here| {
        let Some(session) = here else {
            fault_elsewhere(format!("GetFunc({name}) was called off the main thread"));
            return null_mut();
        };
        let found = if name == "clap_get_reaper_context" {
            Some(context as *const () as *mut c_void)
        } else {
            functions::find_any(&name)
        };
        if found.is_none() {
            fault(format!("REAPER's header has no function {name}"));
        }
        let found = found.filter(|_| !session.missing.contains(&*name));
        found.unwrap_or(null_mut())
    })
}

/// Returns what a plugin belongs to, as `clap_get_reaper_context` does: 1 for the track, 3 for the project.
pub fn parent(which: c_int) -> *mut c_void {
    HERE.with_borrow(|here| {
        let Some(session) = here else {
            fault_elsewhere("the context was asked off the main thread".to_owned());
            return null_mut();
        };
        match which {
            _ if !session.tells_project => null_mut(),
            1 => session.model.plugin_track(),
            3 => session.model.pointer(),
            _ => {
                fault(format!("the context {which} was asked"));
                null_mut()
            }
        }
    })
}

extern "C" fn context(_host: *const c_void, which: c_int) -> *mut c_void {
    parent(which)
}

extern "C" fn get_function(name: *const c_char) -> *mut c_void {
    if name.is_null() {
        return null_mut();
    }
    // SAFETY: the caller passes a text that ends with a zero.
    function(unsafe { CStr::from_ptr(name) })
}

extern "C" fn register(_name: *const c_char, _what: *mut c_void) -> c_int {
    fault_elsewhere("Register was called".to_owned());
    0
}

/// What REAPER's header calls `reaper_plugin_info_t`.
#[repr(C)]
pub struct PluginInfo {
    caller_version: c_int,
    main_window: *const c_void,
    register: extern "C" fn(*const c_char, *mut c_void) -> c_int,
    get_function: extern "C" fn(*const c_char) -> *mut c_void,
}

// SAFETY: it is never changed.
unsafe impl Sync for PluginInfo {}

/// The interface, the same for all plugins.
pub static INFO: PluginInfo = PluginInfo {
    caller_version: INTERFACE_VERSION,
    main_window: null(),
    register,
    get_function,
};
