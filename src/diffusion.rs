//! The diffusion model: the network, its noise schedule and the samplers that run it.

pub mod attention;
pub mod coherence;
pub mod condition;
pub mod config;
pub mod conv;
pub mod convert;
pub mod cue_encoder;
pub mod device;
pub mod embedding;
pub mod guidance;
pub mod linear;
pub mod model;
pub mod noise;
pub mod norm;
pub mod recording;
pub mod resnet;
pub mod roll_folding;
pub mod sampler;
pub mod schedule;
pub mod time_attention;
pub mod unet;
pub mod weights;
