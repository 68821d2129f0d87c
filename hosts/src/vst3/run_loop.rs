//! The moments that a VST3 host on Linux gives plugins on its main thread.

use std::cell::RefCell;

use vst3::Steinberg::Linux::{
    FileDescriptor, IEventHandler, IEventHandlerTrait, IRunLoop, IRunLoopTrait, ITimerHandler,
    TimerInterval,
};
use vst3::Steinberg::{
    IPlugFrame, IPlugFrameTrait, IPlugView, ViewRect, kNotImplemented, kResultOk, tresult,
};
use vst3::{Class, ComRef};

/// A frame around an editor, with the handlers that wait for moments.
#[derive(Default)]
pub(super) struct Frame {
    handlers: RefCell<Vec<(*mut IEventHandler, FileDescriptor)>>,
}

impl Frame {
    /// Calls all handlers.
    pub(super) fn run(&self) {
        let handlers = self.handlers.borrow().clone();
        for (handler, file) in handlers {
            // SAFETY: a handler is valid until it is taken from the list.
            if let Some(handler) = unsafe { ComRef::from_raw(handler) } {
                // SAFETY: as above; the file is the handler's.
                unsafe { handler.onFDIsSet(file) };
            }
        }
    }
}

impl Class for Frame {
    type Interfaces = (IPlugFrame, IRunLoop);
}

impl IPlugFrameTrait for Frame {
    unsafe fn resizeView(&self, _view: *mut IPlugView, _size: *mut ViewRect) -> tresult {
        kNotImplemented
    }
}

impl IRunLoopTrait for Frame {
    unsafe fn registerEventHandler(
        &self,
        handler: *mut IEventHandler,
        file: FileDescriptor,
    ) -> tresult {
        self.handlers.borrow_mut().push((handler, file));
        kResultOk
    }

    unsafe fn unregisterEventHandler(&self, handler: *mut IEventHandler) -> tresult {
        let mut handlers = self.handlers.borrow_mut();
        handlers.retain(|(other, _)| *other != handler);
        kResultOk
    }

    unsafe fn registerTimer(
        &self,
        _handler: *mut ITimerHandler,
        _milliseconds: TimerInterval,
    ) -> tresult {
        kNotImplemented
    }

    unsafe fn unregisterTimer(&self, _handler: *mut ITimerHandler) -> tresult {
        kNotImplemented
    }
}
