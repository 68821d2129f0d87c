//! How long the user holds the files.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use windows::Win32::Foundation::{
    DRAGDROP_S_CANCEL, DRAGDROP_S_DROP, DRAGDROP_S_USEDEFAULTCURSORS, POINT, S_OK,
};
use windows::Win32::System::Ole::{DROPEFFECT, DROPEFFECT_NONE, IDropSource, IDropSource_Impl};
use windows::Win32::System::SystemServices::{MK_LBUTTON, MODIFIERKEYS_FLAGS};
use windows::Win32::UI::WindowsAndMessaging::GetCursorPos;
use windows::core::{BOOL, HRESULT, implement};

use super::Shared;

/// How long a window may refuse after the button was let go. Some hosts refuse for their first 200 ms.
const PATIENCE: Duration = Duration::from_millis(400);
/// How far the pointer may move in that time, in pixels.
const STILL: i32 = 4;

/// The answers to whether the drag goes on.
#[implement(IDropSource)]
pub(super) struct Hold {
    shared: Rc<Shared>,
    /// When and where the button was let go over a window that refuses.
    let_go: Cell<Option<(Instant, POINT)>>,
    /// Whether what is under the pointer takes the files.
    is_welcome: Cell<bool>,
}

impl Hold {
    pub(super) fn new(shared: Rc<Shared>) -> Self {
        Self {
            shared,
            let_go: Cell::new(None),
            is_welcome: Cell::new(false),
        }
    }

    /// Returns whether what was last under the pointer takes the files.
    pub(super) fn is_welcome(&self) -> bool {
        self.is_welcome.get()
    }

    /// Returns what becomes of the drag now that the button is up.
    fn let_go(&self) -> HRESULT {
        if self.is_welcome.get() {
            return DRAGDROP_S_DROP;
        }
        let now = (Instant::now(), pointer());
        let Some((since, place)) = self.let_go.get() else {
            self.let_go.set(Some(now));
            return S_OK;
        };
        let is_near = |from: i32, to: i32| from.abs_diff(to) <= STILL.unsigned_abs();
        if !is_near(place.x, now.1.x) || !is_near(place.y, now.1.y) {
            return DRAGDROP_S_CANCEL;
        }
        if since.elapsed() < PATIENCE {
            S_OK
        } else {
            DRAGDROP_S_DROP
        }
    }
}

impl IDropSource_Impl for Hold_Impl {
    fn QueryContinueDrag(&self, is_escape: BOOL, buttons: MODIFIERKEYS_FLAGS) -> HRESULT {
        if is_escape.as_bool() || self.shared.is_stopped.get() {
            DRAGDROP_S_CANCEL
        } else if buttons.contains(MK_LBUTTON) {
            self.let_go.set(None);
            S_OK
        } else {
            Hold::let_go(self)
        }
    }

    fn GiveFeedback(&self, effect: DROPEFFECT) -> HRESULT {
        self.is_welcome.set(effect != DROPEFFECT_NONE);
        DRAGDROP_S_USEDEFAULTCURSORS
    }
}

/// Returns where the pointer is, or the corner of the screen if Windows does not say.
fn pointer() -> POINT {
    let mut place = POINT::default();
    // SAFETY: the place outlives the call.
    let _ = unsafe { GetCursorPos(&mut place) };
    place
}
