//! The tempo over the course of a piece.

use serde::{Deserialize, Serialize};

use crate::error::Fault;
use crate::music::beat_clock::BeatClock;
use crate::time::{Beats, Seconds, Tempo};

/// The tempo at every beat of a piece: constant between changes, the first of which is at beat 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "SavedTempoMap", into = "SavedTempoMap")]
pub struct TempoMap {
    changes: Vec<TempoChange>,
    clock: BeatClock,
}

/// A tempo, and the beat from which it holds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TempoChange {
    /// The beat from which it holds.
    pub at: Beats,
    /// The tempo.
    pub tempo: Tempo,
}

impl TempoMap {
    /// Returns the map of one tempo throughout.
    pub fn constant(tempo: Tempo) -> Self {
        let start = TempoChange {
            at: Beats(0.0),
            tempo,
        };
        Self::from_sorted(vec![start])
    }

    /// Returns the map of `changes`.
    ///
    /// # Errors
    /// Returns an error unless the first change is at beat 0 and the beats of the others are finite and ascend.
    pub fn new(changes: Vec<TempoChange>) -> Result<Self, Fault> {
        let starts_at_0 = (changes.first()).is_some_and(|first| first.at == Beats(0.0));
        let ascends = changes.is_sorted_by(|a, b| a.at < b.at);
        let ends = (changes.last()).is_some_and(|last| last.at.0.is_finite());
        if starts_at_0 && ascends && ends {
            Ok(Self::from_sorted(changes))
        } else {
            let at: Vec<f64> = changes.iter().map(|change| change.at.0).collect();
            Err(Fault::new(
                format!("changes of tempo at beats {at:?}"),
                "ascending beats, the first of them 0",
            ))
        }
    }

    fn from_sorted(changes: Vec<TempoChange>) -> Self {
        let mut rates = (changes.iter()).map(|change| (change.at, change.tempo.micros_per_beat()));
        let initial = rates
            .next()
            .map_or(0.0, |(_, micros_per_beat)| micros_per_beat);
        Self {
            clock: BeatClock::new(initial, rates),
            changes,
        }
    }

    /// Returns the changes of tempo, ascending; the first is at beat 0.
    pub fn changes(&self) -> &[TempoChange] {
        &self.changes
    }

    /// Returns the tempo at the start.
    pub fn initial_tempo(&self) -> Tempo {
        self.changes[0].tempo
    }

    /// Returns the tempo at a beat. Before beat 0 the initial tempo holds.
    pub fn tempo_at(&self, at: Beats) -> Tempo {
        let begun = self.changes.partition_point(|change| change.at <= at);
        self.changes[begun.saturating_sub(1)].tempo
    }

    /// Returns the time of a beat, counted from beat 0.
    pub fn seconds_at(&self, at: Beats) -> Seconds {
        self.clock.seconds_at(at)
    }

    /// Returns the beat at a time, the inverse of [`TempoMap::seconds_at`].
    pub fn beat_at(&self, at: Seconds) -> Beats {
        self.clock.beat_at(at)
    }
}

impl Default for TempoMap {
    fn default() -> Self {
        Self::constant(Tempo::DEFAULT)
    }
}

/// A constant tempo is saved as a number, as it was before tempi could change.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum SavedTempoMap {
    Constant(Tempo),
    Changing(Vec<TempoChange>),
}

impl From<TempoMap> for SavedTempoMap {
    fn from(map: TempoMap) -> Self {
        match map.changes[..] {
            [only] => Self::Constant(only.tempo),
            _ => Self::Changing(map.changes),
        }
    }
}

impl TryFrom<SavedTempoMap> for TempoMap {
    type Error = Fault;

    fn try_from(saved: SavedTempoMap) -> Result<Self, Fault> {
        match saved {
            SavedTempoMap::Constant(tempo) => Ok(Self::constant(tempo)),
            SavedTempoMap::Changing(changes) => Self::new(changes),
        }
    }
}

#[cfg(test)]
mod tests;
