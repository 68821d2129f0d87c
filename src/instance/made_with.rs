//! What a take was made with, in words.

use super::state::Take;
use crate::conditioning::harmony::Harmony;
use crate::counted::counted;
use crate::generator::Draft;
use crate::music::chord::ChordChange;
use crate::music::key::Key;
use crate::music::note::Note;
use crate::music::score::Score;
use crate::music::tempo_map::{TempoChange, TempoMap};
use crate::time::Beats;

/// The most chords that are named.
const MOST_CHORDS: usize = 16;
/// Tempi closer than this are shown as one, in quarter notes per minute.
const SHOWN_BPM: f64 = 0.05;

impl Take {
    /// Returns what the take was made with, one line for each of its tempo, metre and length, its key, its chords, its theme if it
    /// was opened, and its seed, steps and model.
    pub fn made_with(&self) -> Vec<String> {
        let Draft { score, recipe } = &*self.draft;
        let settings = &recipe.settings;
        let mut lines = vec![format!(
            "{}, {}, {}",
            tempo(score),
            score.metre(),
            counted(score.bars().0 as usize, "bar")
        )];
        lines.extend(self.painted.as_ref().map(|what| format!("New: {what}")));
        lines.extend(key(score, &settings.harmony));
        lines.extend(chords(score, &settings.harmony));
        lines.extend(theme(score, &settings.theme));
        lines.push(format!(
            "Seed {}, {}, model {}",
            settings.seed,
            counted(settings.sampler.steps, "step"),
            recipe.model
        ));
        lines
    }

    /// Returns the tempo it was made under, as in `90 BPM` or `60–180 BPM`.
    pub fn tempo(&self) -> String {
        tempo(&self.draft.score)
    }
}

fn tempo(score: &Score) -> String {
    tempo_words(score.tempo_map(), score.length())
}

/// Returns the tempo of a piece of a length, as in `90 BPM` or `60–180 BPM`.
pub(super) fn tempo_words(map: &TempoMap, length: Beats) -> String {
    format!("{} BPM", bpm_of(map, length))
}

/// Returns the tempo of a score in quarter notes per minute, as in `90` or `60–180`.
pub(super) fn bpm(score: &Score) -> String {
    bpm_of(score.tempo_map(), score.length())
}

fn bpm_of(map: &TempoMap, length: Beats) -> String {
    let heard = |change: &&TempoChange| change.at == Beats(0.0) || change.at < length;
    let tempi = map.changes().iter().filter(heard);
    let (least, most) = tempi.fold((f64::MAX, f64::MIN), |(least, most), change| {
        let bpm = change.tempo.bpm();
        (bpm.min(least), bpm.max(most))
    });
    let shown = |bpm: f64| (bpm * 10.0).round() / 10.0;
    if most - least < SHOWN_BPM {
        shown(least).to_string()
    } else {
        format!("{}–{}", shown(least), shown(most))
    }
}

/// Names the key that was asked for, or else the one that holds most of the chords.
fn key(score: &Score, harmony: &Harmony) -> Option<String> {
    let key = key_of(score, harmony)?;
    Some(match harmony {
        Harmony::Planned(Some(_)) => format!("Key {key}"),
        _ => format!("Key {key}, from the chords"),
    })
}

/// Returns the key that was asked for, or else the one that holds most of the chords; `None` if there are none.
pub(super) fn key_of(score: &Score, harmony: &Harmony) -> Option<Key> {
    if let Harmony::Planned(Some(key)) = harmony {
        return Some(*key);
    }
    let chords = ChordChange::per_beat(score.chords(), score.length().0 as usize);
    (!chords.is_empty()).then(|| Key::of_chords(&chords))
}

fn chords(score: &Score, harmony: &Harmony) -> Option<String> {
    let of_whom = match harmony {
        Harmony::Planned(_) => "Planned chords",
        Harmony::Chords(_) => "Your chords",
        Harmony::Free => return Some("Chords left to the model".to_owned()),
    };
    let symbols: Vec<&str> = match harmony {
        // As typed they say more than as they sound.
        Harmony::Chords(lane) => return Some(format!("{of_whom}: {lane}")),
        _ => score.chords().iter().map(|chord| &*chord.symbol).collect(),
    };
    let shown = symbols
        .iter()
        .take(MOST_CHORDS)
        .copied()
        .collect::<Vec<_>>();
    let more = if symbols.len() > MOST_CHORDS {
        " …"
    } else {
        ""
    };
    (!symbols.is_empty()).then(|| format!("{of_whom}: {}{more}", shown.join(" ")))
}

fn theme(score: &Score, notes: &[Note]) -> Option<String> {
    let end = notes.iter().map(|note| note.end().0).fold(0.0, f64::max);
    let bars = score.metre().bars_covering(Beats(end));
    (!notes.is_empty()).then(|| format!("Opened theme of {}", counted(bars.0 as usize, "bar")))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::generator::Recipe;
    use crate::music::part::Part;
    use crate::music::score::RawScore;
    use crate::time::{Bars, Tempo};

    fn take(harmony: Harmony, symbols: &[&str], tempi: &[f64]) -> Take {
        let change = |(bar, symbol): (usize, &&str)| ChordChange {
            start: Beats(3.0 * bar as f64),
            symbol: (*symbol).to_owned(),
        };
        let tempo = |(number, &bpm): (usize, &f64)| TempoChange {
            at: Beats(number as f64),
            tempo: Tempo::new(bpm).unwrap(),
        };
        let score = Score::repaired(RawScore {
            bars: Bars(20),
            metre: "3/4".parse().unwrap(),
            chords: symbols.iter().enumerate().map(change).collect(),
            tempo_map: TempoMap::new(tempi.iter().enumerate().map(tempo).collect()).unwrap(),
            ..RawScore::default()
        });
        let mut recipe = Recipe {
            model: "default".to_owned(),
            ..Recipe::default()
        };
        recipe.settings.harmony = harmony;
        recipe.settings.seed = 7;
        recipe.settings.sampler.steps = 1;
        Take {
            name: "1 seed 7".to_owned(),
            draft: Arc::new(Draft { score, recipe }),
            made_unix_seconds: 0,
            painted: None,
            edited: Vec::new(),
            made_for: None,
        }
    }

    #[test]
    fn a_take_says_its_tempo_key_chords_and_seed() {
        let planned = take(Harmony::Planned(None), &["Am", "Dm", "E7", "Am"], &[96.5]);
        assert_eq!(
            planned.made_with(),
            [
                "96.5 BPM, 3/4, 20 bars",
                "Key Am, from the chords",
                "Planned chords: Am Dm E7 Am",
                "Seed 7, 1 step, model default",
            ]
        );
        let keyed = take(
            Harmony::Planned(Some("Bb".parse().unwrap())),
            &["Bb"; 17],
            &[60.0, 180.0],
        );
        let lines = keyed.made_with();
        assert_eq!(lines[..2], ["60–180 BPM, 3/4, 20 bars", "Key Bb"]);
        assert!(lines[2].ends_with("Bb Bb …"), "{}", lines[2]);
    }

    #[test]
    fn a_theme_that_was_opened_is_said() {
        let mut take = take(Harmony::Free, &[], &[120.0]);
        let note = |start| Note {
            start: Beats(start),
            length: Beats(1.0),
            pitch: 60,
            velocity: 80,
            part: Part::Lead,
        };
        let draft = Arc::make_mut(&mut take.draft);
        draft.recipe.settings.theme = vec![note(0.0), note(5.0)];
        assert_eq!(take.made_with()[2], "Opened theme of 2 bars");
    }

    #[test]
    fn own_chords_are_named_as_typed_and_free_ones_not() {
        let own = Harmony::Chords("C6/9 | G7#9".parse().unwrap());
        let lines = take(own, &["C6/9", "G7#9"], &[120.0]).made_with();
        assert_eq!(lines[2], "Your chords: C6/9 | G7#9");
        let lines = take(Harmony::Free, &[], &[120.0]).made_with();
        assert_eq!(lines[1], "Chords left to the model");
        assert_eq!(lines.len(), 3);
    }
}
