//! The session's state as a field of the host's project.

use std::sync::Arc;

use nice_plug::params::persist::PersistentField;

use crate::counted::counted;
use crate::instance::{Notice, Session};

/// The session whose state is saved.
#[derive(Debug)]
pub struct Saved(pub Arc<Session>);

impl PersistentField<'_, String> for Saved {
    fn set(&self, text: String) {
        self.0.load(&text);
    }

    fn map<F: Fn(&String) -> R, R>(&self, read: F) -> R {
        let state = self.0.state_to_save();
        if let Some(later) = self.0.later_state() {
            if !state.takes.is_empty() {
                let problem = "A later Diff-BGM saved this project, so the takes made here were not saved with it. Export them.";
                self.0.notify(Notice::Problem(problem.to_owned()));
            }
            return read(&later.as_ref().to_owned());
        }
        let (text, problem) = match state.to_text_that_fits() {
            Ok((text, 0)) => (text, None),
            Ok((text, left_out)) => {
                let oldest = counted(left_out, "oldest take");
                let problem = format!(
                    "The takes are too large to save: the project was saved without the {oldest}. Export or delete some."
                );
                (text, Some(problem))
            }
            Err(fault) => {
                let problem = format!("The takes could not be saved: {fault}.");
                (String::new(), Some(problem))
            }
        };
        if let Some(problem) = problem {
            self.0.notify(Notice::Problem(problem));
        }
        read(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Draft;
    use crate::instance::State;
    use crate::player::Player;

    fn session() -> (Player, Session) {
        let (player, publisher) = Player::new();
        (player, Session::new(publisher))
    }

    #[test]
    fn what_one_session_saves_another_loads() {
        let (_player, session) = session();
        session.edit(|state| state.seed = 99);
        let saved = Saved(Arc::new(session));
        let text = saved.map(String::clone);
        let (_player, publisher) = Player::new();
        let other = Saved(Arc::new(Session::new(publisher)));
        other.set(text);
        assert_eq!(other.0.state().seed, 99);
    }

    #[test]
    fn the_state_of_a_later_version_is_saved_as_it_was_and_the_user_is_told() {
        let (_player, session) = session();
        let saved = Saved(Arc::new(session));
        let later = "diff-bgm/7 of another form".to_owned();
        let notices = || {
            let words = |notice: Notice| match notice {
                Notice::Problem(words) => words,
                other => panic!("{other:?}"),
            };
            saved.0.notices().into_iter().map(words).collect::<Vec<_>>()
        };
        saved.set(later.clone());
        assert!(notices()[0].contains("kept but cannot be shown"));
        assert_eq!(*saved.0.state(), State::default());
        assert_eq!(saved.map(String::clone), later);
        assert_eq!(notices().len(), 1);

        saved.0.add_take(saved.0.epoch(), Draft::default(), 0);
        assert_eq!(saved.map(String::clone), later);
        assert!(notices()[1].contains("were not saved"), "{:?}", notices());

        saved.set(String::new());
        assert_ne!(saved.map(String::clone), later);
        assert_eq!(notices(), Vec::<String>::new());
    }

    #[test]
    fn the_oldest_takes_are_left_out_of_a_state_that_is_too_large_and_reported() {
        let (_player, session) = session();
        session.edit(|state| {
            for letter in ["a", "b", "c", "d"] {
                state.add_take(Draft::default(), 0);
                state.takes.last_mut().unwrap().name = letter.repeat(20 << 20);
            }
            state.current = Some(0);
        });
        let saved = Saved(Arc::new(session));
        let state = State::from_text(&saved.map(String::clone)).unwrap();
        let letters: String = (state.takes.iter()).map(|take| &take.name[..1]).collect();
        assert_eq!((letters.as_str(), state.current), ("acd", Some(0)));
        assert_eq!(saved.0.state().takes.len(), 4);
        let Some(Notice::Problem(problem)) = saved.0.try_snapshot().unwrap().notice else {
            panic!("no problem");
        };
        assert!(problem.contains("without the 1 oldest take."), "{problem}");
    }
}
