//! The report of `bgm generate`.

use std::path::Path;

use diff_bgm::generator::Settings;
use diff_bgm::music::chord::ChordChange;
use diff_bgm::music::metrics::Metrics;
use diff_bgm::music::section::Section;
use diff_bgm::time::Beats;
use serde::Serialize;

use crate::candidates::Ranked;

/// The report.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    pub(super) clip: &'a Path,
    pub(super) warnings: &'a [String],
    pub(super) model: ModelReport<'a>,
    pub(super) settings: &'a Settings,
    pub(super) guidance_scale: f64,
    pub(super) bars: u32,
    pub(super) music: Metrics,
    pub(super) cuts_beats: &'a [Beats],
    pub(super) sections: &'a [Section],
    pub(super) chords: &'a [ChordChange],
    /// The ranking, best first, if there was a choice.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub(super) candidates: &'a [Ranked],
    pub(super) seconds: Timings,
}

#[derive(Serialize)]
pub(super) struct ModelReport<'a> {
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) parameters: usize,
}

/// Time that each part took, in seconds.
#[derive(Serialize)]
pub(super) struct Timings {
    pub(super) load_model: f64,
    pub(super) load_clip: f64,
    pub(super) generate: f64,
}
