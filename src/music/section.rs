//! The sections of a piece.

use serde::{Deserialize, Serialize};

use crate::time::Beats;

/// The start of a section, which lasts to the next one or to the end of the piece.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// Its first beat.
    pub start: Beats,
    /// Its name: a letter, the same for sections that share a theme, with an apostrophe if it varies the theme (`A'`).
    pub name: String,
}

impl Section {
    /// Returns the letter of its theme, if its name begins with one.
    pub fn letter(&self) -> Option<char> {
        self.name.chars().next().filter(char::is_ascii_uppercase)
    }
}
