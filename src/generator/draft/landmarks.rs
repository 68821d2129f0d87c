//! What a draft's files say besides its score: its key, its hits, and where its picture starts.

use super::Draft;
use crate::conditioning::harmony::Harmony;
use crate::music::chord::ChordChange;
use crate::music::key::Key;
use crate::time::Beats;

impl Draft {
    /// Returns the key: the one that was asked for, or that of its chords; `None` if neither is known.
    pub fn key(&self) -> Option<Key> {
        if let Harmony::Planned(Some(key)) = self.recipe.settings.harmony {
            return Some(key);
        }
        let beats = self.score.length().0.ceil() as usize;
        let chords = ChordChange::per_beat(self.score.chords(), beats);
        (chords.iter().any(Option::is_some)).then(|| Key::of_chords(&chords))
    }

    /// Returns the beats of the hits, ascending: exactly where the picture has them, not on the grid.
    pub fn hits(&self) -> Vec<Beats> {
        let (map, start) = (self.score.tempo_map(), self.picture_start());
        let hits = self.recipe.settings.hits.iter();
        let mut beats: Vec<Beats> = hits.map(|hit| map.beat_after(start, hit.at)).collect();
        beats.sort_by(|a, b| a.0.total_cmp(&b.0));
        beats
    }

    /// Returns the beat at which the picture starts; negative if it starts before the music.
    pub fn picture_start(&self) -> Beats {
        self.recipe.settings.clip_start
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::hits::{Hit, Side};
    use crate::music::chord::ChordLane;
    use crate::music::score::{RawScore, Score};
    use crate::music::tempo_map::{TempoChange, TempoMap};
    use crate::time::{Bars, Seconds, Tempo};

    fn draft(raw: RawScore) -> Draft {
        Draft {
            score: Score::new(raw).unwrap(),
            ..Draft::default()
        }
    }

    #[test]
    fn hits_are_at_the_seconds_of_the_picture_under_any_tempo() {
        let change = |at, tempo_bpm| TempoChange {
            at: Beats(at),
            tempo: Tempo::new(tempo_bpm).unwrap(),
        };
        let mut draft = draft(RawScore {
            bars: Bars(4),
            tempo_map: TempoMap::new(vec![change(0.0, 60.0), change(4.0, 120.0)]).unwrap(),
            ..RawScore::default()
        });
        let hit = |at| Hit {
            at: Seconds(at),
            weight: 2,
            side: Side::Late,
        };
        draft.recipe.settings.clip_start = Beats(2.0);
        draft.recipe.settings.hits = vec![hit(3.25), hit(0.5)];
        assert_eq!(draft.hits(), [Beats(2.5), Beats(6.5)]);
    }

    #[test]
    fn the_key_is_the_one_asked_for_or_that_of_the_chords() {
        let chords = "F#m | D | A | E".parse::<ChordLane>().unwrap().chords(16);
        let spelling = Key::of_chords(&chords).spelling();
        let mut in_chords = draft(RawScore {
            bars: Bars(4),
            chords: ChordChange::of_beats(&chords, spelling),
            ..RawScore::default()
        });
        assert_eq!(in_chords.key(), Some(Key::of_chords(&chords)));
        let asked = "Em".parse().unwrap();
        in_chords.recipe.settings.harmony = Harmony::Planned(Some(asked));
        assert_eq!(in_chords.key(), Some(asked));
        assert_eq!(draft(RawScore::default()).key(), None);
    }
}
