//! Trains networks on music.
//!
//! A run, from its music to its folder:
//! - `music`: the songs to train on, read from a [data set](crate::dataset); `parts_music`: music in parts; `quantiles`: the
//!   scale of their cues.
//! - `examples`: the windows drawn for a step; `dropout`: which of their conditions are left out; `kept_beats`: what of them is
//!   to stay; `noise_levels`: the diffusion steps; `windows`, [`batch`]: the tensors; [`loss`](mod@loss): the error.
//! - [`variables`]: the network's weights; [`optimizer`]: AdamW; [`trainer`]: the loop; [`settings`]: its settings.
//! - [`checkpoint`]: what a run resumes from; [`record`]: its log and loss curve; [`held_out`]: the loss on held-out music;
//!   [`samples`]: pictures of generated music.

pub mod batch;
pub mod checkpoint;
pub mod dropout;
mod examples;
pub mod freed_memory;
pub mod held_out;
mod kept_beats;
pub mod loss;
pub mod music;
mod noise_levels;
pub mod optimizer;
mod parts_music;
mod quantiles;
pub mod record;
pub mod samples;
pub mod settings;
#[cfg(test)]
mod testing;
pub mod trainer;
pub mod variables;
mod windows;
