//! `bgm repaint --mask`: the authors' modes of painting over music, with a published model.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use diff_bgm::conditioning::placement::Alignment;
use diff_bgm::diffusion::config::ConditionKind;
use diff_bgm::diffusion::sampler::{SamplerKind, SamplerSettings};
use diff_bgm::generator::{Inpainting, Settings};
use diff_bgm::music::mask::Mask;
use diff_bgm::music::tempo_map::TempoMap;
use diff_bgm::time::{BARS_PER_SEGMENT, Bars, Beats};
use diff_bgm::{Error, Result};

use crate::repaint::BarRange;

/// The options of a mask.
#[derive(Args)]
#[command(next_help_heading = "With a published model (the draft is then any MIDI file in 4/4)")]
pub(crate) struct MaskArgs {
    /// What to keep, as in the published code
    #[arg(long, value_enum, requires = "clip", conflicts_with = "parts")]
    pub(crate) mask: Option<MaskChoice>,
    /// The clip whose embeddings the music follows: a clip file made by `bgm features`
    #[arg(long, requires = "mask")]
    pub(crate) clip: Option<PathBuf>,
    /// Let each segment go on from the four bars painted before it, so that the music is continuous; otherwise every eight
    /// bars are painted on their own
    #[arg(long, requires = "mask")]
    autoregressive: bool,
    /// With --mask bars, count the bars from 1 to 8 and paint them in every eight bars, as the authors do
    #[arg(long, requires = "mask")]
    every_segment: bool,
    /// Beat of the music at which the clip starts, counted from 0
    #[arg(
        long,
        default_value = "0",
        requires = "mask",
        allow_hyphen_values = true
    )]
    start: f64,
    /// How the clip is matched to the beats: time (by the tempo), or stretch (the whole clip over the whole piece)
    #[arg(long, default_value = "time", requires = "mask")]
    align: Alignment,
    /// Sampler: ddpm (as published), ddim, dpm++2m or sde-dpm++2m
    #[arg(long, default_value = "dpm++2m", requires = "mask")]
    sampler: SamplerKind,
    /// Sampling steps per segment; ddpm always takes every step of the model's schedule
    #[arg(long, requires = "mask")]
    steps: Option<usize>,
    /// How closely the music follows the clip; 1 is without guidance [default: the model's own]
    #[arg(long, requires = "mask")]
    guidance: Option<f64>,
}

/// What a mask keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MaskChoice {
    /// Keep all bars but those of --bars
    Bars,
    /// Keep, at every step, the highest note that starts and everything below it: paints a melody above an accompaniment
    Above,
    /// Keep, at every step, the lowest note that starts and everything above it: paints an accompaniment below a melody
    Below,
    /// Keep every note: paints only between them
    Remaining,
}

impl MaskArgs {
    /// Returns what is to be kept of a piece of `length` bars, of which `bars` are named.
    ///
    /// # Errors
    /// Returns [`Error::Usage`] if the options contradict each other.
    pub(crate) fn inpainting(
        &self,
        mask: MaskChoice,
        bars: Option<BarRange>,
        length: Bars,
    ) -> Result<Inpainting> {
        let usage = |problem: String| Err(Error::Usage(problem));
        let mask = match (mask, bars) {
            (MaskChoice::Bars, Some(bars)) => Mask::Bars(self.painted_bars(bars, length)?),
            (MaskChoice::Bars, None) => {
                return usage("--mask bars paints the bars of --bars. Name them.".to_owned());
            }
            (other, _) if bars.is_some() || self.every_segment => {
                let name = other.to_possible_value();
                return usage(format!(
                    "--mask {} is for the whole piece. Leave out --bars and --every-segment, or use --mask bars.",
                    name.as_ref().map_or("", |name| name.get_name())
                ));
            }
            (MaskChoice::Above, _) => Mask::Above,
            (MaskChoice::Below, _) => Mask::Below,
            (MaskChoice::Remaining, _) => Mask::Remaining,
        };
        Ok(Inpainting {
            mask,
            autoregressive: self.autoregressive,
        })
    }

    /// Returns the bars to paint, counted from 0.
    fn painted_bars(&self, bars: BarRange, length: Bars) -> Result<Vec<u32>> {
        let most = if self.every_segment {
            BARS_PER_SEGMENT
        } else {
            length.0
        };
        if bars.last > most {
            return Err(Error::Usage(format!(
                "There is no bar {} to paint. Choose bars from 1 to {most}.",
                bars.last
            )));
        }
        let named = bars.first - 1..bars.last;
        if !self.every_segment {
            return Ok(named.collect());
        }
        let of_segment = |bar: &u32| named.contains(&(bar % BARS_PER_SEGMENT));
        Ok((0..length.0).filter(of_segment).collect())
    }

    /// Returns the settings of a piece of `bars` bars at the tempi of `tempo_map`.
    pub(crate) fn settings(&self, tempo_map: TempoMap, bars: Bars, seed: u64) -> Settings {
        let usual = Settings::for_family(ConditionKind::CaptionThenVisual);
        Settings {
            tempo_map,
            bars: Some(bars),
            seed,
            clip_start: Beats(self.start),
            alignment: self.align,
            guidance_scale: self.guidance,
            sampler: SamplerSettings {
                kind: self.sampler,
                steps: self.steps.unwrap_or(usual.sampler.steps),
                ..usual.sampler
            },
            ..usual
        }
    }
}
