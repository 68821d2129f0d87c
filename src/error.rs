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
