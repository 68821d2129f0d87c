//! A take made of two.

use std::ops::Range;

use super::State;
use crate::error::{Error, Result};
use crate::generator::combine;
use crate::time::Bars;

impl State {
    /// Adds a take, which plays: the current one with `bars`, counted from 0, of the take at `index`.
    ///
    /// # Errors
    /// Returns an error if no take is current, there is none at `index`, or as [`combine`] does.
    pub fn combine(
        &mut self,
        index: usize,
        bars: Range<Bars>,
        made_unix_seconds: u64,
    ) -> Result<()> {
        let (Some(base), Some(other)) = (self.current_take(), self.takes.get(index)) else {
            return Err(Error::Usage(
                "There are no two takes to combine. Press Generate again first.".to_owned(),
            ));
        };
        let which = match (bars.start.0 + 1, bars.end.0) {
            (first, last) if first == last => format!("bar {first}"),
            (first, last) => format!("bars {first}–{last}"),
        };
        let origin = format!("{} with {which} of {}", base.title(), other.title());
        let draft = combine(&base.draft, &other.draft, bars)?;
        self.add_take(draft, made_unix_seconds);
        if let Some(take) = self.takes.last_mut() {
            take.origin = Some(origin);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Draft;

    #[test]
    fn a_combined_take_plays_and_says_what_it_was_made_of() {
        let mut state = State::default();
        assert!(state.combine(0, Bars(0)..Bars(1), 0).is_err());
        state.add_take(Draft::default(), 0);
        state.add_take(Draft::default(), 0);
        state.combine(0, Bars(0)..Bars(1), 5).unwrap();
        let take = state.current_take().unwrap();
        assert_eq!((state.current, take.made_unix_seconds), (Some(2), 5));
        assert_eq!(take.summary(), "2 with bar 1 of 1");
        let before = state.clone();
        assert!(state.combine(0, Bars(0)..Bars(2), 5).is_err());
        assert_eq!(state, before);
    }
}
