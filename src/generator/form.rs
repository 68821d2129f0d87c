//! The form of a piece: which of its sections share a theme.

mod borders;
mod layout;
mod theme;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Fault;

pub(super) use layout::{Layout, Plan, Span, usual_bars};
pub(super) use theme::{clipped, interval, moved, nearest};

/// The most letters of a form.
pub const MAX_LETTERS: usize = 16;
/// Letters of themes.
const LETTERS: usize = 26;

/// The form that is asked for: `off`, `auto`, or letters such as `AABA`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Form {
    /// None: no theme returns.
    #[default]
    Off,
    /// One that suits the length of the piece.
    Auto,
    /// A section for each letter; those of one letter share a theme.
    Letters(Letters),
}

/// One to [`MAX_LETTERS`] letters from A to Z.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letters(String);

impl Letters {
    /// Returns the letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Form {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let is_letters = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase());
        match text {
            "off" => Ok(Self::Off),
            "auto" => Ok(Self::Auto),
            _ if is_letters && text.len() <= MAX_LETTERS => {
                Ok(Self::Letters(Letters(text.to_owned())))
            }
            _ if is_letters => Err(fault(format!("a form of {} letters", text.len()))),
            _ => Err(fault(format!("the form `{text}`"))),
        }
    }
}

fn fault(found: String) -> Fault {
    let expected = format!("auto, off, or 1 to {MAX_LETTERS} letters from A to Z such as AABA");
    Fault::new(found, expected)
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Auto => "auto",
            Self::Letters(letters) => letters.as_str(),
        })
    }
}

impl TryFrom<String> for Form {
    type Error = Fault;

    fn try_from(text: String) -> Result<Self, Fault> {
        text.parse()
    }
}

impl From<Form> for String {
    fn from(form: Form) -> Self {
        form.to_string()
    }
}

/// Returns the letters of a form of so many sections: AA, ABA, AABA; of more, every third of four and the last but one are
/// new, and the last is A.
fn usual_letters(sections: usize) -> String {
    let mut last_letter = 0;
    let letter = |section: usize| {
        let is_new = match sections {
            0..=2 => false,
            3 => section == 1,
            _ => (section % 4 == 2 || section + 2 == sections) && section + 1 < sections,
        };
        if !is_new {
            return 'A';
        }
        // After Z, B returns.
        last_letter = last_letter % (LETTERS - 1) + 1;
        char::from(b'A' + last_letter as u8)
    };
    (0..sections).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_read_back_from_their_text() {
        for text in ["off", "auto", "A", "AABA", "ABCDEFGHIJKLMNOP"] {
            let form: Form = text.parse().unwrap();
            assert_eq!(form.to_string(), text);
            let json = serde_json::to_string(&form).unwrap();
            assert_eq!(serde_json::from_str::<Form>(&json).unwrap(), form);
        }
    }

    #[test]
    fn other_forms_are_refused_with_what_was_expected() {
        for (text, found) in [
            ("", "``"),
            ("A1", "`A1`"),
            ("aaba", "`aaba`"),
            ("Ä", "`Ä`"),
            ("AABAAABAAABAAABAA", "17 letters"),
        ] {
            let fault = text.parse::<Form>().unwrap_err().to_string();
            assert!(fault.contains(found) && fault.contains("AABA"), "{fault}");
        }
        assert!(serde_json::from_str::<Form>(r#""A1""#).is_err());
    }

    #[test]
    fn the_usual_forms_begin_and_end_with_a_and_bring_something_new_between() {
        let forms: Vec<String> = (0..9).map(usual_letters).collect();
        assert_eq!(
            forms,
            [
                "", "A", "AA", "ABA", "AABA", "AABCA", "AABACA", "AABAACA", "AABAAACA"
            ]
        );
        let long = usual_letters(128);
        assert!(long.ends_with('A') && long.contains('Z') && long.len() == 128);
    }
}
