//! What the next draft would be made with otherwise than a take.

use std::path::Path;

use super::draft_shape::DraftShape;
use super::other_tempo::is_same_time;
use super::state::Take;
use crate::conditioning::harmony::Harmony;
use crate::features::ClipFeatures;
use crate::generator::{Settings, Theme, cuts, length_of};
use crate::music::cues::Cue;
use crate::music::metre::Metre;

/// What the next draft would be made with.
pub(super) struct NextDraft<'a> {
    pub(super) settings: Settings,
    /// The metre; `None` if drafts cannot be made in the host's.
    pub(super) metre: Option<Metre>,
    /// The model file, or `None` for the built-in model.
    pub(super) model: Option<&'a Path>,
    /// The clip's length and cuts.
    pub(super) clip: ClipFeatures,
    /// What is set instead of the usual.
    pub(super) shape: DraftShape,
    pub(super) theme: Option<&'a Theme>,
}

impl NextDraft<'_> {
    /// Returns what differs from what `take` was made with, in the words of the window. The seed, which every draft moves on,
    /// does not count.
    pub(super) fn changed_since(mut self, take: &Take) -> Vec<&'static str> {
        let recipe = &take.draft.recipe;
        let (next, made) = (&mut self.settings, &recipe.settings);
        let has_parts = recipe.asked.is_some();
        let metre = self.metre.unwrap_or(made.metre);
        next.metre = if has_parts { metre } else { made.metre };
        // In another metre there is no next draft with it.
        if let Some(theme) = self
            .theme
            .filter(|theme| has_parts && theme.metre() == metre)
        {
            *next = theme.over(next.clone()).unwrap_or_else(|_| next.clone());
        }
        let mut changed = Vec::new();
        let mut note = |is_changed: bool, what| {
            if is_changed {
                changed.push(what);
            }
        };
        for cue in Cue::ALL {
            let lanes = [next, made].map(|settings| &settings.steering.lanes[cue]);
            note(lanes[0] != lanes[1], cue.spec().label);
        }
        note(next.steering.energy != made.steering.energy, "Energy");
        note(next.steering.follow != made.steering.follow, "Follow");
        note(next.harmony != made.harmony, of_harmony(next, made));
        note(next.guidance_scale != made.guidance_scale, "Guidance");
        let temperatures = [next.sampler.temperature, made.sampler.temperature];
        note(temperatures[0] != temperatures[1], "Variation");
        note(next.sampler.steps != made.sampler.steps, "Steps");
        let usual = made.coherence;
        let coherence = self.shape.coherence(usual);
        note(coherence.repetition != usual.repetition, "Repetition");
        note(coherence.consonance != usual.consonance, "Consonance");
        let is_longer = |bars| bars != take.draft.score.bars();
        note(self.shape.bars.is_some_and(is_longer), "Length");
        if has_parts {
            note(next.style != made.style, "Style");
            note(next.form != made.form, "Form");
            note(next.theme != made.theme, "Theme");
            note(next.lead_curve != made.lead_curve, "Lead");
            note(next.hits != made.hits, "Hits");
            note(next.quiet != made.quiet, "Stretches without music");
            note(next.metre != made.metre, "Metre");
        }
        note(next.pedal != made.pedal, "Pedal");
        note(next.expression != made.expression, "Expression");
        let is_other_tempo = next.tempo_map != made.tempo_map
            && !is_same_time(&next.tempo_map, &made.tempo_map, take.draft.score.length());
        note(is_other_tempo, "Tempo");
        if !is_other_tempo {
            next.tempo_map = made.tempo_map.clone();
            let score = &take.draft.score;
            // A draft that was made longer keeps its length.
            let has_length = made.bars.is_some()
                || length_of(self.clip.duration, next).is_ok_and(|bars| bars == score.bars());
            note(
                !has_length
                    || next.clip_start != made.clip_start
                    || cuts(&self.clip, next) != score.cuts(),
                "Clip",
            );
        }
        note(model_name(self.model) != recipe.model, "Model");
        changed
    }
}

/// Names what differs between two harmonies.
fn of_harmony(next: &Settings, made: &Settings) -> &'static str {
    match (&next.harmony, &made.harmony) {
        (Harmony::Planned(_), Harmony::Planned(_)) => "Key",
        _ => "Chords",
    }
}

/// Returns the name that recipes have for a model file.
fn model_name(file: Option<&Path>) -> String {
    let stem = file.and_then(Path::file_stem);
    stem.map_or("default".to_owned(), |stem| {
        stem.to_string_lossy().into_owned()
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use crate::conditioning::harmony::Harmony;
    use crate::conditioning::hits::Hit;
    use crate::conditioning::pairing::Follow;
    use crate::features::ClipFeatures;
    use crate::generator::{Asked, Draft};
    use crate::instance::params::ParamValues;
    use crate::instance::{Desk, SavedClip, Session, State};
    use crate::music::score::{RawScore, Score};
    use crate::player::{HostTransport, Player};
    use crate::time::{Bars, Beats, Seconds, Tempo};

    /// A desk, and a state whose take was made with its settings.
    fn made() -> (Desk, State) {
        let clip = ClipFeatures {
            duration: Seconds(8.0),
            shots: vec![Seconds(2.5)],
            ..ClipFeatures::default()
        };
        let mut state = State {
            clip: Some(SavedClip::new("clip.mp4".into(), &clip, Tempo::DEFAULT)),
            cut_weight: 2,
            ..State::default()
        };
        let desk = Desk::new(Arc::new(Session::new(Player::new().1)));
        let mut draft = Draft {
            score: Score::repaired(RawScore {
                bars: Bars(4),
                cuts: vec![Beats(5.0)],
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        draft.recipe.model = "default".to_owned();
        draft.recipe.settings.sampler.steps = state.steps;
        draft.recipe.settings.hits = Hit::on_cuts(&clip.shots, 2);
        draft.recipe.asked = Some(Asked {
            steering: draft.recipe.settings.steering.clone(),
            energy: vec![0.0; 16],
            picture_end: Beats(16.0),
        });
        state.add_take(draft, 0);
        (desk, state)
    }

    fn changed_of(desk: &Desk, state: &State, params: ParamValues) -> Vec<&'static str> {
        let tempo_map = desk.session.tempo_map_for(state, true, Beats(0.0));
        desk.changed_since_take(state, params, &tempo_map)
    }

    #[test]
    fn a_take_made_with_the_present_settings_or_another_seed_needs_no_word() {
        let (desk, mut state) = made();
        let changed = |state: &State| changed_of(&desk, state, ParamValues::default());
        assert_eq!(changed(&state), [""; 0]);
        state.seed += 1;
        assert_eq!(changed(&state), [""; 0]);
        state.takes.clear();
        assert_eq!(changed(&state), [""; 0]);
    }

    #[test]
    fn each_setting_that_was_changed_is_named() {
        let (desk, state) = made();
        let usual = ParamValues::default();
        let moved = ParamValues {
            density: 0.25,
            energy: -0.5,
            variation: 0.75,
            ..usual
        };
        let changed = changed_of(&desk, &state, moved);
        assert_eq!(changed, ["Density", "Energy", "Variation"]);
        type Edit = fn(&mut State);
        let edits: [(Edit, &str); 9] = [
            (|state| state.shape.bars = Some(Bars(3)), "Length"),
            (|state| state.shape.consonance = Some(0.9), "Consonance"),
            (|state| state.steps += 1, "Steps"),
            (|state| state.style = None, "Style"),
            (|state| state.cut_weight = 0, "Hits"),
            (|state| state.follow = Follow::Mood, "Follow"),
            (
                |state| state.harmony = Harmony::Chords("Am | F".parse().unwrap()),
                "Chords",
            ),
            (
                |state| state.model = Some(PathBuf::from("/models/other.safetensors")),
                "Model",
            ),
            (
                |state| state.clip.as_mut().unwrap().duration = Seconds(60.0),
                "Clip",
            ),
        ];
        for (edit, what) in edits {
            let mut state = state.clone();
            edit(&mut state);
            assert_eq!(changed_of(&desk, &state, usual), [what]);
        }
        desk.session.live.set_transport(&HostTransport {
            tempo_bpm: Some(90.0),
            time_signature: Some((3, 4)),
            ..HostTransport::default()
        });
        let changed = changed_of(&desk, &state, usual);
        assert_eq!(changed, ["Metre", "Tempo"]);
    }
}
