//! The plugin's parameters, one table row each, and their values at one moment.
//!
//! The plugin makes the host's parameters from [`ParamId::spec`], and the editor its sliders. The rows of the cues take
//! their names, labels and words from the tables of [`Cue`](crate::music::cues::Cue) and
//! [`Pairing`](crate::conditioning::pairing::Pairing). Nothing here depends on a plugin format.

mod table;
mod values;

use crate::generator::PARTS_GUIDANCE_SCALE;
use crate::time::{BEATS_PER_BAR, Beats};

pub use table::{ParamId, ParamRange, ParamSpec};
pub use values::ParamValues;

/// The highest value of the revision parameter; it then wraps to 0.
pub const MAX_REVISION: i32 = 1 << 20;
/// The last beat at which a clip may start, counted from 0.
pub const LAST_START_BEAT: i32 = 8191;
/// The default of the guidance parameter, which stands for the model's own default.
const DEFAULT_GUIDANCE: f32 = PARTS_GUIDANCE_SCALE as f32;

/// The bars that a host counts in its list of parameters, where no metre is known.
const COMMON_BAR: Beats = Beats(BEATS_PER_BAR as f64);

/// Formats a beat as bar and beat in 4/4, both counted from 1: beat 16 is `5.1`.
pub fn bar_and_beat(beat: i32) -> String {
    bar_and_beat_in(COMMON_BAR, beat)
}

/// Parses a bar in 4/4, or a bar and beat: `5`, `5.1`. Returns `None` for anything else.
pub fn beat_from_text(text: &str) -> Option<i32> {
    beat_from_text_in(COMMON_BAR, text)
}

/// Formats a beat as [`bar_and_beat`] does, in bars of the length `bar`. Beats are quarter notes; a bar that is not whole
/// begins on the first one in it.
pub fn bar_and_beat_in(bar: Beats, beat: i32) -> String {
    let number = (f64::from(beat) / bar.0).floor();
    let first = (number * bar.0).ceil() as i32;
    format!("{}.{}", number as i32 + 1, beat - first + 1)
}

/// Formats a place to the hundredth of a beat, as REAPER does: beat 17.35 is `5.2.35` in bars of four beats.
pub fn place_in(bar: Beats, place: Beats) -> String {
    let hundredths = (place.0 * 100.0).round();
    let beat = (hundredths / 100.0).floor();
    format!(
        "{}.{:02}",
        bar_and_beat_in(bar, beat as i32),
        hundredths - beat * 100.0
    )
}

/// Parses what [`bar_and_beat_in`] writes, or a bar alone. Returns `None` for anything else.
pub fn beat_from_text_in(bar: Beats, text: &str) -> Option<i32> {
    let (number, beat) = text.trim().split_once('.').unwrap_or((text.trim(), "1"));
    let (number, beat): (i32, i32) = (number.parse().ok()?, beat.parse().ok()?);
    let first = |number: i32| (f64::from(number - 1) * bar.0).ceil() as i32;
    let is_possible = (1..=LAST_START_BEAT).contains(&number)
        && beat >= 1
        && beat <= (first(number + 1) - first(number)).max(1);
    is_possible.then(|| (first(number) + beat - 1).min(LAST_START_BEAT))
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

    #[test]
    fn a_place_is_shown_to_the_hundredth_of_a_beat() {
        assert_eq!(place_in(Beats(4.0), Beats(17.35)), "5.2.35");
        assert_eq!(place_in(Beats(4.0), Beats(3.999)), "2.1.00");
        assert_eq!(place_in(Beats(3.0), Beats(7.05)), "3.2.05");
    }

    #[test]
    fn in_other_metres_bars_are_as_long_as_the_hosts() {
        assert_eq!(bar_and_beat_in(Beats(3.0), 16), "6.2");
        assert_eq!(beat_from_text_in(Beats(3.0), "6.2"), Some(16));
        assert_eq!(beat_from_text_in(Beats(3.0), "6.4"), None);
        for bar in [2.0, 3.0, 3.5, 4.5, 6.0, 0.75] {
            for beat in 0..200 {
                let text = bar_and_beat_in(Beats(bar), beat);
                assert_eq!(
                    beat_from_text_in(Beats(bar), &text),
                    Some(beat),
                    "{text} of {bar}"
                );
            }
        }
    }
}
