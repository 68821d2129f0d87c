//! What the status line says: how jobs ended, in order.

use std::path::PathBuf;

use crate::error::Error;

/// The most notices that are kept.
const MAX_NOTICES: usize = 16;

/// One line for the user, in whole sentences.
#[derive(Clone, Debug, PartialEq)]
pub enum Notice {
    /// Something went well.
    Done(String),
    /// A file was written.
    Wrote(PathBuf),
    /// Something went wrong.
    Problem(String),
}

impl Notice {
    /// Returns the [`Notice::Problem`] of `error`.
    pub fn problem(error: &Error) -> Self {
        let message = error.to_string();
        Self::Problem(match error {
            // These start with a name, or may start with a path, which keep their case.
            Error::Io { .. } | Error::File { .. } | Error::Program { .. } | Error::Usage(_) => {
                end_sentence(message)
            }
            _ => end_sentence(capitalise(&message)),
        })
    }
}

/// The notices since the user last asked for anything, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Notices(Vec<Notice>);

impl Notices {
    /// Adds the newest notice.
    pub(super) fn push(&mut self, notice: Notice) {
        if self.0.len() == MAX_NOTICES {
            self.0.remove(0);
        }
        self.0.push(notice);
    }

    /// Removes all notices.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the notices, oldest first.
    pub(super) fn all(&self) -> &[Notice] {
        &self.0
    }

    /// Returns the notice to show: the newest one, except that a job that went well does not hide an earlier problem.
    pub(super) fn shown(&self) -> Option<&Notice> {
        let is_done = |notice: &&Notice| matches!(notice, Notice::Done(_));
        let newest = self.0.last()?;
        let before = self.0.iter().rev().find(|notice| !is_done(notice));
        match before {
            Some(problem @ Notice::Problem(_)) if is_done(&newest) => Some(problem),
            _ => Some(newest),
        }
    }
}

fn capitalise(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// Adds a full stop unless the text ends with a mark already.
fn end_sentence(mut text: String) -> String {
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done() -> Notice {
        Notice::Done("Loaded clip.mp4: 30.0 s, 3 cuts.".to_owned())
    }

    fn problem(text: &str) -> Notice {
        Notice::Problem(text.to_owned())
    }

    fn shown(notices: &[Notice]) -> Option<Notice> {
        let mut list = Notices::default();
        notices.iter().cloned().for_each(|notice| list.push(notice));
        list.shown().cloned()
    }

    #[test]
    fn the_newest_of_two_problems_is_shown() {
        assert_eq!(shown(&[]), None);
        let [first, second] = ["No dialog.", "No such file."].map(problem);
        assert_eq!(
            shown(&[first.clone(), second.clone()]),
            Some(second.clone())
        );
        assert_eq!(shown(&[second, first.clone()]), Some(first));
    }

    #[test]
    fn a_problem_is_hidden_by_a_written_file_but_not_by_a_job_that_went_well() {
        let problem = problem("No notes.");
        let wrote = Notice::Wrote("draft.mid".into());
        assert_eq!(shown(&[problem.clone(), done()]), Some(problem.clone()));
        let hidden = [problem.clone(), wrote.clone()];
        assert_eq!(shown(&hidden), Some(wrote.clone()));
        assert_eq!(shown(&[problem, wrote.clone(), done()]), Some(done()));
        assert_eq!(shown(&[done(), wrote.clone()]), Some(wrote));
    }

    #[test]
    fn only_the_newest_notices_are_kept() {
        let mut list = Notices::default();
        (0..100).for_each(|number| list.push(problem(&number.to_string())));
        assert_eq!(list.all().len(), MAX_NOTICES);
        assert_eq!(list.shown(), Some(&problem("99")));
    }

    #[test]
    fn errors_become_sentences_with_one_full_stop() {
        let usage = Error::Usage("No clip is open. Open one first.".to_owned());
        assert_eq!(
            Notice::problem(&usage),
            problem("No clip is open. Open one first.")
        );
        let path = Error::Usage("a/Clip.mp4 is not a clip file".to_owned());
        assert_eq!(
            Notice::problem(&path),
            problem("a/Clip.mp4 is not a clip file.")
        );
        let value = Error::value("no notes", "some");
        assert_eq!(Notice::problem(&value), problem("No notes; expected some."));
        let file = value.in_file("clip.mp4");
        assert_eq!(
            Notice::problem(&file),
            problem("clip.mp4: no notes; expected some.")
        );
    }
}
