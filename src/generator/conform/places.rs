//! Where the bars of the old draft and the new one lie.

use super::Freedom;
use crate::conditioning::placement::Placement;
use crate::error::{Error, Result};
use crate::features::recut::Recut;
use crate::generator::{Draft, Settings, bars_for, placement};
use crate::music::score::MAX_BARS;
use crate::time::{Bars, Beats, Seconds};

/// Where the bars of the old draft and the new one lie.
#[derive(Clone, Debug)]
pub(super) struct Places<'a> {
    pub(super) draft: &'a Draft,
    pub(super) recut: &'a Recut,
    pub(super) old: Placement,
    pub(super) new: Placement,
    pub(super) new_duration: Seconds,
    pub(super) bar_beats: usize,
    pub(super) tolerance_steps: f64,
}

impl<'a> Places<'a> {
    pub(super) fn new(
        draft: &'a Draft,
        recut: &'a Recut,
        new: &Settings,
        new_duration: Seconds,
        freedom: Freedom,
    ) -> Self {
        let old = Settings {
            tempo_map: draft.score.tempo_map().clone(),
            ..draft.recipe.settings.clone()
        };
        Self {
            draft,
            recut,
            old: placement(&old),
            new: placement(new),
            new_duration,
            bar_beats: draft.score.metre().bar_beats() as usize,
            tolerance_steps: freedom.tolerance_steps,
        }
    }

    /// Returns the first beat of a bar.
    pub(super) fn bar(&self, bar: usize) -> Beats {
        Beats((bar * self.bar_beats) as f64)
    }

    /// Returns the tolerance around a beat of the new draft.
    pub(super) fn tolerance(&self, beat: Beats) -> f64 {
        let step = 15.0 / self.new.tempo_map.tempo_at(beat).bpm();
        self.tolerance_steps * step + 1e-6
    }

    pub(super) fn old_bars(&self) -> usize {
        self.draft.score.bars().0 as usize
    }
}

/// Returns the length of the new draft: as many bars more or less than the new clip needs as the old draft had.
pub(super) fn new_bars(
    draft: &Draft,
    recut: &Recut,
    new: Seconds,
    settings: &Settings,
) -> Result<Bars> {
    let needed = |duration, settings: &Settings| {
        let free = Settings {
            bars: None,
            ..settings.clone()
        };
        i64::from(bars_for(duration, &free).0)
    };
    let old = Settings {
        tempo_map: draft.score.tempo_map().clone(),
        ..draft.recipe.settings.clone()
    };
    let more = i64::from(draft.score.bars().0) - needed(recut.old_duration, &old);
    let bars = needed(new, settings) + more;
    u32::try_from(bars.max(1))
        .ok()
        .filter(|&bars| bars <= MAX_BARS)
        .map(Bars)
        .ok_or_else(|| {
            Error::value(
                format!("a piece of {bars} bars"),
                format!("1 to {MAX_BARS} bars"),
            )
        })
}
