//! Diff-BGM drafts background music for a picture cut.
//!
//! The modules follow the data: a clip becomes features, features become conditioning, the sampler and the U-Net
//! turn conditioning into a piano roll, and the roll becomes notes.

pub mod atomic_file;
pub mod bounded_file;
mod canvas;
pub mod checkpoint;
pub mod conditioning;
pub mod diffusion;
#[cfg(feature = "plugin")]
pub mod editor;
pub mod error;
pub mod evaluate;
pub mod features;
pub mod generator;
pub mod kernel;
pub mod music;
pub mod npy;
pub mod npz;
pub mod pickle;
pub mod player;
#[cfg(feature = "plugin")]
pub mod plugin;
pub mod preview;
pub mod raw_tensor;
#[cfg(feature = "cli")]
pub mod render;
pub mod safetensors_file;
pub mod time;
pub mod train;
pub mod video;
pub mod worker;
pub mod zip_file;

pub use error::{Error, Fault, Result};
