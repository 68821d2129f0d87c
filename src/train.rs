//! Music to learn from and to be measured against, and training on it.

pub mod bgm909;
pub mod checkpoint;
pub mod dropout;
pub mod examples;
pub mod freed_memory;
pub mod held_out;
pub mod music;
pub mod optimizer;
pub mod pop909;
pub mod quantiles;
pub mod record;
pub mod samples;
pub mod settings;
pub mod trainer;
pub mod variables;
