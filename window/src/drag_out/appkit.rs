//! Dragging files on macOS by AppKit, which follows the pointer by itself.

mod source;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use baseview::WindowContext;
use objc2::rc::Retained;
use objc2::runtime::ProtocolObject;
use objc2::{AnyThread, MainThreadMarker};
use objc2_app_kit::{
    NSDraggingItem, NSEvent, NSEventModifierFlags, NSEventType, NSView, NSWorkspace,
};
use objc2_foundation::{NSArray, NSPoint, NSProcessInfo, NSRect, NSSize, NSString, NSURL};
use raw_window_handle::{HasWindowHandle, RawWindowHandle};

use super::DragState;

/// The width and height of a file's icon under the pointer, in points.
const ICON_SIZE: f64 = 32.0;

/// A drag. AppKit offers no way to cancel one, so it goes on until the button is let go, also when this is dropped.
pub(super) struct Drag(Rc<RefCell<DragState>>);

impl Drag {
    /// Begins to drag files while the primary button is held in `window`.
    pub(super) fn start(window: &WindowContext, files: &[PathBuf]) -> Self {
        let state = Rc::new(RefCell::new(DragState::Dragging));
        if begin(window, files, &state).is_none() {
            state.replace(DragState::Refused("macOS did not begin it".to_owned()));
        }
        Self(state)
    }

    /// Returns how the drag stands.
    pub(super) fn state(&self) -> DragState {
        self.0.borrow().clone()
    }
}

/// Begins a drag, or returns `None` if the system refuses.
fn begin(window: &WindowContext, files: &[PathBuf], state: &Rc<RefCell<DragState>>) -> Option<()> {
    let _main_thread = MainThreadMarker::new()?;
    if NSEvent::pressedMouseButtons() & 1 == 0 {
        state.replace(DragState::Cancelled);
        return Some(());
    }
    let RawWindowHandle::AppKit(handle) = window.window_handle().ok()?.as_raw() else {
        return None;
    };
    // SAFETY: the handle is that of the window's view, which exists during the call.
    let view = unsafe { handle.ns_view.cast::<NSView>().as_ref() };
    let parent = view.window()?;
    let place = parent.mouseLocationOutsideOfEventStream();
    // The window asks for a drag while it draws, so that the event that caused it has passed.
    let event = NSEvent::mouseEventWithType_location_modifierFlags_timestamp_windowNumber_context_eventNumber_clickCount_pressure(
        NSEventType::LeftMouseDragged,
        place,
        NSEventModifierFlags::empty(),
        NSProcessInfo::processInfo().systemUptime(),
        parent.windowNumber(),
        None,
        0,
        1,
        1.0,
    )?;
    let place = view.convertPoint_fromView(place, None);
    let items: Option<Vec<_>> = files.iter().map(|file| item(file, place)).collect();
    let source = source::source(Rc::clone(state))?;
    view.beginDraggingSessionWithItems_event_source(
        &NSArray::from_retained_slice(&items?),
        &event,
        &source,
    );
    Some(())
}

/// Returns a file as it is dragged: its address, and its icon under the pointer.
fn item(file: &Path, pointer: NSPoint) -> Option<Retained<NSDraggingItem>> {
    let path = NSString::from_str(file.to_str()?);
    let url = NSURL::fileURLWithPath(&path);
    let item = NSDraggingItem::initWithPasteboardWriter(
        NSDraggingItem::alloc(),
        ProtocolObject::from_ref(&*url),
    );
    let icon = NSWorkspace::sharedWorkspace().iconForFile(&path);
    let corner = NSPoint::new(pointer.x - ICON_SIZE / 2.0, pointer.y - ICON_SIZE / 2.0);
    let frame = NSRect::new(corner, NSSize::new(ICON_SIZE, ICON_SIZE));
    // SAFETY: the contents are an image, as they may be.
    unsafe { item.setDraggingFrame_contents(frame, Some(&icon)) };
    Some(item)
}
