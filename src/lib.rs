//! Diff-BGM drafts background music for a picture cut.
//!
//! The modules follow the data: a clip becomes features, features become conditioning, the sampler and the U-Net
//! turn conditioning into a piano roll, and the roll becomes notes.

pub mod atomic_file;
pub mod diffusion;
pub mod error;
pub mod features;
pub mod kernel;
pub mod music;
pub mod player;
pub mod preview;
pub mod safetensors_file;
pub mod time;
pub mod worker;

pub use error::{Error, Fault, Result};
