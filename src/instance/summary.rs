//! A take in a few words, for its card.

use super::made_with::{bpm, key_of};
use super::state::Take;

impl Take {
    /// Returns the name, without the seed or the bars that new takes are named after: `3`, or `3 theme` if the user said so.
    pub fn title(&self) -> &str {
        let Some((number, name)) = self.name.split_once(' ') else {
            return &self.name;
        };
        let is_first_name = match &self.painted {
            Some(painted) => painted.starts_with(name),
            None => name == format!("seed {}", self.draft.recipe.settings.seed),
        };
        if is_first_name && self.number().is_some() {
            number
        } else {
            &self.name
        }
    }

    /// Returns what the take was made of, or else its key, tempo and seed, as in `Dm · 92.5 · seed 7`.
    pub fn summary(&self) -> String {
        if let Some(painted) = &self.painted {
            return painted.clone();
        }
        let score = &self.draft.score;
        let settings = &self.draft.recipe.settings;
        let key = key_of(score, &settings.harmony).map(|key| format!("{key} · "));
        format!(
            "{}{} · seed {}",
            key.unwrap_or_default(),
            bpm(score),
            settings.seed
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::conditioning::harmony::Harmony;
    use crate::generator::Draft;
    use crate::instance::State;

    #[test]
    fn a_take_is_summed_up_by_its_key_tempo_and_seed_or_by_what_it_was_made_of() {
        let mut draft = Draft::default();
        draft.recipe.settings.seed = 7;
        let mut state = State::default();
        state.add_take(draft.clone(), 0);
        assert_eq!(state.takes[0].summary(), "120 · seed 7");
        draft.recipe.settings.harmony = Harmony::Planned("Dm".parse().ok());
        state.add_take(draft, 0);
        let take = &mut state.takes[1];
        assert_eq!(take.summary(), "Dm · 120 · seed 7");
        assert_eq!((take.title(), take.number()), ("2", Some(2)));
        take.painted = Some("bars 9–12 of 1".to_owned());
        take.name = "2 bars 9–12".to_owned();
        assert_eq!(take.title(), "2");
        assert_eq!(take.summary(), "bars 9–12 of 1");
    }

    #[test]
    fn a_name_that_the_user_gave_is_shown_whole() {
        let mut state = State::default();
        state.add_take(Draft::default(), 0);
        let take = &mut state.takes[0];
        for (name, title, number) in [
            ("1 seed 1", "1", Some(1)),
            ("2 theme", "2 theme", Some(2)),
            ("a seed 1", "a seed 1", None),
            ("1 seed 2", "1 seed 2", Some(1)),
        ] {
            take.name = name.to_owned();
            assert_eq!((take.title(), take.number()), (title, number));
        }
    }
}
