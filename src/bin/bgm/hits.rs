//! The options of hits.

use clap::Args;
use diff_bgm::conditioning::hits::Hit;
use diff_bgm::features::ClipFeatures;

#[derive(Args)]
pub(crate) struct HitArgs {
    /// A moment of the clip, in seconds, that the music meets with an accent; may be given several times. A weight from 1 to 3
    /// may follow, and `early` if the music had better be early than late: 12.5, 12.5:3, 12.5:3:early. From a weight of 2, the
    /// chord changes there and the bar before holds back
    #[arg(long, value_name = "SECONDS[:WEIGHT]")]
    hit: Vec<Hit>,
    /// Meet every cut of the clip as a hit of this weight, 1 to 3
    #[arg(long, value_name = "WEIGHT", value_parser = clap::value_parser!(u8).range(1..=3))]
    hit_cuts: Option<u8>,
}

impl HitArgs {
    /// Returns the given hits and, if asked for, the cuts of `clip`, sorted.
    pub(crate) fn hits(&self, clip: &ClipFeatures) -> Vec<Hit> {
        let mut hits = Hit::on_cuts(&clip.shots, self.hit_cuts.unwrap_or(0));
        hits.extend(&self.hit);
        hits.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        hits
    }
}
