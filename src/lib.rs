//! Diff-BGM drafts background music for a picture cut.
//!
//! The modules follow the data: a clip becomes features, features become conditioning, the sampler and the U-Net
//! turn conditioning into a piano roll, and the roll becomes notes.

mod canvas;
pub mod conditioning;
pub mod dataset;
pub mod diffusion;
#[cfg(feature = "plugin")]
pub mod editor;
pub mod error;
pub mod evaluate;
pub mod features;
pub mod formats;
pub mod generator;
#[cfg(feature = "plugin")]
pub mod instance;
pub mod kernel;
pub mod music;
pub mod player;
#[cfg(feature = "plugin")]
pub mod plugin;
pub mod preview;
#[cfg(feature = "cli")]
pub mod render;
pub mod time;
pub mod train;
pub mod video;
pub mod worker;

pub use error::{Error, Fault, Result};
