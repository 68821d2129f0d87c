//! Music read from disk, to train on and to compare with.
//!
//! - [`pop909`]: songs of POP909 and their 8-bar windows, for the `cues` family.
//! - `bgm909`: songs of BGM909 with embeddings of their videos, for the published families.

pub(crate) mod bgm909;
pub mod pop909;
