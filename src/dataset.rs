//! Music read from disk, to train on and to compare with.
//!
//! - [`pop909`]: songs of POP909 and their 8-bar windows, for the `cues` family.
//! - [`parts_cache`]: music in lead and accompaniment, in any metre and three styles, for the `parts` family.
//!   [`parts_sources`] collects it from POP909 and from scores ([`music_xml`], `openscore`, `chord_finder`) as pieces
//!   (`grid_piece`).
//! - [`bgm909`]: songs of BGM909 with embeddings of their videos, for the published families; data sets of one's own are written
//!   in the same layout.

pub mod bgm909;
mod chord_finder;
pub(crate) mod grid_piece;
pub mod music_xml;
mod openscore;
pub mod parts_cache;
pub mod parts_sources;
pub mod pop909;
