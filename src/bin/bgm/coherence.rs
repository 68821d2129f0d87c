//! The options that hold a draft together.

use clap::Args;
use diff_bgm::diffusion::coherence::Coherence;

#[derive(Args)]
#[command(
    next_help_heading = "Coherence (how strongly; 0 leaves it to the model; the default is the model's own)"
)]
pub(crate) struct CoherenceArgs {
    /// How alike the four-bar phrases start out, or every two bars of a model in parts, 0 to 1
    #[arg(long)]
    repetition: Option<f32>,
    /// How strongly the draft keeps to one key, whichever fits best, 0 to 1
    #[arg(long)]
    in_key: Option<f32>,
    /// How strongly chord tones are favoured, 0 to 2
    #[arg(long)]
    in_chord: Option<f32>,
    /// How alike the rhythms of the bars are, in a model in parts those of the accompaniment, 0 to 1
    #[arg(long)]
    groove: Option<f32>,
    /// How readily the fainter of two notes a semitone apart is dropped, 0 to 1
    #[arg(long)]
    consonance: Option<f32>,
    /// How strongly the tune is led as one voice that moves by step, 0 to 4 (models in parts)
    #[arg(long)]
    line: Option<f32>,
    /// How much the accompaniment steps back above a tune that sounds, 0 to 1 (models in parts)
    #[arg(long)]
    tune_on_top: Option<f32>,
}

impl CoherenceArgs {
    /// Returns `usual` with the given options in place of its own.
    pub(crate) fn over(&self, usual: Coherence) -> Coherence {
        Coherence {
            repetition: self.repetition.unwrap_or(usual.repetition),
            key: self.in_key.unwrap_or(usual.key),
            chord: self.in_chord.unwrap_or(usual.chord),
            groove: self.groove.unwrap_or(usual.groove),
            consonance: self.consonance.unwrap_or(usual.consonance),
            line: self.line.unwrap_or(usual.line),
            top: self.tune_on_top.unwrap_or(usual.top),
        }
    }
}
