//! Some of the parts of a score.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::part::Part;

/// Some of lead, chords and bass. Undivided music counts as lead, whose channel it has. Saved as a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Part>", into = "Vec<Part>")]
pub struct PartSet([bool; Part::CHANNELS]);

impl PartSet {
    /// No part.
    pub const NONE: Self = Self([false; Part::CHANNELS]);
    /// Every part.
    pub const ALL: Self = Self([true; Part::CHANNELS]);
    /// The parts that can be in a set, in the order of their channels.
    pub const PARTS: [Part; Part::CHANNELS] = [Part::Lead, Part::Chords, Part::Bass];

    /// Returns whether a part is in the set.
    pub const fn contains(self, part: Part) -> bool {
        self.0[part.channel() as usize]
    }

    /// Returns the set with a part added or taken away.
    #[must_use]
    pub const fn set(mut self, part: Part, is_in: bool) -> Self {
        self.0[part.channel() as usize] = is_in;
        self
    }

    /// Returns the set without the parts of `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self::from_fn(|part| self.contains(part) && !other.contains(part))
    }

    /// Returns whether no part is in the set.
    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Returns the parts, in the order of their channels.
    pub fn iter(self) -> impl Iterator<Item = Part> {
        Self::PARTS
            .into_iter()
            .filter(move |&part| self.contains(part))
    }

    fn from_fn(is_in: impl Fn(Part) -> bool) -> Self {
        Self(Self::PARTS.map(is_in))
    }
}

impl From<Vec<Part>> for PartSet {
    fn from(parts: Vec<Part>) -> Self {
        let add = |set: Self, part| set.set(part, true);
        parts.into_iter().fold(Self::NONE, add)
    }
}

impl From<PartSet> for Vec<Part> {
    fn from(set: PartSet) -> Self {
        set.iter().collect()
    }
}

/// The parts in words, as in `lead and bass`; chords and bass together are the accompaniment.
impl fmt::Display for PartSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            [false, false, false] => "nothing",
            [true, false, false] => "lead",
            [false, true, false] => "chords",
            [false, false, true] => "bass",
            [true, true, false] => "lead and chords",
            [true, false, true] => "lead and bass",
            [false, true, true] => "accompaniment",
            [true, true, true] => "all parts",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_saved_as_the_list_of_its_parts() {
        let set = PartSet::NONE.set(Part::Bass, true).set(Part::Lead, true);
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(text, r#"["lead","bass"]"#);
        assert_eq!(serde_json::from_str::<PartSet>(&text).unwrap(), set);
    }

    #[test]
    fn undivided_music_counts_as_lead() {
        assert!(PartSet::NONE.set(Part::Lead, true).contains(Part::All));
        let accompaniment = PartSet::ALL.without(PartSet::NONE.set(Part::All, true));
        assert_eq!(accompaniment.to_string(), "accompaniment");
        assert!(accompaniment.iter().eq([Part::Chords, Part::Bass]));
    }
}
