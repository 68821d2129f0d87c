//! A theme of a take.

use crate::error::Result;
use crate::generator::Theme;
use crate::instance::state::Take;
use crate::time::Bars;

impl Take {
    /// Returns the theme of some bars of the take, the first and the last, counted from 0; without them, that of its first
    /// section. It is called `Theme of` the take.
    ///
    /// # Errors
    /// As for [`Theme::of_score`].
    pub fn theme(&self, bars: Option<(u32, u32)>) -> Result<Theme> {
        let name = format!("Theme of {}", self.title());
        let bars = bars.map(|(first, last)| Bars(first)..Bars(last.saturating_add(1)));
        Theme::of_score(&name, &self.draft.score, self.draft.key(), bars)
    }
}
