//! A take made of two.

use std::ops::Range;
use std::sync::Arc;

use super::{State, Take};
use crate::error::{Error, Result};
use crate::generator::combine;
use crate::music::note::Note;
use crate::time::Bars;

impl State {
    /// Adds a take, which plays: the current one with `bars`, counted from 0, of the take at `index`. `first_bar` is the number
    /// that the window shows on the drafts' first bar. Notes that the user changed stay marked.
    ///
    /// # Errors
    /// Returns an error if no take is current, there is none at `index`, or as [`combine`] does.
    pub fn combine(
        &mut self,
        index: usize,
        bars: Range<Bars>,
        first_bar: u32,
        made_unix_seconds: u64,
    ) -> Result<()> {
        let (Some(base), Some(other)) = (self.current_take(), self.takes.get(index)) else {
            return Err(Error::Usage(
                "There are no two takes to combine. Press Generate again first.".to_owned(),
            ));
        };
        let what = words(&bars, first_bar, other);
        let draft = combine(&base.draft, &other.draft, bars)?;
        let notes = draft.score.notes();
        let edited: Vec<Note> = (base.edited.iter().chain(&other.edited))
            .filter(|note| notes.contains(note))
            .copied()
            .collect();
        let take = Take {
            name: what.clone(),
            painted: Some(format!("{what} in {}", base.title())),
            draft: Arc::new(draft),
            made_unix_seconds,
            edited,
            made_for: base.made_for,
        };
        self.push_take(take);
        Ok(())
    }
}

/// Says which bars of a take are meant, as in `bars 9–12 of 4`. `first_bar` is the number of the first one.
pub(super) fn words(bars: &Range<Bars>, first_bar: u32, take: &Take) -> String {
    let number = |bar: u32| bar.saturating_add(first_bar);
    let (first, last) = (number(bars.start.0), number(bars.end.0.saturating_sub(1)));
    let bars = if first == last {
        format!("bar {first}")
    } else {
        format!("bars {first}–{last}")
    };
    format!("{bars} of {}", take.title())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Draft;
    use crate::music::score::{RawScore, Score};

    #[test]
    fn a_combined_take_plays_and_says_what_it_was_made_of() {
        let draft = Draft {
            score: Score::repaired(RawScore {
                bars: Bars(4),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        let mut state = State::default();
        assert!(state.combine(0, Bars(0)..Bars(1), 1, 0).is_err());
        state.add_take(draft.clone(), 0);
        state.add_take(draft, 0);
        state.combine(0, Bars(1)..Bars(3), 5, 5).unwrap();
        let take = state.current_take().unwrap();
        assert_eq!((state.current, take.made_unix_seconds), (Some(2), 5));
        assert_eq!(take.summary(), "bars 6–7 of 1 in 2");
        assert_eq!((take.title(), &*take.name), ("3", "3 bars 6–7 of 1"));
        let before = state.clone();
        assert!(state.combine(0, Bars(0)..Bars(5), 1, 5).is_err());
        assert_eq!(state, before);
    }
}
