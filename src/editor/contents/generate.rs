//! What Generate does.

use super::{Contents, Scene};
use crate::editor::param_access::ParamAccess;
use crate::instance::Desk;

impl Contents {
    /// Enters the fields that are still being typed into and makes a draft, unless they are wrong.
    pub(super) fn generate(&mut self, desk: &Desk, params: &dyn ParamAccess) {
        if !(self.harmony.enter(desk) && self.top_bar.enter(desk)) {
            return;
        }
        let state = desk.session.state();
        let selection = self.selection.get();
        if state.current_take().is_some() && selection.repaints(&state.locks) {
            desk.repaint(params.values(), selection);
        } else {
            desk.generate(params.values());
        }
    }
}

/// Says what Generate does, or `None` if there is nothing that it could do.
pub(super) fn request(scene: Scene<'_>) -> Option<String> {
    let Scene { state, .. } = scene;
    let selection = scene.selection.get();
    if state.current_take().is_some() && selection.repaints(&state.locks) {
        let start = scene.params.values().start();
        let first_bar = scene.desk.session.first_bar(state, start);
        return Some(selection.request(&state.locks, first_bar));
    }
    (state.clip.is_some()).then(|| "Generate".to_owned())
}
