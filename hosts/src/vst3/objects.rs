//! The objects that a VST3 host passes to the plugin.

use std::cell::RefCell;
use std::ffi::c_void;

use vst3::Steinberg::Vst::Event_::EventTypes_::{kNoteOffEvent, kNoteOnEvent};
use vst3::Steinberg::Vst::{
    Event, IEventList, IEventListTrait, IParamValueQueue, IParamValueQueueTrait, IParameterChanges,
    IParameterChangesTrait, ParamID, ParamValue,
};
use vst3::Steinberg::{
    IBStream, IBStream_::IStreamSeekMode, IBStream_::IStreamSeekMode_, IBStreamTrait, int32, int64,
    kInvalidArgument, kResultOk, tresult, uint16,
};
use vst3::{Class, ComWrapper};

use crate::Heard;

/// Records the events that the plugin sends, up to `room` of them.
pub(super) struct Events {
    pub(super) sent: RefCell<Vec<(int32, Heard)>>,
    pub(super) room: usize,
}

impl Class for Events {
    type Interfaces = (IEventList,);
}

impl IEventListTrait for Events {
    unsafe fn getEventCount(&self) -> int32 {
        self.sent.borrow().len() as int32
    }

    unsafe fn getEvent(&self, _index: int32, _event: *mut Event) -> tresult {
        kInvalidArgument
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        let mut sent = self.sent.borrow_mut();
        if sent.len() >= self.room {
            return kInvalidArgument;
        }
        // SAFETY: the plugin passes an event that is valid during the call, and whose type tells which field of the union
        // is set.
        let (offset, heard) = unsafe {
            let event = &*event;
            let heard = if event.r#type == kNoteOnEvent as uint16 {
                Heard::On {
                    channel: event.__field0.noteOn.channel as u8,
                    pitch: event.__field0.noteOn.pitch as u8,
                    velocity: event.__field0.noteOn.velocity,
                }
            } else {
                assert_eq!(event.r#type, kNoteOffEvent as uint16);
                Heard::Off {
                    channel: event.__field0.noteOff.channel as u8,
                    pitch: event.__field0.noteOff.pitch as u8,
                }
            };
            (event.sampleOffset, heard)
        };
        sent.push((offset, heard));
        kResultOk
    }
}

/// A change of a parameter at the start of a block.
pub(super) struct Change {
    pub(super) parameter: ParamID,
    pub(super) normalized: ParamValue,
}

impl Class for Change {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for Change {
    unsafe fn getParameterId(&self) -> ParamID {
        self.parameter
    }

    unsafe fn getPointCount(&self) -> int32 {
        1
    }

    unsafe fn getPoint(&self, _index: int32, frame: *mut int32, value: *mut ParamValue) -> tresult {
        // SAFETY: the caller passes valid pointers.
        unsafe { (*frame, *value) = (0, self.normalized) };
        kResultOk
    }

    unsafe fn addPoint(&self, _: int32, _: ParamValue, _: *mut int32) -> tresult {
        kInvalidArgument
    }
}

/// A block's parameter changes: exactly one.
pub(super) struct Changes(pub(super) ComWrapper<Change>);

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        1
    }

    unsafe fn getParameterData(&self, _index: int32) -> *mut IParamValueQueue {
        let queue = self.0.as_com_ref::<IParamValueQueue>();
        queue.map_or(std::ptr::null_mut(), |queue| queue.as_ptr())
    }

    unsafe fn addParameterData(&self, _: *const ParamID, _: *mut int32) -> *mut IParamValueQueue {
        std::ptr::null_mut()
    }
}

/// A stream in memory.
#[derive(Default)]
pub(super) struct Stream {
    pub(super) bytes: RefCell<Vec<u8>>,
    position: RefCell<usize>,
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, count: int32, read: *mut int32) -> tresult {
        let (bytes, mut position) = (self.bytes.borrow(), self.position.borrow_mut());
        let part = &bytes[*position..bytes.len().min(*position + count as usize)];
        *position += part.len();
        // SAFETY: the caller's buffer has room for `count` bytes, and `part` is not longer than that.
        unsafe {
            buffer
                .cast::<u8>()
                .copy_from_nonoverlapping(part.as_ptr(), part.len());
            if !read.is_null() {
                *read = part.len() as int32;
            }
        }
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        // SAFETY: the caller's buffer holds `count` bytes.
        unsafe {
            let part = std::slice::from_raw_parts(buffer.cast::<u8>(), count as usize);
            self.bytes.borrow_mut().extend_from_slice(part);
            if !written.is_null() {
                *written = count;
            }
        }
        kResultOk
    }

    unsafe fn seek(&self, to: int64, mode: int32, result: *mut int64) -> tresult {
        let mut position = self.position.borrow_mut();
        let from = match mode as IStreamSeekMode {
            IStreamSeekMode_::kIBSeekSet => 0,
            IStreamSeekMode_::kIBSeekCur => *position as int64,
            _ => self.bytes.borrow().len() as int64,
        };
        *position = (from + to) as usize;
        if !result.is_null() {
            // SAFETY: the caller passes null or a valid pointer.
            unsafe { *result = *position as int64 };
        }
        kResultOk
    }

    unsafe fn tell(&self, position: *mut int64) -> tresult {
        // SAFETY: the caller passes a valid pointer.
        unsafe { *position = *self.position.borrow() as int64 };
        kResultOk
    }
}
