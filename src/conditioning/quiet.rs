//! Stretches of the clip that belong to its own sound: without music, or with thin music under speech.

mod placed;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::time::Seconds;

pub use placed::{PlacedQuiet, QuietBeat, Rest};

/// The most quiet stretches of a piece.
pub const MAX_QUIET: usize = 1_000;

/// What is left of the music in a quiet stretch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuietKind {
    /// Nothing. The music comes to a chord before, and enters again on the first beat after.
    NoMusic,
    /// Few notes and no lead, as under dialogue.
    Thin,
}

impl QuietKind {
    /// Both kinds.
    pub const ALL: [Self; 2] = [Self::NoMusic, Self::Thin];

    /// Returns its name for users.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NoMusic => "no music",
            Self::Thin => "dialogue: thin, no lead",
        }
    }
}

/// A stretch of the clip, in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Where it begins.
    pub from: Seconds,
    /// Where it ends, after `from`.
    pub to: Seconds,
}

impl Stretch {
    /// Returns where a quiet stretch lies.
    pub fn of(quiet: &Quiet) -> Self {
        let Quiet { from, to, .. } = *quiet;
        Self { from, to }
    }
}

/// A stretch of the clip without music, or with thin music.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quiet {
    /// Where it begins, in the clip.
    pub from: Seconds,
    /// Where it ends, after `from`.
    pub to: Seconds,
    /// What is left of the music.
    pub kind: QuietKind,
}

impl Quiet {
    /// Returns the quiet stretch of a kind.
    pub fn over(stretch: Stretch, kind: QuietKind) -> Self {
        let Stretch { from, to } = stretch;
        Self { from, to, kind }
    }

    /// Returns whether it can be placed: it is finite, not before the clip, and not empty.
    pub fn is_sound(&self) -> bool {
        0.0 <= self.from.0 && self.from < self.to && self.to.0.is_finite()
    }
}

/// Returns `quiet` with a stretch marked as of a kind, or not marked at all. What was marked there before gives way; stretches
/// of one kind that touch become one. Sorted.
pub fn marked(quiet: &[Quiet], stretch: Stretch, kind: Option<QuietKind>) -> Vec<Quiet> {
    let Stretch { from, to } = stretch;
    let outside = quiet.iter().flat_map(|one| {
        let before = Quiet {
            to: if one.to < from { one.to } else { from },
            ..*one
        };
        let after = Quiet {
            from: if one.from > to { one.from } else { to },
            ..*one
        };
        [before, after]
    });
    let new = kind.map(|kind| Quiet::over(stretch, kind));
    let mut all: Vec<Quiet> = outside.chain(new).filter(Quiet::is_sound).collect();
    all.sort_by(|a, b| a.from.0.total_cmp(&b.from.0));
    all.dedup_by(|next, last| {
        let continues = next.kind == last.kind && next.from <= last.to;
        if continues && next.to > last.to {
            last.to = next.to;
        }
        continues
    });
    all
}

/// `12.5-15`.
impl FromStr for Stretch {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let seconds = |text: &str| text.trim().parse().ok().map(Seconds);
        let stretch = text
            .split_once('-')
            .and_then(|(from, to)| Some((seconds(from)?, seconds(to)?)));
        match stretch {
            Some((from, to)) if 0.0 <= from.0 && from < to && to.0.is_finite() => {
                Ok(Self { from, to })
            }
            _ => Err(Fault::new(
                format!("the stretch `{text}`"),
                "two times of the clip in seconds, the earlier first, such as 12.5-15",
            )),
        }
    }
}

impl fmt::Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from.0, self.to.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use QuietKind::{NoMusic, Thin};

    fn stretch(from: f64, to: f64) -> Stretch {
        let (from, to) = (Seconds(from), Seconds(to));
        Stretch { from, to }
    }

    fn quiet(from: f64, to: f64, kind: QuietKind) -> Quiet {
        Quiet::over(stretch(from, to), kind)
    }

    #[test]
    fn stretches_are_read_from_two_times() {
        assert_eq!("12.5-15".parse(), Ok(stretch(12.5, 15.0)));
        assert_eq!("0 - 1".parse(), Ok(stretch(0.0, 1.0)));
        for wrong in [
            "", "3", "3-3", "4-3", "-1-2", "a-b", "1-inf", "1-NaN", "1-2-3",
        ] {
            let error = wrong.parse::<Stretch>().unwrap_err().to_string();
            assert!(error.contains("such as 12.5-15"), "{wrong}: {error}");
        }
    }

    #[test]
    fn what_was_marked_before_gives_way() {
        let before = [quiet(1.0, 5.0, Thin), quiet(7.0, 9.0, NoMusic)];
        let after = marked(&before, stretch(2.0, 8.0), Some(NoMusic));
        assert_eq!(after, [quiet(1.0, 2.0, Thin), quiet(2.0, 9.0, NoMusic)]);
        let hole = marked(&after, stretch(4.0, 5.0), None);
        let parts = [quiet(2.0, 4.0, NoMusic), quiet(5.0, 9.0, NoMusic)];
        assert_eq!(hole, [&[quiet(1.0, 2.0, Thin)][..], &parts].concat());
        assert_eq!(marked(&hole, stretch(0.0, 10.0), None), []);
    }

    proptest! {
        #[test]
        fn however_it_is_marked_no_two_stretches_overlap(
            marks in prop::collection::vec((0.0..60.0_f64, 0.1..20.0_f64, 0..3_u8), 0..20),
        ) {
            let mut all = Vec::new();
            for (from, length, kind) in marks {
                let kind = [None, Some(NoMusic), Some(Thin)][usize::from(kind)];
                all = marked(&all, stretch(from, from + length), kind);
                let at = |at: f64| all.iter().find(|one| one.from.0 <= at && at < one.to.0);
                prop_assert_eq!(at(from + length / 2.0).map(|one| one.kind), kind);
            }
            prop_assert!(all.iter().all(Quiet::is_sound));
            prop_assert!(all.windows(2).all(|pair| pair[0].to <= pair[1].from));
        }
    }
}
