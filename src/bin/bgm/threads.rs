//! The number of threads that a command may use.

use std::num::ParseIntError;
use std::str::FromStr;

use diff_bgm::{Error, Result};

/// A number of threads; 0 means one per core.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThreadCount(usize);

impl FromStr for ThreadCount {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl ThreadCount {
    /// Sets the size of the process's thread pool. Call it once, before any work.
    ///
    /// # Errors
    /// Returns an error if the number is above 1024 or the threads cannot be started.
    pub(crate) fn apply(self) -> Result<()> {
        if self.0 > 1024 {
            return Err(Error::Usage(format!(
                "{} threads are too many. Use at most 1024.",
                self.0
            )));
        }
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.0)
            .build_global()
            .map_err(|error| {
                Error::Usage(format!(
                    "The threads cannot be started ({error}). Try fewer --threads."
                ))
            })
    }
}
