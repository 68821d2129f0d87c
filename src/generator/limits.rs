//! What settings may be.

use super::{MAX_BARS, MAX_SAMPLING_STEPS, Settings, guidance_scale};
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::time::{BEATS_PER_BAR, Bars};

/// Refuses pieces that are empty or too long.
pub(super) fn check_length(bars: Bars) -> Result<()> {
    if (1..=MAX_BARS).contains(&bars.0) {
        Ok(())
    } else {
        Err(Error::value(
            format!("a piece of {} bars", bars.0),
            format!("1 to {MAX_BARS} bars"),
        ))
    }
}

/// Refuses settings out of range.
pub(super) fn check(model: &Model, settings: &Settings) -> Result<()> {
    let (sampler, coherence) = (settings.sampler, settings.coherence);
    for (name, value, low, high) in [
        (
            "a guidance scale",
            guidance_scale(model, settings),
            0.0,
            30.0,
        ),
        ("a temperature", sampler.temperature, 0.0, 2.0),
        ("an eta", sampler.eta, 0.0, 1.0),
        ("a repetition", coherence.repetition.into(), 0.0, 1.0),
        ("a hold on the key", coherence.key.into(), 0.0, 1.0),
        ("a hold on the chords", coherence.chord.into(), 0.0, 2.0),
        ("a hold on the groove", coherence.groove.into(), 0.0, 1.0),
        ("a consonance", coherence.consonance.into(), 0.0, 1.0),
        (
            "a clip start",
            settings.clip_start.0,
            0.0,
            f64::from(MAX_BARS * BEATS_PER_BAR),
        ),
    ] {
        if !(low..=high).contains(&value) {
            return Err(Error::value(
                format!("{name} of {value}"),
                format!("{low} to {high}"),
            ));
        }
    }
    if !(1..=MAX_SAMPLING_STEPS).contains(&sampler.steps) {
        return Err(Error::value(
            format!("{} sampling steps", sampler.steps),
            format!("1 to {MAX_SAMPLING_STEPS}"),
        ));
    }
    Ok(())
}
