//! Gradual changes from one shot to the next.

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::time::Seconds;

/// A change from one shot to the next that takes some time, or the fading of a shot into or out of a plain picture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transition {
    /// When the picture begins to change.
    pub start: Seconds,
    /// When the change is over.
    pub end: Seconds,
    /// What happens.
    pub kind: TransitionKind,
}

/// What happens in a [`Transition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransitionKind {
    /// One shot gives way to another.
    Dissolve,
    /// A shot fades to black, white or another plain colour.
    FadeOut,
    /// A shot appears out of a plain colour.
    FadeIn,
}

impl TransitionKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Dissolve, Self::FadeOut, Self::FadeIn];

    /// Returns the kind's name in files; never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dissolve => "dissolve",
            Self::FadeOut => "fade-out",
            Self::FadeIn => "fade-in",
        }
    }

    /// Returns the kind of a name, or `None` for one that a later version may have added.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Checks that transitions follow each other, and lie within a clip of `duration`.
pub(super) fn check(transitions: &[Transition], duration: Seconds) -> Result<(), Fault> {
    let mut previous = 0.0;
    for transition in transitions {
        let (Seconds(start), Seconds(end)) = (transition.start, transition.end);
        if !(start >= previous && end > start && end <= duration.0) {
            return Err(Fault::new(
                format!("a transition from {start} s to {end} s after {previous} s"),
                format!(
                    "transitions in ascending order within the clip's {} s",
                    duration.0
                ),
            ));
        }
        previous = end;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions_follow_each_other_within_the_clip() {
        let transition = |(start, end)| Transition {
            start: Seconds(start),
            end: Seconds(end),
            kind: TransitionKind::Dissolve,
        };
        let checked = |times: &[(f64, f64)]| {
            let transitions: Vec<_> = times.iter().copied().map(transition).collect();
            check(&transitions, Seconds(10.0))
        };
        assert!(checked(&[(0.0, 1.0), (1.0, 2.5), (9.0, 10.0)]).is_ok());
        for wrong in [
            &[(2.0, 1.0)][..],
            &[(1.0, 1.0)],
            &[(0.0, 2.0), (1.0, 3.0)],
            &[(9.0, 10.5)],
            &[(f64::NAN, 1.0)],
        ] {
            assert!(checked(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn kinds_have_one_name_in_files_and_in_projects() {
        for kind in TransitionKind::ALL {
            assert_eq!(TransitionKind::of_name(kind.name()), Some(kind));
            let saved = serde_json::to_string(&kind).unwrap();
            assert_eq!(saved, format!("\"{}\"", kind.name()));
        }
        assert_eq!(TransitionKind::of_name("wipe"), None);
    }
}
