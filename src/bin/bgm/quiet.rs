//! The options of stretches without music, or with a thin one.

use clap::Args;
use diff_bgm::conditioning::quiet::{Quiet, QuietKind, Stretch, marked};

#[derive(Args)]
pub(crate) struct QuietArgs {
    /// A stretch of the clip, in seconds, without music; may be given several times. The music closes on a chord before it
    /// and enters again on the first beat after it
    #[arg(long, value_name = "FROM-TO")]
    no_music: Vec<Stretch>,
    /// A stretch of the clip, in seconds, with few notes and no lead, as under dialogue; may be given several times
    #[arg(long, value_name = "FROM-TO")]
    thin: Vec<Stretch>,
}

impl QuietArgs {
    /// Returns the stretches, sorted. Where both kinds are asked for there is no music.
    pub(crate) fn quiet(&self) -> Vec<Quiet> {
        let thin = self.thin.iter().map(|stretch| (stretch, QuietKind::Thin));
        let none = self
            .no_music
            .iter()
            .map(|stretch| (stretch, QuietKind::NoMusic));
        thin.chain(none).fold(Vec::new(), |quiet, (stretch, kind)| {
            marked(&quiet, *stretch, Some(kind))
        })
    }
}
