//! The options that hold a draft together.

use clap::Args;
use diff_bgm::diffusion::coherence::Coherence;

#[derive(Args)]
#[command(next_help_heading = "Coherence (how strongly; 0 leaves it to the model)")]
pub(crate) struct CoherenceArgs {
    /// How alike the four-bar phrases start out, 0 to 1
    #[arg(long, default_value_t = Coherence::default().repetition)]
    repetition: f32,
    /// How strongly the draft keeps to one key, 0 to 1
    #[arg(long, default_value_t = Coherence::default().key)]
    in_key: f32,
    /// How strongly chord tones are favoured, 0 to 2
    #[arg(long, default_value_t = Coherence::default().chord)]
    in_chord: f32,
    /// How alike the rhythms of the bars are, 0 to 1
    #[arg(long, default_value_t = Coherence::default().groove)]
    groove: f32,
    /// How readily the fainter of two notes a semitone apart is dropped, 0 to 1
    #[arg(long, default_value_t = Coherence::default().consonance)]
    consonance: f32,
}

impl CoherenceArgs {
    pub(crate) fn coherence(&self) -> Coherence {
        Coherence {
            repetition: self.repetition,
            key: self.in_key,
            chord: self.in_chord,
            groove: self.groove,
            consonance: self.consonance,
        }
    }
}
