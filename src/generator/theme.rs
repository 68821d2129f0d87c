//! Themes that several cues share: the tune of one draft, for others to take up.

mod midi;
mod saved;

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::form::{clipped, interval, moved, nearest, usual_bars};
use super::settings::Settings;
use crate::conditioning::harmony::Harmony;
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::music::chord::{Chord, ChordChange};
use crate::music::key::Key;
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::time::{Bars, Beats};
use saved::SavedTheme;

/// The most notes of a theme.
pub const MAX_THEME_NOTES: usize = 10_000;

/// A tune with its chords, its key and its metre.
///
/// Deserialising repairs it as it does a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "SavedTheme", into = "SavedTheme")]
pub struct Theme {
    name: String,
    key: Option<Key>,
    /// Only notes of the lead.
    score: Score,
}

impl Theme {
    /// Takes the lead of some bars of a score, counted from 0, with the chords there. Without `bars`, those of the first section
    /// are taken, or the first ones of a piece without form, as many as a section of its length usually has. `key` is that of
    /// the score; without it, that of the chords is taken.
    ///
    /// # Errors
    /// Returns an error if the score does not have these bars, or the lead has no notes in them or more than
    /// [`MAX_THEME_NOTES`].
    pub fn of_score(
        name: &str,
        score: &Score,
        key: Option<Key>,
        bars: Option<Range<Bars>>,
    ) -> Result<Self> {
        let metre = score.metre();
        let bars = bars.unwrap_or_else(|| first_section(score));
        if bars.start >= bars.end || bars.end > score.bars() {
            return Err(Error::Usage(format!(
                "The draft has {}. Choose bars from 1 to {}.",
                counted(score.bars().0 as usize, "bar"),
                score.bars().0
            )));
        }
        let (start, end) = (metre.length(bars.start), metre.length(bars.end));
        let beats = start.0 as usize..end.0 as usize;
        let chords = ChordChange::per_beat(score.chords(), beats.end);
        let chords = chords.get(beats.clone()).unwrap_or_default();
        let key = key.or_else(|| key_of(chords));
        let lead: Vec<Note> = (score.notes().iter())
            .filter(|note| note.part == Part::Lead)
            .copied()
            .collect();
        // A note played a little before its bar line begins on it.
        let notes = moved(&clipped(&lead, &beats), -start.0, 0).into_iter();
        let notes = notes.map(|note| Note {
            start: Beats(note.start.0.max(0.0)),
            length: Beats(note.length.0 + note.start.0.min(0.0)),
            ..note
        });
        let spelling = key.unwrap_or_else(|| Key::of_chords(chords)).spelling();
        let theme = Self {
            name: name.to_owned(),
            key,
            score: Score::repaired(RawScore {
                notes: notes.collect(),
                bars: Bars(bars.end.0 - bars.start.0),
                metre,
                tempo_map: score.tempo_map().tempo_at(start).into(),
                chords: if chords.iter().any(Option::is_some) {
                    ChordChange::of_beats(chords, spelling)
                } else {
                    Vec::new()
                },
                ..RawScore::default()
            }),
        };
        if theme.notes().is_empty() {
            return Err(Error::Usage(
                "The lead has no notes in these bars. Choose bars in which it plays.".to_owned(),
            ));
        }
        theme.check()
    }

    fn check(self) -> Result<Self> {
        let notes = self.notes().len();
        if notes > MAX_THEME_NOTES {
            return Err(Error::value(
                format!("a theme of {notes} notes"),
                format!("at most {MAX_THEME_NOTES}"),
            ));
        }
        Ok(self)
    }

    /// Returns whether it has notes, and no more than a theme may have. One from a damaged project may not.
    pub fn is_sound(&self) -> bool {
        (1..=MAX_THEME_NOTES).contains(&self.notes().len())
    }

    /// Returns its name: that of its file, without the ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns its notes, all of them of the lead, from beat 0.
    pub fn notes(&self) -> &[Note] {
        self.score.notes()
    }

    /// Returns the chords that it was made over; empty if they are unknown.
    pub fn chords(&self) -> &[ChordChange] {
        self.score.chords()
    }

    /// Returns its key, or `None` if it is unknown.
    pub fn key(&self) -> Option<Key> {
        self.key
    }

    /// Returns its metre.
    pub fn metre(&self) -> Metre {
        self.score.metre()
    }

    /// Returns its length.
    pub fn bars(&self) -> Bars {
        self.score.bars()
    }

    /// Returns `settings` with this theme. It moves to their key or their chords, by at most six semitones, if its own are known; the
    /// planned chords of settings without a key are in that of the theme. The tempo makes no difference.
    ///
    /// # Errors
    /// Returns an error if the settings have another metre.
    pub fn over(&self, settings: Settings) -> Result<Settings> {
        if self.metre() != settings.metre {
            return Err(Error::Usage(format!(
                "{} is in {}, the music in {}. Take a theme in {2}, or make the music in {1}.",
                self.name,
                self.metre(),
                settings.metre
            )));
        }
        let harmony = match settings.harmony {
            Harmony::Planned(None) if settings.scale.is_none() => Harmony::Planned(self.key),
            other => other,
        };
        let settings = Settings {
            harmony,
            ..settings
        };
        Ok(Settings {
            theme: moved(self.notes(), 0.0, self.distance_to(&settings)),
            ..settings
        })
    }

    /// Returns how many semitones it moves for music with `settings`.
    fn distance_to(&self, settings: &Settings) -> i8 {
        let Some(key) = self.key else {
            return 0;
        };
        let home = match (&settings.harmony, settings.scale) {
            (Harmony::Chords(lane), _) => {
                let beats = self.score.length().0 as usize;
                let asked = lane.chords_in(self.metre(), beats);
                let own = ChordChange::per_beat(self.chords(), beats);
                if !own.is_empty() {
                    return interval(&own, &asked);
                }
                Key::of_chords(&asked).relative_major()
            }
            (Harmony::Free, _) => return 0,
            (Harmony::Planned(_), Some(scale)) => scale.relative_major(),
            (Harmony::Planned(asked), None) => asked.unwrap_or(key).relative_major(),
        };
        nearest(home + 12 - key.relative_major())
    }
}

/// Returns the bars of the first section, or, in a piece without form, the first bars.
fn first_section(score: &Score) -> Range<Bars> {
    let bar_beats = f64::from(score.metre().bar_beats());
    let bar = |start: Beats| Bars((start.0 / bar_beats).round() as u32);
    match score.sections() {
        [] => Bars(0)..Bars(usual_bars(score.bars().0 as usize) as u32).min(score.bars()),
        [only] => bar(only.start)..score.bars(),
        [first, next, ..] => bar(first.start)..bar(next.start),
    }
}

fn key_of(chords: &[Option<Chord>]) -> Option<Key> {
    (chords.iter().any(Option::is_some)).then(|| Key::of_chords(chords))
}

/// Its length, its key and its metre, as in `8 bars, Am, 4/4`.
impl fmt::Display for Theme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", counted(self.bars().0 as usize, "bar"))?;
        if let Some(key) = self.key {
            write!(f, "{key}, ")?;
        }
        write!(f, "{}", self.metre())
    }
}

#[cfg(test)]
mod tests;
