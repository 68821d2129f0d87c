//! The instrument as a VST3 component. It forwards everything to the framework's, except that it keeps the context that the
//! host initialises it with, which the framework drops.

use std::sync::Arc;

use nice_plug::wrapper::vst3::Wrapper;
use nice_plug::wrapper::vst3::vst3::Class;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::ChannelContext::IInfoListenerTrait;
use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::*;
use nice_plug::wrapper::vst3::vst3::Steinberg::*;

use super::host_link::HostLink;
use super::{DiffBgm, Instrument};

/// An instance.
pub(super) struct Component {
    wrapper: Wrapper<DiffBgm<Instrument>>,
    link: Arc<HostLink>,
}

impl Component {
    /// Creates an instance for the host that this thread is of.
    pub(super) fn new() -> Self {
        let link = HostLink::vst3();
        Self {
            wrapper: link.creating(Wrapper::new),
            link,
        }
    }
}

/// The framework's interfaces.
impl Class for Component {
    type Interfaces = <Wrapper<DiffBgm<Instrument>> as Class>::Interfaces;
}

impl IPluginBaseTrait for Component {
    unsafe fn initialize(&self, context: *mut FUnknown) -> tresult {
        // SAFETY: this is `initialize`, and VST3 promises null or a valid context.
        unsafe {
            self.link.initialised(context);
            self.wrapper.initialize(context)
        }
    }

    unsafe fn terminate(&self) -> tresult {
        self.link.terminated();
        // SAFETY: the caller's promise is the one that the wrapper asks for.
        unsafe { self.wrapper.terminate() }
    }
}

/// Implements interfaces by forwarding their functions to the framework's wrapper.
macro_rules! forward {
    ($($interface:ident { $(fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)* })*) => {$(
        impl $interface for Component {
            $(unsafe fn $name(&self, $($argument: $type),*) -> $result {
                // SAFETY: the caller's promise is the one that the wrapper asks for.
                unsafe { $interface::$name(&self.wrapper, $($argument),*) }
            })*
        }
    )*};
}

forward! {
    IComponentTrait {
        fn getControllerClassId(class: *mut TUID) -> tresult;
        fn setIoMode(mode: IoMode) -> tresult;
        fn getBusCount(media: MediaType, direction: BusDirection) -> int32;
        fn getBusInfo(media: MediaType, direction: BusDirection, index: int32, bus: *mut BusInfo) -> tresult;
        fn getRoutingInfo(input: *mut RoutingInfo, output: *mut RoutingInfo) -> tresult;
        fn activateBus(media: MediaType, direction: BusDirection, index: int32, state: TBool) -> tresult;
        fn setActive(state: TBool) -> tresult;
        fn setState(state: *mut IBStream) -> tresult;
        fn getState(state: *mut IBStream) -> tresult;
    }
    IEditControllerTrait {
        fn setComponentState(state: *mut IBStream) -> tresult;
        fn setState(state: *mut IBStream) -> tresult;
        fn getState(state: *mut IBStream) -> tresult;
        fn getParameterCount() -> int32;
        fn getParameterInfo(index: int32, info: *mut ParameterInfo) -> tresult;
        fn getParamStringByValue(id: ParamID, value: ParamValue, text: *mut String128) -> tresult;
        fn getParamValueByString(id: ParamID, text: *mut TChar, value: *mut ParamValue) -> tresult;
        fn normalizedParamToPlain(id: ParamID, value: ParamValue) -> ParamValue;
        fn plainParamToNormalized(id: ParamID, value: ParamValue) -> ParamValue;
        fn getParamNormalized(id: ParamID) -> ParamValue;
        fn setParamNormalized(id: ParamID, value: ParamValue) -> tresult;
        fn setComponentHandler(handler: *mut IComponentHandler) -> tresult;
        fn createView(name: FIDString) -> *mut IPlugView;
    }
    IAudioProcessorTrait {
        fn setBusArrangements(inputs: *mut SpeakerArrangement, input_count: int32, outputs: *mut SpeakerArrangement, output_count: int32) -> tresult;
        fn getBusArrangement(direction: BusDirection, index: int32, arrangement: *mut SpeakerArrangement) -> tresult;
        fn canProcessSampleSize(size: int32) -> tresult;
        fn getLatencySamples() -> uint32;
        fn setupProcessing(setup: *mut ProcessSetup) -> tresult;
        fn setProcessing(state: TBool) -> tresult;
        fn process(data: *mut ProcessData) -> tresult;
        fn getTailSamples() -> uint32;
    }
    IMidiMappingTrait {
        fn getMidiControllerAssignment(bus: int32, channel: int16, controller: CtrlNumber, id: *mut ParamID) -> tresult;
    }
    INoteExpressionControllerTrait {
        fn getNoteExpressionCount(bus: int32, channel: int16) -> int32;
        fn getNoteExpressionInfo(bus: int32, channel: int16, index: int32, info: *mut NoteExpressionTypeInfo) -> tresult;
        fn getNoteExpressionStringByValue(bus: int32, channel: int16, id: NoteExpressionTypeID, value: NoteExpressionValue, text: *mut String128) -> tresult;
        fn getNoteExpressionValueByString(bus: int32, channel: int16, id: NoteExpressionTypeID, text: *const TChar, value: *mut NoteExpressionValue) -> tresult;
    }
    IProcessContextRequirementsTrait {
        fn getProcessContextRequirements() -> uint32;
    }
    IUnitInfoTrait {
        fn getUnitCount() -> int32;
        fn getUnitInfo(index: int32, info: *mut UnitInfo) -> tresult;
        fn getProgramListCount() -> int32;
        fn getProgramListInfo(index: int32, info: *mut ProgramListInfo) -> tresult;
        fn getProgramName(list: ProgramListID, index: int32, name: *mut String128) -> tresult;
        fn getProgramInfo(list: ProgramListID, index: int32, attribute: *const char8, value: *mut String128) -> tresult;
        fn hasProgramPitchNames(list: ProgramListID, index: int32) -> tresult;
        fn getProgramPitchName(list: ProgramListID, index: int32, pitch: int16, name: *mut String128) -> tresult;
        fn getSelectedUnit() -> UnitID;
        fn selectUnit(unit: UnitID) -> tresult;
        fn getUnitByBus(media: MediaType, direction: BusDirection, bus: int32, channel: int32, unit: *mut UnitID) -> tresult;
        fn setUnitProgramData(list_or_unit: int32, index: int32, data: *mut IBStream) -> tresult;
    }
    IInfoListenerTrait {
        fn setChannelContextInfos(list: *mut IAttributeList) -> tresult;
    }
}
