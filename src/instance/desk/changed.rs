//! What was changed since the current take was made.

use super::Desk;
use super::draft_job::{mark, settings_of};
use crate::features::ClipFeatures;
use crate::instance::changed_since::NextDraft;
use crate::instance::params::ParamValues;
use crate::instance::state::State;
use crate::music::tempo_map::TempoMap;

impl Desk {
    /// Returns what the next draft would be made with otherwise than the current take of `state`, in the words of the window.
    /// Waits for no lock.
    pub fn changed_since_take(
        &self,
        state: &State,
        params: ParamValues,
        tempo_map: &TempoMap,
    ) -> Vec<&'static str> {
        let (Some(take), Some(clip)) = (state.current_take(), &state.clip) else {
            return Vec::new();
        };
        let clip = ClipFeatures {
            duration: clip.duration,
            shots: clip.shots.clone(),
            ..ClipFeatures::default()
        };
        let mut settings = settings_of(state, params, tempo_map.clone());
        mark(&mut settings, state, &clip);
        let next = NextDraft {
            settings,
            metre: self.session.metre_for_drafts(state).ok(),
            model: state.model.as_deref(),
            clip,
            shape: state.shape,
            theme: state.theme.as_ref(),
        };
        next.changed_since(take)
    }
}
