//! What a user asks of one cue, as text.

use std::str::FromStr;

use super::Lane;
use crate::error::Fault;

/// The largest strength.
const MAX_STRENGTH: f32 = 2.0;
/// The largest offset, either way.
const MAX_OFFSET: f32 = 2.0;

/// What the user wants one cue to follow. Parts that are left out are taken from the default lane.
#[derive(Clone, Debug, PartialEq)]
pub enum LaneRequest {
    /// The clip's curve: `clip`, `clip+0.3`, `clip*0.5`, `clip*0.5-0.3`.
    Clip {
        /// The factor on the curve, 0 to 2; that of the default lane if `None`.
        strength: Option<f32>,
        /// What is added, −2 to 2.
        offset: f32,
    },
    /// The same value throughout, −1 to 1.
    Constant(f32),
    /// The model decides: `free`.
    Free,
}

impl LaneRequest {
    /// Returns the requested lane. A strength that is left out is that of `default`, or 1 if `default` does not follow
    /// the clip.
    pub fn lane(&self, default: &Lane) -> Lane {
        match *self {
            Self::Clip { strength, offset } => {
                let usual = match default {
                    Lane::Clip { strength, .. } => *strength,
                    Lane::Drawn(_) | Lane::Over { .. } | Lane::Free => 1.0,
                };
                Lane::Clip {
                    strength: strength.unwrap_or(usual),
                    offset,
                }
            }
            Self::Constant(value) => Lane::constant(value),
            Self::Free => Lane::Free,
        }
    }
}

impl FromStr for LaneRequest {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let fault = || {
            Fault::new(
                format!("`{text}`"),
                "free, clip, clip+0.3, clip-0.3, clip*0.5+0.3 or a number from -1 to 1",
            )
        };
        let number = |text: &str, min: f32, max: f32| {
            text.parse()
                .ok()
                .filter(|number: &f32| (min..=max).contains(number))
                .ok_or_else(fault)
        };
        if text == "free" {
            return Ok(Self::Free);
        }
        let Some(course) = text.strip_prefix("clip") else {
            return number(text, -1.0, 1.0).map(Self::Constant);
        };
        let (factor, offset) = match course.find(['+', '-']) {
            Some(at) => course.split_at(at),
            None => (course, ""),
        };
        Ok(Self::Clip {
            strength: match factor.strip_prefix('*') {
                Some(strength) => Some(number(strength, 0.0, MAX_STRENGTH)?),
                None if factor.is_empty() => None,
                None => return Err(fault()),
            },
            offset: match offset {
                "" => 0.0,
                offset => number(offset, -MAX_OFFSET, MAX_OFFSET)?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::steering::Steering;
    use crate::music::cues::Cue;

    fn request(text: &str) -> Result<LaneRequest, Fault> {
        text.parse()
    }

    #[test]
    fn requests_are_parsed_from_words_and_numbers() {
        let clip = |strength, offset| Ok(LaneRequest::Clip { strength, offset });
        assert_eq!(request("free"), Ok(LaneRequest::Free));
        assert_eq!(request("-0.25"), Ok(LaneRequest::Constant(-0.25)));
        assert_eq!(request("clip"), clip(None, 0.0));
        assert_eq!(request("clip+0.5"), clip(None, 0.5));
        assert_eq!(request("clip*0.5"), clip(Some(0.5), 0.0));
        assert_eq!(request("clip*1-0.3"), clip(Some(1.0), -0.3));
        for wrong in [
            "",
            "2",
            "nan",
            "clips",
            "clip0.3",
            "clip+3",
            "clip+",
            "clip*",
            "clip*3",
            "clip*-1",
            "clip*nan",
            "clip+0.3*2",
            "inf",
            "free+1",
        ] {
            assert!(request(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_moved_clip_keeps_the_default_strength() {
        let usual = Steering::default();
        let lane = |text: &str, cue| request(text).unwrap().lane(&usual.lanes[cue]);
        let clip = |strength, offset| Lane::Clip { strength, offset };
        assert_eq!(lane("clip", Cue::Register), usual.lanes[Cue::Register]);
        assert_eq!(lane("clip+0.3", Cue::Register), clip(0.5, 0.3));
        assert_eq!(lane("clip*1+0.3", Cue::Register), clip(1.0, 0.3));
        assert_eq!(lane("clip", Cue::Polyphony), Lane::CLIP);
        assert_eq!(lane("free", Cue::Density), Lane::Free);
    }
}
