//! One value per cue.

use std::ops::{Index, IndexMut};

use super::Cue;

/// A value for each cue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CueMap<T>([T; Cue::ALL.len()]);

impl<T> CueMap<T> {
    /// Makes a map from a function of the cue.
    pub fn from_fn(value_of: impl FnMut(Cue) -> T) -> Self {
        Self(Cue::ALL.map(value_of))
    }

    /// Iterates over the cues and their values, in the order of [`Cue::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Cue, &T)> {
        Cue::ALL.into_iter().zip(&self.0)
    }
}

impl<T> Index<Cue> for CueMap<T> {
    type Output = T;

    fn index(&self, cue: Cue) -> &T {
        &self.0[cue as usize]
    }
}

impl<T> IndexMut<Cue> for CueMap<T> {
    fn index_mut(&mut self, cue: Cue) -> &mut T {
        &mut self.0[cue as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cue_finds_its_own_value() {
        let map = CueMap::from_fn(Cue::name);
        assert!(Cue::ALL.into_iter().all(|cue| map[cue] == cue.name()));
        assert!(map.iter().all(|(cue, name)| cue.name() == *name));
    }
}
