//! Music read from disk, to train on and to compare with.
//!
//! - [`pop909`]: songs of POP909 and their 8-bar windows, for the `cues` family.
//! - [`parts_cache`]: music in lead and accompaniment, in any metre and three styles, for the `parts` family.
//! - `bgm909`: songs of BGM909 with embeddings of their videos, for the published families.

pub(crate) mod bgm909;
pub mod parts_cache;
pub mod pop909;
