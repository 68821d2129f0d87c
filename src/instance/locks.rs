//! What the user has locked, and what is selected to be painted.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::music::part_set::PartSet;

/// The bars and parts that are never painted again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Locks {
    /// Bars of the draft, counted from 0.
    pub bars: BTreeSet<u32>,
    /// Parts, in all bars.
    pub parts: PartSet,
}

impl Locks {
    /// Returns whether nothing is locked.
    pub fn is_empty(&self) -> bool {
        self.bars.is_empty() && self.parts.is_empty()
    }

    /// Locks bars, or unlocks them if all of them are locked.
    pub fn toggle_bars(&mut self, bars: impl Iterator<Item = u32> + Clone) {
        if bars.clone().all(|bar| self.bars.contains(&bar)) {
            bars.for_each(|bar| {
                self.bars.remove(&bar);
            });
        } else {
            self.bars.extend(bars);
        }
    }
}

/// What is selected in the window. Never saved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The first and the last selected bar of the draft, counted from 0.
    pub bars: Option<(u32, u32)>,
    /// The selected parts; none means all of them.
    pub parts: PartSet,
}

impl Selection {
    /// Returns whether nothing is selected.
    pub fn is_empty(&self) -> bool {
        self.bars.is_none() && self.parts.is_empty()
    }

    /// Returns the selected bars of a draft of `count` bars; all of them if none is selected.
    pub fn bars_of(&self, count: u32) -> std::ops::Range<u32> {
        match self.bars {
            Some((first, last)) => first.min(count)..last.saturating_add(1).min(count),
            None => 0..count,
        }
    }

    /// Returns the parts that are painted in `bar`; none if they are locked or the bar is.
    pub fn painted_parts(&self, locks: &Locks, bar: u32) -> PartSet {
        if locks.bars.contains(&bar) {
            return PartSet::NONE;
        }
        let parts = if self.parts.is_empty() {
            PartSet::ALL
        } else {
            self.parts
        };
        parts.without(locks.parts)
    }

    /// Says what Generate does with it, as in `Repaint bars 9–12`. `first_bar` is the number that the window shows on the
    /// draft's first bar.
    pub fn request(&self, locks: &Locks, first_bar: u32) -> String {
        let what = self.words(locks, first_bar);
        match self.parts {
            _ if !self.repaints(locks) => "Generate".to_owned(),
            PartSet::NONE | PartSet::ALL => format!("Repaint {what}"),
            _ => format!("New {what}"),
        }
    }

    /// Says what is painted again, as in `bars 9–12` or `bass, bar 3`. `first_bar` is as for [`Selection::request`].
    pub fn words(&self, locks: &Locks, first_bar: u32) -> String {
        let bars = self.bars.map(|(first, last)| {
            let number = |bar: u32| bar.saturating_add(first_bar);
            if first == last {
                format!("bar {}", number(first))
            } else {
                format!("bars {}–{}", number(first), number(last))
            }
        });
        match (bars, self.parts) {
            (None, PartSet::NONE | PartSet::ALL) if locks.is_empty() => "everything".to_owned(),
            (None, PartSet::NONE | PartSet::ALL) => "what is not locked".to_owned(),
            (None, parts) => parts.to_string(),
            (Some(bars), PartSet::NONE | PartSet::ALL) => bars,
            (Some(bars), parts) => format!("{parts}, {bars}"),
        }
    }

    /// Returns whether Generate paints over a draft rather than making a new one.
    pub fn repaints(&self, locks: &Locks) -> bool {
        !(locks.is_empty()
            && self.bars.is_none()
            && matches!(self.parts, PartSet::NONE | PartSet::ALL))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::part::Part;

    fn accompaniment() -> PartSet {
        PartSet::ALL.set(Part::Lead, false)
    }

    #[test]
    fn the_button_says_what_it_paints() {
        let locked = Locks {
            bars: BTreeSet::from([0]),
            ..Locks::default()
        };
        let request = |bars, parts, locks: &Locks| {
            let selection = Selection { bars, parts };
            let text = selection.request(locks, 5);
            assert_eq!(selection.repaints(locks), text != "Generate", "{text}");
            text
        };
        let free = Locks::default();
        assert_eq!(request(None, PartSet::NONE, &free), "Generate");
        assert_eq!(
            request(None, PartSet::ALL, &locked),
            "Repaint what is not locked"
        );
        assert_eq!(request(None, accompaniment(), &free), "New accompaniment");
        assert_eq!(
            request(Some((4, 7)), PartSet::NONE, &locked),
            "Repaint bars 9–12"
        );
        assert_eq!(
            request(Some((4, 4)), accompaniment(), &free),
            "New accompaniment, bar 9"
        );
    }

    #[test]
    fn locked_bars_and_parts_are_not_painted() {
        let mut locks = Locks::default();
        locks.toggle_bars(1..3);
        locks.toggle_bars(2..4);
        assert_eq!(locks.bars, BTreeSet::from([1, 2, 3]));
        locks.toggle_bars(2..3);
        locks.parts = PartSet::NONE.set(Part::Bass, true);
        let selection = Selection {
            bars: Some((1, 20)),
            parts: accompaniment(),
        };
        assert_eq!(selection.bars_of(6), 1..6);
        let painted = |bar| selection.painted_parts(&locks, bar);
        assert_eq!(painted(1), PartSet::NONE);
        assert_eq!(painted(2), PartSet::NONE.set(Part::Chords, true));
    }
}
