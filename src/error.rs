//! The library's error type.

use std::io;
use std::path::{Path, PathBuf};

/// A result whose error defaults to [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong.
///
/// The messages are meant for the user. Faults in data name the place and read `found; expected`; what the user did wrong
/// is a sentence that says what to do instead ([`Error::Usage`]).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system could not read or write a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file's contents are wrong.
    #[error("{}: {fault}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        fault: Fault,
    },
    /// A value is wrong: a setting, or data that is not known to come from a file.
    #[error("{0}")]
    Value(Fault),
    /// The user asked for something that cannot be done. Whole sentences: what is wrong and what to do instead.
    #[error("{0}")]
    Usage(String),
    /// A required program is missing or failed.
    #[error("{program}: {message}")]
    Program {
        /// The program's name, as it was called.
        program: String,
        /// What happened and what to do about it.
        message: String,
    },
    /// The caller cancelled the work.
    #[error("cancelled")]
    Cancelled,
    /// A tensor operation failed: shapes do not match, or memory ran out.
    #[error("the network failed: {0}")]
    Network(#[from] candle_core::Error),
}

impl Error {
    /// Returns a function that makes an [`Error::Io`] about `path`, for `map_err(Error::io(path))`.
    pub fn io(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Io { path, source }
    }

    /// Adds the file at `path` to an [`Error::Value`]; other errors stay as they are.
    pub fn in_file(self, path: impl AsRef<Path>) -> Self {
        match self {
            Self::Value(fault) => fault.in_file(path),
            other => other,
        }
    }

    /// Makes an [`Error::Value`] from what was found and what was expected.
    pub fn value(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Value(Fault::new(found, expected))
    }
}

/// What is wrong with some data, regardless of its source.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found}; expected {expected}")]
pub struct Fault {
    /// What was found.
    pub found: String,
    /// What was expected instead.
    pub expected: String,
}

impl Fault {
    /// Makes a fault from what was found and what was expected.
    pub fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            found: found.into(),
            expected: expected.into(),
        }
    }

    /// Turns the fault into an [`Error::File`] about the file at `path`.
    pub fn in_file(self, path: impl AsRef<Path>) -> Error {
        Error::File {
            path: path.as_ref().to_owned(),
            fault: self,
        }
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Value(fault)
    }
}

/// Returns the value of `all` whose name is `name`; `what` describes such a value, as in "a device".
///
/// # Errors
/// Returns a fault that lists the possible names if none matches.
pub(crate) fn find_named<T: Copy>(
    what: &str,
    name: &str,
    all: &[T],
    name_of: impl Fn(T) -> &'static str,
) -> Result<T, Fault> {
    let found = all.iter().copied().find(|&value| name_of(value) == name);
    found.ok_or_else(|| {
        let names: Vec<_> = all.iter().map(|&value| name_of(value)).collect();
        let expected = match names.as_slice() {
            [others @ .., last] if !others.is_empty() => {
                format!("{} or {last}", others.join(", "))
            }
            names => names.concat(),
        };
        Fault::new(format!("{what} `{name}`"), expected)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_name_and_an_unknown_name_lists_them_all() {
        let find = |name| find_named("a number", name, &["one", "two", "three"], |name| name);
        assert_eq!(find("two"), Ok("two"));
        let message = find("four").unwrap_err().to_string();
        assert_eq!(message, "a number `four`; expected one, two or three");
    }
}
