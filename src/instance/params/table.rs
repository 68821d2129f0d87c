//! The table of parameters.

use super::{DEFAULT_GUIDANCE, LAST_START_BEAT, MAX_REVISION};
use crate::conditioning::pairing::Pairing;
use crate::music::cues::Cue;

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
    /// Whether the next draft has a sustain pedal on chords and bass.
    Pedal,
    /// Whether the next draft has expression.
    Expression,
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
    /// Silences the tune, and music that is not divided into parts.
    MuteLead,
    /// Silences the chords.
    MuteChords,
    /// Silences the bass.
    MuteBass,
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
    pub const ALL: [Self; 19] = [
        Self::Density,
        Self::Polyphony,
        Self::Register,
        Self::Mode,
        Self::Energy,
        Self::Guidance,
        Self::Variation,
        Self::Pedal,
        Self::Expression,
        Self::ClipStart,
        Self::FollowHost,
        Self::Preview,
        Self::PreviewLevel,
        Self::Bypass,
        Self::MuteLead,
        Self::MuteChords,
        Self::MuteBass,
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
            Self::Pedal => switch(
                "pedal",
                "Pedal",
                false,
                "Whether the next draft has a sustain pedal on chords and bass, if its model writes them as parts",
            ),
            Self::Expression => switch(
                "expression",
                "Expression",
                false,
                "Whether the next draft swells and fades with its energy and phrases",
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
            Self::MuteLead => switch("mute_lead", "Mute lead", false, "Silences the tune"),
            Self::MuteChords => switch("mute_chords", "Mute chords", false, "Silences the chords"),
            Self::MuteBass => switch("mute_bass", "Mute bass", false, "Silences the bass"),
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
