//! How many threads the work may take.

use std::num::ParseIntError;
use std::str::FromStr;

use diff_bgm::{Error, Result};

/// A number of threads, 0 for one on every core.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThreadCount(usize);

impl FromStr for ThreadCount {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}

impl ThreadCount {
    /// Sizes the process's thread pool; to be called once, before any work.
    pub(crate) fn apply(self) -> Result<()> {
        if self.0 > 1024 {
            return Err(Error::value(format!("{} threads", self.0), "at most 1024"));
        }
        rayon::ThreadPoolBuilder::new()
            .num_threads(self.0)
            .build_global()
            .map_err(|error| Error::value(error.to_string(), "a thread pool"))
    }
}
