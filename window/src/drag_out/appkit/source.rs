//! The object that AppKit tells how a drag ended.

use std::cell::RefCell;
use std::ffi::{CStr, CString, c_void};
use std::ptr;
use std::rc::Rc;
use std::sync::OnceLock;

use objc2::rc::{Allocated, Retained};
use objc2::runtime::{AnyClass, AnyObject, AnyProtocol, Bool, ClassBuilder, ProtocolObject, Sel};
use objc2::{ClassType, ProtocolType, msg_send, sel};
use objc2_app_kit::{NSDragOperation, NSDraggingSource};
use objc2_foundation::{NSObject, NSPoint, NSUUID};

use crate::drag_out::DragState;

type State = RefCell<DragState>;

/// The object's variable: the drag's state until the drag has ended.
const STATE: &CStr = c"state";

/// Returns an object that writes how the drag ended into `state`, or `None` if there can be none.
pub(super) fn source(state: Rc<State>) -> Option<Retained<ProtocolObject<dyn NSDraggingSource>>> {
    let class = class()?;
    // SAFETY: the class descends from `NSObject`.
    let object: Retained<AnyObject> = unsafe {
        let object: Allocated<AnyObject> = msg_send![class, alloc];
        msg_send![object, init]
    };
    set_state(&object, Rc::into_raw(state).cast());
    // SAFETY: the class has the methods of the protocol.
    Some(unsafe { Retained::cast_unchecked(object) })
}

/// Returns the class of the objects.
fn class() -> Option<&'static AnyClass> {
    static CLASS: OnceLock<Option<&'static AnyClass>> = OnceLock::new();
    *CLASS.get_or_init(|| {
        // A host may load two files of this code, and classes are known to the whole process by their names.
        let name = format!("DiffBgmDragSource {}", NSUUID::UUID());
        let mut builder = ClassBuilder::new(&CString::new(name).ok()?, NSObject::class())?;
        builder.add_ivar::<*const c_void>(STATE);
        // SAFETY: the functions have the types that the protocol gives these methods.
        unsafe {
            builder.add_method(
                sel!(draggingSession:sourceOperationMaskForDraggingContext:),
                operations as extern "C-unwind" fn(_, _, _, _) -> _,
            );
            builder.add_method(
                sel!(ignoreModifierKeysForDraggingSession:),
                ignores_modifiers as extern "C-unwind" fn(_, _, _) -> _,
            );
            builder.add_method(
                sel!(draggingSession:endedAtPoint:operation:),
                ended as extern "C-unwind" fn(_, _, _, _, _),
            );
        }
        let protocol: Option<&AnyProtocol> = <dyn NSDraggingSource>::protocol();
        builder.add_protocol(protocol?);
        Some(builder.register())
    })
}

extern "C-unwind" fn operations(
    _source: &AnyObject,
    _method: Sel,
    _session: &AnyObject,
    _context: isize,
) -> NSDragOperation {
    NSDragOperation::Copy
}

extern "C-unwind" fn ignores_modifiers(
    _source: &AnyObject,
    _method: Sel,
    _session: &AnyObject,
) -> Bool {
    Bool::YES
}

extern "C-unwind" fn ended(
    source: &AnyObject,
    _method: Sel,
    _session: &AnyObject,
    _place: NSPoint,
    operation: NSDragOperation,
) {
    let state = set_state(source, ptr::null()).cast::<State>();
    if state.is_null() {
        return;
    }
    // SAFETY: the pointer came from `Rc::into_raw` and is given up here.
    let state = unsafe { Rc::from_raw(state) };
    state.replace(if operation == NSDragOperation::None {
        DragState::Cancelled
    } else {
        DragState::Dropped
    });
}

/// Gives the object another state. Returns the one that it had, or null.
fn set_state(object: &AnyObject, state: *const c_void) -> *const c_void {
    let Some(variable) = object.class().instance_variable(STATE) else {
        return ptr::null();
    };
    // SAFETY: the class has this variable, with this type, and AppKit calls on the main thread only.
    unsafe {
        let place = variable.load_ptr::<*const c_void>(object);
        ptr::replace(place, state)
    }
}
