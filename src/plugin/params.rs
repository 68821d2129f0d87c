//! The parameters that the host sees and may automate, and the saved state beside them.

mod loading;

use std::sync::Arc;

use nice_plug::params::{BoolParam, FloatParam, IntParam, Params};
use nice_plug::prelude::{FloatRange, IntRange};

use super::session::{Saved, Session};
use crate::conditioning::steering::{Lane, Steering};
use crate::generator::CUES_GUIDANCE_SCALE;
use crate::time::{BEATS_PER_BAR, Beats, Tempo};
pub(super) use loading::filter_state;

/// The highest value of the revision parameter; counting starts again after it.
pub(crate) const MAX_REVISION: i32 = 1 << 20;
/// The last beat at which a clip may start.
const LAST_START_BEAT: i32 = 8191;
/// What the guidance is unless it is changed: then the model's own best applies.
const GUIDANCE: f32 = CUES_GUIDANCE_SCALE as f32;

/// The parameters; their ids never change.
#[derive(Params)]
pub struct DiffBgmParams {
    /// More or fewer notes than the clip suggests.
    #[id = "density"]
    pub density: FloatParam,
    /// More or fewer notes at once; free at 0.
    #[id = "polyphony"]
    pub polyphony: FloatParam,
    /// Higher or lower than the clip suggests.
    #[id = "register"]
    pub register: FloatParam,
    /// Towards minor or major from what the clip suggests.
    #[id = "mode"]
    pub mode: FloatParam,
    /// Livelier or calmer altogether.
    #[id = "energy"]
    pub energy: FloatParam,
    /// How strictly the clip is followed.
    #[id = "guidance"]
    pub guidance: FloatParam,
    /// How far a draft strays from the plainest one.
    #[id = "variation"]
    pub variation: FloatParam,
    /// The beat of the project at which the clip, and so the draft, starts.
    #[id = "start"]
    pub clip_start: IntParam,
    /// Whether a draft follows the host's tempo or keeps its own.
    #[id = "follow"]
    pub follow_host: BoolParam,
    /// Whether the built-in instrument sounds (only in the instrument).
    #[id = "preview"]
    pub preview: BoolParam,
    /// How loud the built-in instrument is.
    #[id = "level"]
    pub preview_level: FloatParam,
    /// Silences the draft, as the host's own bypass does, but ends what sounds.
    #[id = "bypass"]
    pub bypass: BoolParam,
    /// A draft is made whenever this is switched on, for controllers and scripts, but not by opening a project.
    #[id = "generate"]
    pub generate: BoolParam,
    /// Changes when the state does, so that the host knows that there is something to save.
    #[id = "revision"]
    pub revision: IntParam,

    /// The takes and all else that is saved.
    #[persist = "state"]
    pub saved: Saved,
}

impl DiffBgmParams {
    /// The parameters at their defaults, saving `session`.
    pub fn new(session: Arc<Session>) -> Self {
        let clip_start = IntRange::Linear {
            min: 0,
            max: LAST_START_BEAT,
        };
        let revision = IntRange::Linear {
            min: 0,
            max: MAX_REVISION,
        };
        Self {
            density: steering("Density", ["sparser", "as clip", "denser"]),
            polyphony: steering("Polyphony", ["thinner", "free", "fuller"]),
            register: steering("Register", ["lower", "as clip", "higher"]),
            mode: steering("Mode", ["minor", "as clip", "major"]),
            energy: steering("Energy", ["calmer", "as clip", "livelier"]),
            guidance: FloatParam::new("Guidance", GUIDANCE, range(1.0, 8.0)).with_step_size(0.1),
            variation: FloatParam::new("Variation", 1.0, range(0.0, 1.5)).with_step_size(0.05),
            clip_start: IntParam::new("Starts at bar", 0, clip_start)
                .with_value_to_string(Arc::new(bar_and_beat))
                .with_string_to_value(Arc::new(beat_from_text)),
            follow_host: BoolParam::new("Follow host tempo", true),
            preview: BoolParam::new("Preview", true),
            preview_level: FloatParam::new("Preview level", 0.7, range(0.0, 1.0))
                .with_step_size(0.01),
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            generate: BoolParam::new("Generate", false),
            revision: IntParam::new("Revision", 0, revision)
                .non_automatable()
                .hide(),
            saved: Saved(session),
        }
    }

    /// Where drafts start in the project.
    pub fn start(&self) -> Beats {
        Beats(f64::from(self.clip_start.value()))
    }

    /// The tempo that the played draft keeps, `draft_tempo` unless it follows the host's.
    pub fn own_tempo(&self, draft_tempo: Option<Tempo>) -> Option<Tempo> {
        draft_tempo.filter(|_| !self.follow_host.value())
    }

    /// How the next draft is steered.
    pub fn steering(&self) -> Steering {
        let clip = Steering::default();
        Steering {
            density: moved(clip.density, self.density.value()),
            polyphony: moved(clip.polyphony, self.polyphony.value()),
            register: moved(clip.register, self.register.value()),
            mode: moved(clip.mode, self.mode.value()),
            accent: clip.accent,
            energy: self.energy.value(),
        }
    }

    /// The guidance scale of the next draft: nothing where it is left to the model.
    pub fn guidance_scale(&self) -> Option<f64> {
        let scale = self.guidance.value();
        (scale != GUIDANCE).then_some(f64::from(scale))
    }
}

/// Moves a lane by a slider: one that is free is drawn where the slider is.
fn moved(lane: Lane, by: f32) -> Lane {
    match lane {
        _ if by == 0.0 => lane,
        Lane::Clip { strength, offset } => Lane::Clip {
            strength,
            offset: offset + by,
        },
        Lane::Free | Lane::Drawn(_) => Lane::constant(by),
    }
}

fn range(min: f32, max: f32) -> FloatRange {
    FloatRange::Linear { min, max }
}

/// A slider from −1 to 1 whose values read as words, with a number where it is moved.
fn steering(name: &str, words: [&'static str; 3]) -> FloatParam {
    let [less, middle, more] = words;
    FloatParam::new(name, 0.0, range(-1.0, 1.0))
        .with_step_size(0.01)
        .with_value_to_string(Arc::new(move |value| match value {
            value if value <= -0.005 => format!("{less} {:.2}", -value),
            value if value >= 0.005 => format!("{more} {value:.2}"),
            _ => middle.to_owned(),
        }))
        .with_string_to_value(Arc::new(move |text| {
            let text = text.trim();
            let number = |text: &str| text.trim().parse::<f32>().ok();
            if text == middle {
                Some(0.0)
            } else if let Some(rest) = text.strip_prefix(less) {
                number(rest).map(|value| -value)
            } else if let Some(rest) = text.strip_prefix(more) {
                number(rest)
            } else {
                number(text)
            }
        }))
}

/// Beat 0 is bar 1, beat 1.
pub(crate) fn bar_and_beat(beat: i32) -> String {
    let beats = BEATS_PER_BAR as i32;
    format!(
        "{}.{}",
        beat.div_euclid(beats) + 1,
        beat.rem_euclid(beats) + 1
    )
}

/// Reads `5`, `5.1`.
pub(crate) fn beat_from_text(text: &str) -> Option<i32> {
    let (bar, beat) = text.trim().split_once('.').unwrap_or((text.trim(), "1"));
    let (bar, beat): (i32, i32) = (bar.parse().ok()?, beat.parse().ok()?);
    let beats = BEATS_PER_BAR as i32;
    ((1..=LAST_START_BEAT).contains(&bar) && (1..=beats).contains(&beat))
        .then(|| ((bar - 1) * beats + beat - 1).min(LAST_START_BEAT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::Player;
    use nice_plug::params::Param;

    fn params() -> DiffBgmParams {
        DiffBgmParams::new(Arc::new(Session::new(Player::new().1)))
    }

    #[test]
    fn untouched_sliders_leave_the_steering_to_the_clip() {
        assert_eq!(params().steering(), Steering::default());
        assert_eq!(params().guidance_scale(), None);
    }

    #[test]
    fn a_start_reads_as_bar_and_beat() {
        assert_eq!(bar_and_beat(16), "5.1");
        for beat in [0, 1, 7, 16, 8191] {
            assert_eq!(beat_from_text(&bar_and_beat(beat)), Some(beat));
        }
        assert_eq!(beat_from_text("5"), Some(16));
        for wrong in ["", "0", "1.0", "1.5", "x", "-1", "999999999999"] {
            assert_eq!(beat_from_text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_value_that_a_slider_shows_can_be_typed() {
        let params = params();
        for param in [&params.density, &params.polyphony, &params.mode] {
            for normalized in [0.0, 0.25, 0.5, 0.8, 1.0] {
                let text = param.normalized_value_to_string(normalized, true);
                let typed = param.string_to_normalized_value(&text).unwrap();
                assert!((typed - normalized).abs() < 0.006, "{text}");
            }
        }
    }
}
