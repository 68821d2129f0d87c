//! How the clip that is open differs from the one that the current take was made for.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::looks::LooksId;
use super::saved_clip::SavedClip;
use super::state::State;
use crate::error::Result;
use crate::features::recut::Recut;

/// The two pictures that are compared: of the current take, and of the clip that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cuts {
    old: LooksId,
    new: LooksId,
}

/// What came of comparing two pictures.
#[derive(Clone, Debug)]
pub(super) struct Compared {
    cuts: Cuts,
    recut: Arc<Recut>,
}

impl Cuts {
    /// Returns what there is to compare in a state, if anything.
    pub fn of(state: &State) -> Option<Self> {
        let (old, new) = state.other_cut()?;
        Self::between(old, new)
    }

    /// Returns the new picture.
    pub(super) fn new_looks(self) -> LooksId {
        self.new
    }

    fn between(old: &SavedClip, new: &SavedClip) -> Option<Self> {
        let (old, new) = (old.looks_id()?, new.looks_id()?);
        Some(Self { old, new })
    }
}

impl Compared {
    /// Compares the picture of the current take with the clip that is open; `None` if there is nothing to compare.
    ///
    /// # Errors
    /// As for [`Recut::find_with`].
    pub(super) fn of(
        state: &State,
        on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Option<Self>> {
        let Some((cuts, (old, new))) = Cuts::of(state).zip(state.other_cut()) else {
            return Ok(None);
        };
        let recut = Recut::find_with(&old.to_compare(), &new.to_compare(), on_progress)?;
        let recut = Arc::new(recut);
        Ok(Some(Self { cuts, recut }))
    }

    /// Returns what came of it, if it is what there is to compare in `state`.
    pub(super) fn for_state(&self, state: &State) -> Option<&Arc<Recut>> {
        (Cuts::of(state) == Some(self.cuts)).then_some(&self.recut)
    }
}
