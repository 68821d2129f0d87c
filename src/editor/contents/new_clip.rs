//! What is asked of a clip that was not shown before.

use super::Contents;
use crate::instance::{Cuts, Desk};

impl Contents {
    /// Looks for the small pictures of a clip that was not shown before.
    pub(super) fn find_stills(&mut self, desk: &Desk) {
        let clip = self.snapshot.state.clip.as_ref();
        let wanted = clip.map(|clip| (self.snapshot.epoch, clip.path.clone()));
        if wanted != self.stills_of {
            if let Some((_, path)) = &wanted {
                desk.find_stills(path.clone());
            }
            self.stills_of = wanted;
        }
    }

    /// Has the clip compared with that of the current take, if that was not done before.
    pub(super) fn compare_cuts(&mut self, desk: &Desk) {
        let cuts = Cuts::of(&self.snapshot.state);
        let wanted = cuts.map(|cuts| (self.snapshot.epoch, cuts));
        if wanted != self.compared {
            if wanted.is_some() {
                desk.compare_cuts();
            }
            self.compared = wanted;
        }
    }
}
