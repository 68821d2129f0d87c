//! What is painted of a window, and what is kept.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::error::{Fault, find_named};
use crate::generator::Region;
use crate::music::metre::Metre;
use crate::music::piano_roll::RollPart;
use crate::time::BEATS_PER_SEGMENT;

const BEATS: usize = BEATS_PER_SEGMENT as usize;
const BOTH: [RollPart; 2] = [RollPart::Lead, RollPart::Accompaniment];
/// Bars that are kept at the start of a window that is continued.
const KEPT_BARS: usize = 4;
/// The bars, from 0, that are filled.
const FILLED_BARS: std::ops::Range<usize> = 3..5;

/// What a network is given of a window, and what it paints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Everything is painted.
    Free,
    /// The first four bars are kept.
    Continue,
    /// Bars 4 and 5 are painted.
    Fill,
    /// The lead is kept.
    Accompany,
    /// The accompaniment is kept.
    Tune,
}

impl Task {
    /// All tasks.
    pub const ALL: [Self; 5] = [
        Self::Free,
        Self::Continue,
        Self::Fill,
        Self::Accompany,
        Self::Tune,
    ];

    /// Returns the name in options and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Continue => "continue",
            Self::Fill => "fill",
            Self::Accompany => "accompany",
            Self::Tune => "tune",
        }
    }

    /// Returns what is painted of a window in `metre`.
    pub(super) fn region(self, metre: Metre) -> Region {
        let bar = metre.bar_beats() as usize;
        match self {
            Self::Free => Region::all(BEATS),
            Self::Continue => Region::all(BEATS).without(0..KEPT_BARS * bar, &BOTH),
            Self::Fill => {
                Region::nothing(BEATS).with(FILLED_BARS.start * bar..FILLED_BARS.end * bar, &BOTH)
            }
            Self::Accompany => Region::all(BEATS).without(0..BEATS, &[RollPart::Lead]),
            Self::Tune => Region::all(BEATS).without(0..BEATS, &[RollPart::Accompaniment]),
        }
    }

    /// Returns, for each whole bar of a window in `metre`, whether both parts of it are kept.
    pub(super) fn kept_bars(self, metre: Metre) -> Vec<bool> {
        let (bar, region) = (metre.bar_beats() as usize, self.region(metre));
        let is_kept = |index: usize| {
            (index * bar..(index + 1) * bar)
                .all(|beat| !BOTH.iter().any(|&part| region.paints(part, beat)))
        };
        (0..BEATS / bar).map(is_kept).collect()
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Task {
    type Err = Fault;

    fn from_str(name: &str) -> Result<Self, Fault> {
        find_named("a task", name, &Self::ALL, Self::name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(task: Task, metre: &str) -> Vec<(RollPart, usize)> {
        let region = task.region(metre.parse().unwrap());
        let all = BOTH
            .into_iter()
            .flat_map(|part| (0..BEATS).map(move |beat| (part, beat)));
        all.filter(|&(part, beat)| region.paints(part, beat))
            .collect()
    }

    #[test]
    fn a_task_paints_whole_bars_or_a_whole_part() {
        assert_eq!(painted(Task::Free, "4/4").len(), 64);
        let beats = |task, metre| {
            let mut beats: Vec<usize> = painted(task, metre).iter().map(|place| place.1).collect();
            beats.truncate(beats.len() / 2);
            beats
        };
        assert_eq!(beats(Task::Continue, "4/4"), (16..32).collect::<Vec<_>>());
        assert_eq!(beats(Task::Fill, "4/4"), (12..20).collect::<Vec<_>>());
        assert_eq!(beats(Task::Fill, "6/8"), (9..15).collect::<Vec<_>>());
        for (task, part) in [(Task::Tune, BOTH[0]), (Task::Accompany, BOTH[1])] {
            let painted = painted(task, "3/4");
            assert_eq!(painted.len(), 32);
            assert!(painted.iter().all(|place| place.0 == part), "{task}");
        }
    }

    #[test]
    fn a_bar_is_kept_if_neither_part_of_it_is_painted() {
        let kept = |task: Task, metre: &str| -> Vec<usize> {
            let kept = task.kept_bars(metre.parse().unwrap());
            (0..kept.len()).filter(|&bar| kept[bar]).collect()
        };
        assert_eq!(kept(Task::Fill, "4/4"), [0, 1, 2, 5, 6, 7]);
        assert_eq!(kept(Task::Continue, "3/4"), [0, 1, 2, 3]);
        assert_eq!(kept(Task::Tune, "4/4"), [0; 0]);
    }
}
