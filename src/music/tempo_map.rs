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

    /// Returns the tempo if it never changes.
    pub fn constant_tempo(&self) -> Option<Tempo> {
        match self.changes[..] {
            [only] => Some(only.tempo),
            _ => None,
        }
    }

    /// Returns the fastest tempo.
    pub fn fastest_tempo(&self) -> Tempo {
        let tempi = self.changes.iter().map(|change| change.tempo);
        tempi.fold(self.initial_tempo(), |fastest, tempo| {
            if tempo > fastest { tempo } else { fastest }
        })
    }

    /// Returns the tempo at a beat. Before beat 0 the initial tempo holds.
    pub fn tempo_at(&self, at: Beats) -> Tempo {
        let begun = self.changes.partition_point(|change| change.at <= at);
        self.changes[begun.saturating_sub(1)].tempo
    }

    /// Returns the first change after a beat.
    pub fn next_change(&self, after: Beats) -> Option<TempoChange> {
        let begun = self.changes.partition_point(|change| change.at <= after);
        self.changes.get(begun).copied()
    }

    /// Returns the one tempo at which `from` to `to` would last as long as they do.
    pub fn mean_tempo(&self, from: Beats, to: Beats) -> Tempo {
        let at_start = self.tempo_at(from);
        let changes = |change: &TempoChange| from < change.at && change.at < to;
        if !self.changes.iter().any(changes) {
            return at_start;
        }
        let minutes = self.seconds_between(from, to).0 / 60.0;
        Tempo::new((to - from).0 / minutes).unwrap_or(at_start)
    }

    /// Returns the map of a piece that begins at beat `start` of this one.
    #[must_use]
    pub fn starting_at(&self, start: Beats) -> Self {
        let first = TempoChange {
            at: Beats(0.0),
            tempo: self.tempo_at(start),
        };
        let later = self.changes.iter().filter(|change| change.at > start);
        let later = later.map(|change| TempoChange {
            at: change.at - start,
            ..*change
        });
        Self::from_sorted([first].into_iter().chain(later).collect())
    }

    /// Returns how long it takes from one beat to another.
    pub fn seconds_between(&self, from: Beats, to: Beats) -> Seconds {
        match self.constant_tempo() {
            Some(tempo) => tempo.seconds_in(to - from),
            None => self.seconds_at(to) - self.seconds_at(from),
        }
    }

    /// Returns the beat that is `time` after the beat `start`.
    pub fn beat_after(&self, start: Beats, time: Seconds) -> Beats {
        match self.constant_tempo() {
            Some(tempo) => start + tempo.beats_in(time),
            None => self.beat_at(self.seconds_at(start) + time),
        }
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

impl From<Tempo> for TempoMap {
    fn from(tempo: Tempo) -> Self {
        Self::constant(tempo)
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
