//! The plugin's parameters, one table row each, and their values at one moment.
//!
//! The plugin makes the host's parameters from [`ParamId::spec`], and the editor its sliders. The rows of the cues take
//! their names, labels and words from the tables of cues ([`Cue::spec`], [`Pairing::of`]). Nothing here depends on a
//! plugin format.

use crate::conditioning::pairing::Pairing;
use crate::conditioning::steering::{Lane, Steering};
use crate::generator::CUES_GUIDANCE_SCALE;
use crate::music::cues::Cue;
use crate::time::{BEATS_PER_BAR, Beats, Tempo};

/// The highest value of the revision parameter; it then wraps to 0.
pub const MAX_REVISION: i32 = 1 << 20;
/// The last beat at which a clip may start, counted from 0.
pub const LAST_START_BEAT: i32 = 8191;
/// The default of the guidance parameter, which stands for the model's own default.
const DEFAULT_GUIDANCE: f32 = CUES_GUIDANCE_SCALE as f32;

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamId {
    /// More or fewer notes than the clip suggests.
    Density,
    /// More or fewer notes at once; the model decides at 0.
    Polyphony,
    /// Higher or lower than the clip suggests.
    Register,
    /// Nearer to minor or to major than the clip suggests.
    Mode,
    /// Livelier or calmer: density, polyphony, accents and loudness together.
    Energy,
    /// How closely a draft follows the clip.
    Guidance,
    /// How far a draft may stray from the most likely one.
    Variation,
    /// The beat of the project at which the clip and the draft start.
    ClipStart,
    /// Whether a draft follows the host's tempo or keeps its own.
    FollowHost,
    /// Whether the built-in instrument plays.
    Preview,
    /// The level of the built-in instrument.
    PreviewLevel,
    /// Silences the draft and ends sounding notes.
    Bypass,
    /// Makes a draft each time it is switched on.
    Generate,
    /// Changes with the state, so that the host sees unsaved changes.
    Revision,
}

/// A row of the table of parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamSpec {
    /// The key in projects; never changes.
    pub key: &'static str,
    /// The label.
    pub name: &'static str,
    /// The range and default.
    pub range: ParamRange,
    /// Words for values below, at and above 0, for sliders that show words.
    pub words: Option<[&'static str; 3]>,
    /// The tooltip: one sentence without a full stop.
    pub hint: &'static str,
}

/// The range of a parameter, and its default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParamRange {
    /// A number, set in steps.
    Float {
        /// The lowest value.
        min: f32,
        /// The highest value.
        max: f32,
        /// The value of a new instance.
        default: f32,
        /// The smallest change.
        step: f32,
    },
    /// A whole number from 0, the default.
    Count {
        /// The highest value.
        max: i32,
    },
    /// On or off.
    Switch {
        /// The value of a new instance.
        default: bool,
    },
}

impl ParamId {
    /// Every parameter.
    pub const ALL: [Self; 14] = [
        Self::Density,
        Self::Polyphony,
        Self::Register,
        Self::Mode,
        Self::Energy,
        Self::Guidance,
        Self::Variation,
        Self::ClipStart,
        Self::FollowHost,
        Self::Preview,
        Self::PreviewLevel,
        Self::Bypass,
        Self::Generate,
        Self::Revision,
    ];

    /// Returns the parameter's row of the table.
    pub const fn spec(self) -> ParamSpec {
        match self {
            Self::Density => of_cue(Cue::Density, "More or fewer notes than the clip suggests"),
            Self::Polyphony => of_cue(
                Cue::Polyphony,
                "More or fewer notes at once; free in the middle",
            ),
            Self::Register => of_cue(Cue::Register, "Higher or lower than the clip suggests"),
            Self::Mode => of_cue(
                Cue::Mode,
                "Nearer to minor or to major than the clip suggests",
            ),
            Self::Energy => steering(
                "energy",
                "Energy",
                ["calmer", AS_CLIP, "livelier"],
                "Livelier or calmer: density, polyphony, accents and loudness together",
            ),
            Self::Guidance => number(
                "guidance",
                "Guidance",
                [1.0, 8.0, DEFAULT_GUIDANCE, 0.1],
                "How closely a draft follows the clip",
            ),
            Self::Variation => number(
                "variation",
                "Variation",
                [0.0, 1.5, 1.0, 0.05],
                "How far a draft may stray from the most likely one",
            ),
            Self::ClipStart => ParamSpec {
                key: "start",
                name: "Starts at bar",
                range: ParamRange::Count {
                    max: LAST_START_BEAT,
                },
                words: None,
                hint: "The bar and beat of the project at which the clip starts",
            },
            Self::FollowHost => switch(
                "follow",
                "Follow host tempo",
                true,
                "Whether a draft follows the host's tempo or keeps its own",
            ),
            Self::Preview => switch(
                "preview",
                "Preview",
                true,
                "Whether the built-in instrument plays",
            ),
            Self::PreviewLevel => number(
                "level",
                "Preview level",
                [0.0, 1.0, 0.7, 0.01],
                "The level of the built-in instrument",
            ),
            Self::Bypass => switch("bypass", "Bypass", false, "Silences the draft"),
            Self::Generate => switch(
                "generate",
                "Generate",
                false,
                "Makes a draft each time it is switched on",
            ),
            Self::Revision => ParamSpec {
                key: "revision",
                name: "Revision",
                range: ParamRange::Count { max: MAX_REVISION },
                words: None,
                hint: "Changes when there are unsaved changes",
            },
        }
    }
}

/// The word for 0 on a slider that moves what the clip suggests.
const AS_CLIP: &str = "as clip";

/// Makes the slider of a cue from the tables of cues.
const fn of_cue(cue: Cue, hint: &'static str) -> ParamSpec {
    let spec = cue.spec();
    let middle = match Pairing::of(cue).default_strength {
        Some(_) => AS_CLIP,
        None => "free",
    };
    steering(spec.name, spec.label, [spec.less, middle, spec.more], hint)
}

/// Makes a slider from −1 to 1 whose values show as words.
const fn steering(
    key: &'static str,
    name: &'static str,
    words: [&'static str; 3],
    hint: &'static str,
) -> ParamSpec {
    let row = number(key, name, [-1.0, 1.0, 0.0, 0.01], hint);
    ParamSpec {
        words: Some(words),
        ..row
    }
}

/// Makes a number from its minimum, maximum, default and step.
const fn number(
    key: &'static str,
    name: &'static str,
    [min, max, default, step]: [f32; 4],
    hint: &'static str,
) -> ParamSpec {
    let range = ParamRange::Float {
        min,
        max,
        default,
        step,
    };
    ParamSpec {
        key,
        name,
        range,
        words: None,
        hint,
    }
}

const fn switch(
    key: &'static str,
    name: &'static str,
    default: bool,
    hint: &'static str,
) -> ParamSpec {
    ParamSpec {
        key,
        name,
        range: ParamRange::Switch { default },
        words: None,
        hint,
    }
}

/// The values at one moment of the parameters that drafts and the editor depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamValues {
    /// See [`ParamId::Density`]; −1 to 1, as are the next four.
    pub density: f32,
    /// See [`ParamId::Polyphony`].
    pub polyphony: f32,
    /// See [`ParamId::Register`].
    pub register: f32,
    /// See [`ParamId::Mode`].
    pub mode: f32,
    /// See [`ParamId::Energy`].
    pub energy: f32,
    /// See [`ParamId::Guidance`].
    pub guidance: f32,
    /// See [`ParamId::Variation`].
    pub variation: f32,
    /// See [`ParamId::ClipStart`]; in beats.
    pub clip_start: i32,
    /// See [`ParamId::FollowHost`].
    pub follow_host: bool,
}

impl Default for ParamValues {
    fn default() -> Self {
        Self {
            density: 0.0,
            polyphony: 0.0,
            register: 0.0,
            mode: 0.0,
            energy: 0.0,
            guidance: DEFAULT_GUIDANCE,
            variation: 1.0,
            clip_start: 0,
            follow_host: true,
        }
    }
}

impl ParamValues {
    /// Returns the beat of the project at which drafts start.
    pub fn start(&self) -> Beats {
        Beats(f64::from(self.clip_start))
    }

    /// Returns the tempo that the played draft keeps: `draft_tempo`, or `None` if it follows the host's.
    pub fn own_tempo(&self, draft_tempo: Option<Tempo>) -> Option<Tempo> {
        draft_tempo.filter(|_| !self.follow_host)
    }

    /// Returns the steering of the next draft.
    pub fn steering(&self) -> Steering {
        let mut steering = Steering {
            energy: self.energy,
            ..Steering::default()
        };
        for cue in Cue::ALL {
            steering.lanes[cue] = moved(&steering.lanes[cue], self.slider(cue));
        }
        steering
    }

    /// Returns the slider of a cue, or 0 for accents, which have none.
    fn slider(&self, cue: Cue) -> f32 {
        match cue {
            Cue::Density => self.density,
            Cue::Polyphony => self.polyphony,
            Cue::Register => self.register,
            Cue::Mode => self.mode,
            Cue::Accent => 0.0,
        }
    }

    /// Returns the guidance scale of the next draft, or `None` for the model's default.
    pub fn guidance_scale(&self) -> Option<f64> {
        (self.guidance != DEFAULT_GUIDANCE).then_some(f64::from(self.guidance))
    }
}

/// Moves a lane by a slider: an offset from the clip's curve, or a constant if the lane does not follow the clip.
fn moved(lane: &Lane, by: f32) -> Lane {
    match *lane {
        _ if by == 0.0 => lane.clone(),
        Lane::Clip { strength, offset } => Lane::Clip {
            strength,
            offset: offset + by,
        },
        Lane::Free | Lane::Drawn(_) => Lane::constant(by),
    }
}

/// Formats a beat as bar and beat, both counted from 1: beat 16 is `5.1`.
pub fn bar_and_beat(beat: i32) -> String {
    let beats = BEATS_PER_BAR as i32;
    format!(
        "{}.{}",
        beat.div_euclid(beats) + 1,
        beat.rem_euclid(beats) + 1
    )
}

/// Parses a bar, or a bar and beat: `5`, `5.1`. Returns `None` for anything else.
pub fn beat_from_text(text: &str) -> Option<i32> {
    let (bar, beat) = text.trim().split_once('.').unwrap_or((text.trim(), "1"));
    let (bar, beat): (i32, i32) = (bar.parse().ok()?, beat.parse().ok()?);
    let beats = BEATS_PER_BAR as i32;
    ((1..=LAST_START_BEAT).contains(&bar) && (1..=beats).contains(&beat))
        .then(|| ((bar - 1) * beats + beat - 1).min(LAST_START_BEAT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliders_at_their_defaults_give_the_default_steering() {
        let untouched = ParamValues::default();
        assert_eq!(untouched.steering(), Steering::default());
        assert_eq!(untouched.guidance_scale(), None);
    }

    #[test]
    fn a_slider_moves_its_cue_from_the_clip_or_sets_a_free_one() {
        let steering = ParamValues {
            register: 0.25,
            polyphony: -0.5,
            ..ParamValues::default()
        }
        .steering();
        let (strength, offset) = (0.5, 0.25);
        let mut expected = Steering::default();
        expected.lanes[Cue::Register] = Lane::Clip { strength, offset };
        expected.lanes[Cue::Polyphony] = Lane::constant(-0.5);
        assert_eq!(steering, expected);
    }

    #[test]
    fn labels_and_words_of_the_cues_stay_as_projects_and_users_know_them() {
        for (id, key, words) in [
            (
                ParamId::Density,
                "density",
                ["sparser", "as clip", "denser"],
            ),
            (
                ParamId::Polyphony,
                "polyphony",
                ["thinner", "free", "fuller"],
            ),
            (
                ParamId::Register,
                "register",
                ["lower", "as clip", "higher"],
            ),
            (ParamId::Mode, "mode", ["minor", "as clip", "major"]),
        ] {
            let spec = id.spec();
            assert_eq!((spec.key, spec.words), (key, Some(words)));
        }
    }

    #[test]
    fn a_start_is_shown_and_typed_as_bar_and_beat() {
        assert_eq!(bar_and_beat(16), "5.1");
        for beat in [0, 1, 7, 16, 8191] {
            assert_eq!(beat_from_text(&bar_and_beat(beat)), Some(beat));
        }
        assert_eq!(beat_from_text("5"), Some(16));
        for wrong in ["", "0", "1.0", "1.5", "x", "-1", "999999999999"] {
            assert_eq!(beat_from_text(wrong), None, "{wrong}");
        }
    }
}
