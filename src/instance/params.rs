//! The plugin's parameters: one table row each, and their values at one moment.
//!
//! The plugin builds the host's parameters from [`ParamId::spec`], and the editor draws its sliders from it, so a label,
//! a range or a hint stands in one place. Nothing here knows a plugin format.

use crate::conditioning::steering::{Lane, Steering};
use crate::generator::CUES_GUIDANCE_SCALE;
use crate::time::{BEATS_PER_BAR, Beats, Tempo};

/// The highest value of the revision parameter; counting starts again after it.
pub const MAX_REVISION: i32 = 1 << 20;
/// The last beat at which a clip may start.
pub const LAST_START_BEAT: i32 = 8191;
/// The default of the guidance parameter, at which the model's own default applies.
const DEFAULT_GUIDANCE: f32 = CUES_GUIDANCE_SCALE as f32;

/// A parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamId {
    /// More or fewer notes than the clip suggests.
    Density,
    /// More or fewer notes at once; free at 0.
    Polyphony,
    /// Higher or lower than the clip suggests.
    Register,
    /// Towards minor or major from what the clip suggests.
    Mode,
    /// Livelier or calmer in every respect.
    Energy,
    /// How strictly the clip is followed.
    Guidance,
    /// How far a draft strays from the most likely one.
    Variation,
    /// The beat of the project at which the clip, and so the draft, starts.
    ClipStart,
    /// Whether a draft follows the host's tempo or keeps its own.
    FollowHost,
    /// Whether the built-in instrument sounds.
    Preview,
    /// Level of the built-in instrument.
    PreviewLevel,
    /// Silences the draft and ends the notes that sound.
    Bypass,
    /// Makes a draft whenever it is switched on.
    Generate,
    /// Changes with the state, so that the host knows there is something to save.
    Revision,
}

/// What a parameter is called, what it may be, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamSpec {
    /// Its key in projects, which never changes.
    pub key: &'static str,
    /// Its label.
    pub name: &'static str,
    /// What it may be.
    pub range: ParamRange,
    /// Words for a value below, at and above 0, for sliders that read as words.
    pub words: Option<[&'static str; 3]>,
    /// One sentence for a tooltip.
    pub hint: &'static str,
}

/// The values that a parameter may have, and its default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ParamRange {
    /// A number between two others, moved in steps.
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
    /// A whole number from 0, which is the default.
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

    /// The parameter's row of the table.
    pub const fn spec(self) -> ParamSpec {
        match self {
            Self::Density => steering(
                "density",
                "Density",
                ["sparser", "as clip", "denser"],
                "More or fewer notes than the clip suggests",
            ),
            Self::Polyphony => steering(
                "polyphony",
                "Polyphony",
                ["thinner", "free", "fuller"],
                "More or fewer notes at once; free in the middle",
            ),
            Self::Register => steering(
                "register",
                "Register",
                ["lower", "as clip", "higher"],
                "Higher or lower than the clip suggests",
            ),
            Self::Mode => steering(
                "mode",
                "Mode",
                ["minor", "as clip", "major"],
                "Towards minor or major from what the clip suggests",
            ),
            Self::Energy => steering(
                "energy",
                "Energy",
                ["calmer", "as clip", "livelier"],
                "Livelier or calmer in every respect",
            ),
            Self::Guidance => number(
                "guidance",
                "Guidance",
                [1.0, 8.0, DEFAULT_GUIDANCE, 0.1],
                "How strictly the clip is followed",
            ),
            Self::Variation => number(
                "variation",
                "Variation",
                [0.0, 1.5, 1.0, 0.05],
                "How far a draft strays from the most likely one",
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
                "Whether the built-in instrument sounds",
            ),
            Self::PreviewLevel => number(
                "level",
                "Preview level",
                [0.0, 1.0, 0.7, 0.01],
                "Level of the built-in instrument",
            ),
            Self::Bypass => switch("bypass", "Bypass", false, "Silences the draft"),
            Self::Generate => switch(
                "generate",
                "Generate",
                false,
                "Makes a draft whenever it is switched on",
            ),
            Self::Revision => ParamSpec {
                key: "revision",
                name: "Revision",
                range: ParamRange::Count { max: MAX_REVISION },
                words: None,
                hint: "Changes when there is something to save",
            },
        }
    }
}

/// A slider from −1 to 1 whose values read as words.
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

/// A number, from its lowest value, highest value, default and step.
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

/// What the parameters were at one moment, as far as drafts and the window depend on them.
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
    /// Where drafts start in the project.
    pub fn start(&self) -> Beats {
        Beats(f64::from(self.clip_start))
    }

    /// The tempo that the played draft keeps: `draft_tempo`, or `None` if it follows the host's.
    pub fn own_tempo(&self, draft_tempo: Option<Tempo>) -> Option<Tempo> {
        draft_tempo.filter(|_| !self.follow_host)
    }

    /// How the next draft is steered.
    pub fn steering(&self) -> Steering {
        let clip = Steering::default();
        Steering {
            density: moved(clip.density, self.density),
            polyphony: moved(clip.polyphony, self.polyphony),
            register: moved(clip.register, self.register),
            mode: moved(clip.mode, self.mode),
            accent: clip.accent,
            energy: self.energy,
        }
    }

    /// The guidance scale of the next draft, or `None` if it is left to the model.
    pub fn guidance_scale(&self) -> Option<f64> {
        (self.guidance != DEFAULT_GUIDANCE).then_some(f64::from(self.guidance))
    }
}

/// Moves a lane by a slider; a free lane is drawn where the slider is.
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

/// A beat as bar and beat, both counted from 1: beat 16 is `5.1`.
pub fn bar_and_beat(beat: i32) -> String {
    let beats = BEATS_PER_BAR as i32;
    format!(
        "{}.{}",
        beat.div_euclid(beats) + 1,
        beat.rem_euclid(beats) + 1
    )
}

/// Reads a bar, or a bar and beat: `5`, `5.1`.
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
    fn untouched_sliders_leave_the_steering_to_the_clip() {
        let untouched = ParamValues::default();
        assert_eq!(untouched.steering(), Steering::default());
        assert_eq!(untouched.guidance_scale(), None);
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
}
