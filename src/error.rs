//! The library's one error type.

use std::io;
use std::path::{Path, PathBuf};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, in words that name the place, what was found and what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to read or write a file.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{}: {fault}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with its contents.
        fault: Fault,
    },
    /// A setting, or a value handed to the library, cannot be used.
    #[error("{0}")]
    Value(Fault),
    /// Another program that is needed is missing or failed.
    #[error("{program}: {message}")]
    Program {
        /// The program as it was called.
        program: String,
        /// What happened and what to do about it.
        message: String,
    },
    /// The work was cancelled from outside.
    #[error("cancelled")]
    Cancelled,
    /// A tensor operation failed, which means that shapes do not fit or memory ran out.
    #[error("the network failed: {0}")]
    Network(#[from] candle_core::Error),
}

impl Error {
    /// An [`Error::Io`] at `path`; made for `map_err(Error::io(path))`.
    pub fn io(path: impl AsRef<Path>) -> impl FnOnce(io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Self::Io { path, source }
    }

    /// The same error about the file at `path`, where it names no file yet.
    pub fn in_file(self, path: impl AsRef<Path>) -> Self {
        match self {
            Self::Value(fault) => fault.in_file(path),
            other => other,
        }
    }

    /// An [`Error::Value`] from what was found and what was expected.
    pub fn value(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self::Value(Fault::new(found, expected))
    }
}

/// What is wrong with some data, before it is known (or whatever) where the data came from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{found}; expected {expected}")]
pub struct Fault {
    /// What was found.
    pub found: String,
    /// What was expected instead.
    pub expected: String,
}

impl Fault {
    /// A fault from what was found and what was expected.
    pub fn new(found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self {
            found: found.into(),
            expected: expected.into(),
        }
    }

    /// The same fault as an [`Error::File`] of the file at `path`.
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

/// The one of `all` that is called `name`; `what` says what such a value is, as in "a device".
///
/// # Errors
/// When none is called so, with the names that there are.
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
        Fault::new(format!("{what} «{name}»"), expected)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_name_and_an_unknown_one_names_them_all() {
        let find = |name| find_named("a number", name, &["one", "two", "three"], |name| name);
        assert_eq!(find("two"), Ok("two"));
        let message = find("four").unwrap_err().to_string();
        assert_eq!(message, "a number «four»; expected one, two or three");
    }
}
