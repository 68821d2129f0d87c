//! Training networks on music.

pub mod checkpoint;
pub mod dropout;
pub mod examples;
pub mod freed_memory;
pub mod held_out;
pub mod music;
pub mod optimizer;
pub mod quantiles;
pub mod record;
pub mod samples;
pub mod settings;
pub mod trainer;
pub mod variables;
