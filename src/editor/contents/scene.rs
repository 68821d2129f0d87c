//! What the parts of the window read and act on.

use std::cell::Cell;
use std::sync::Arc;

use crate::editor::param_access::ParamAccess;
use crate::editor::themes::ThemeRequest;
use crate::features::Stills;
use crate::instance::{Desk, HostTempo, Painting, Selection, State};
use crate::music::tempo_map::TempoMap;

/// The parts of a frame that all of the window shares.
#[derive(Clone, Copy)]
pub(in crate::editor) struct Scene<'a> {
    pub(in crate::editor) desk: &'a Desk,
    pub(in crate::editor) params: &'a dyn ParamAccess,
    /// The state of the snapshot; `desk` may have a newer one.
    pub(in crate::editor) state: &'a State,
    /// What is known of the host's tempo map.
    pub(in crate::editor) host_tempo: &'a HostTempo,
    /// The tempo of the next draft.
    pub(in crate::editor) tempo_map: &'a TempoMap,
    /// What is selected.
    pub(in crate::editor) selection: &'a Cell<Selection>,
    /// What the user begins to drag out of the window.
    pub(in crate::editor) dragged: &'a Cell<Option<Selection>>,
    /// The theme that is asked for in this frame.
    pub(in crate::editor) asked_theme: &'a Cell<Option<ThemeRequest>>,
    /// The draft that is being painted, as far as it is.
    pub(in crate::editor) painting: Option<&'a Painting>,
    /// The small pictures of the clip, if there are any.
    pub(in crate::editor) stills: Option<&'a Arc<Stills>>,
}
