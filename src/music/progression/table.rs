//! How often each chord follows each in the training music.

use std::sync::LazyLock;

use super::SLOTS_PER_BAR;
use crate::music::chord::{Chord, MAJOR_LIKE};

/// Counts are raised to this power: the table leaves out rare successions, so plans would have too few chords.
const COUNT_POWER: f64 = 0.8;

/// Lines of `within` or `across` (a bar line), two chords with C as the major tonic, and how often the second follows
/// the first. Counted by `benches/peer/progressions.py` on POP909 without the held-out songs.
const POP909: &str = include_str!("pop909.txt");
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(POP909));

/// Chords, and how often each follows each.
pub(super) struct Table {
    /// All chords of the table.
    pub(super) chords: Vec<Chord>,
    /// Counts `[from][to]` within a bar, from its first to its second half.
    within: Vec<Vec<f64>>,
    /// Counts `[from][to]` over a bar line.
    across: Vec<Vec<f64>>,
    /// The share of the music in major-like chords.
    pub(super) major_share: f64,
}

impl Table {
    fn read(text: &str) -> Self {
        let lines = text.lines().filter_map(Line::read);
        let mut symbols: Vec<&str> = lines
            .clone()
            .flat_map(|line| [line.from, line.to])
            .collect();
        symbols.sort_unstable();
        symbols.dedup();
        let chords: Vec<(&str, Chord)> = (symbols.into_iter())
            .filter_map(|symbol| Some((symbol, Chord::parse(symbol).ok()??)))
            .collect();
        let counts = |place: &str| {
            let mut counts = vec![vec![0.0; chords.len()]; chords.len()];
            let index = |symbol| chords.iter().position(|(name, _)| *name == symbol);
            for line in lines.clone().filter(|line| line.place == place) {
                if let (Some(from), Some(to)) = (index(line.from), index(line.to)) {
                    counts[from][to] = libm::pow(line.count, COUNT_POWER);
                }
            }
            counts
        };
        let (within, across) = (counts("within"), counts("across"));
        let uses = |is_wanted: &dyn Fn(&Chord) -> bool| -> f64 {
            let wanted = chords.iter().zip(&within);
            let wanted = wanted.filter(|((_, chord), _)| is_wanted(chord));
            wanted.flat_map(|(_, counts)| counts).sum()
        };
        Self {
            major_share: uses(&|chord| chord.mode == MAJOR_LIKE) / uses(&|_| true),
            within,
            across,
            chords: chords.into_iter().map(|(_, chord)| chord).collect(),
        }
    }

    /// Counts `[from][to]` of successions into `slot`.
    pub(super) fn counts_into(&self, slot: usize) -> &[Vec<f64>] {
        if slot.is_multiple_of(SLOTS_PER_BAR) {
            &self.across
        } else {
            &self.within
        }
    }

    /// Returns the count of a chord at the start of a bar.
    pub(super) fn uses(&self, chord: usize) -> f64 {
        self.within[chord].iter().sum()
    }
}

/// One line of the table.
#[derive(Clone, Copy)]
struct Line<'a> {
    place: &'a str,
    from: &'a str,
    to: &'a str,
    count: f64,
}

impl<'a> Line<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut words = line.split_whitespace();
        Some(Self {
            place: words.next()?,
            from: words.next()?,
            to: words.next()?,
            count: words.next()?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_read() {
        let counted: f64 = POP909
            .lines()
            .filter_map(Line::read)
            .map(|line| libm::pow(line.count, COUNT_POWER))
            .sum();
        let kept: f64 = (TABLE.within.iter().chain(&TABLE.across)).flatten().sum();
        assert_eq!(
            POP909.lines().filter_map(Line::read).count(),
            POP909.lines().count()
        );
        assert!((kept - counted).abs() < 1e-6, "{kept} of {counted}");
        assert!(TABLE.chords.len() > 20);
    }
}
