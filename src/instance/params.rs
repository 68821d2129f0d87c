//! The plugin's parameters, one table row each, and their values at one moment.
//!
//! The plugin makes the host's parameters from [`ParamId::spec`], and the editor its sliders. The rows of the cues take
//! their names, labels and words from the tables of [`Cue`](crate::music::cues::Cue) and
//! [`Pairing`](crate::conditioning::pairing::Pairing). Nothing here depends on a plugin format.

mod table;
mod values;

use crate::generator::PARTS_GUIDANCE_SCALE;
use crate::time::BEATS_PER_BAR;

pub use table::{ParamId, ParamRange, ParamSpec};
pub use values::ParamValues;

/// The highest value of the revision parameter; it then wraps to 0.
pub const MAX_REVISION: i32 = 1 << 20;
/// The last beat at which a clip may start, counted from 0.
pub const LAST_START_BEAT: i32 = 8191;
/// The default of the guidance parameter, which stands for the model's own default.
const DEFAULT_GUIDANCE: f32 = PARTS_GUIDANCE_SCALE as f32;

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
