//! The session as the field that the host saves and loads.

use std::sync::Arc;

use nice_plug::params::persist::PersistentField;

use crate::instance::{Notice, Session};

/// The session whose state is saved.
#[derive(Debug)]
pub struct Saved(pub Arc<Session>);

impl PersistentField<'_, String> for Saved {
    fn set(&self, text: String) {
        self.0.load(&text);
    }

    fn map<F: Fn(&String) -> R, R>(&self, read: F) -> R {
        let state = self.0.state();
        let (text, problem) = match state.to_text_that_fits() {
            Ok((text, 0)) => (text, None),
            Ok((text, left_out)) => {
                let problem = format!(
                    "The project is saved without the {left_out} oldest takes: it can hold no more. Export or delete \
                     some."
                );
                (text, Some(problem))
            }
            Err(fault) => {
                let problem = format!("The project will not hold the takes: {fault}.");
                (String::new(), Some(problem))
            }
        };
        if let Some(problem) = problem {
            self.0.tell(Some(Notice::Problem(problem)));
        }
        read(&text)
    }
}
