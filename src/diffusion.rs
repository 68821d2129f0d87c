//! The diffusion model: the network, its noise schedule and the samplers that run it.
//!
//! A model turns noise into a piano roll of one segment (32 beats, 16 steps per bar) under a condition: the rows per
//! beat that `conditioning` derives from a clip. Nothing here depends on clips, whole pieces or draft settings: tensors
//! come in and tensors go out.
//!
//! # Files in reading order
//!
//! 1. What a model is: [`config`] (the fields of a model file), `weights` (loading and checking tensors), [`model`] (all
//!    parts together, and one prediction), [`convert`] (model files from published checkpoints) and [`export`](mod@export)
//!    (back).
//! 2. The network: [`unet`] and its layers: [`embedding`] (the diffusion step), `resnet`, `conv`, `attention`,
//!    `time_attention`, `linear`, `norm`. `roll_folding` shortens the roll before the network and restores it after.
//! 3. Its conditions: [`cue_encoder`], `condition_encoder` (rows to conditions, for every family) and [`condition`].
//! 4. Sampling: [`schedule`], [`noise`], [`sampler`] (DDPM, DDIM, DPM-Solver++), [`guidance`], [`coherence`] (musical
//!    corrections between steps).
//! 5. Around it: [`device`] (CPU or GPU), [`recording`] (comparison with recorded passes of other implementations).
//!
//! # Sources
//!
//! - The published networks and segment-aware attention: Li et al., "Diff-BGM: A Diffusion Model for Video Background
//!   Music Generation", CVPR 2024.
//! - DDPM, schedule and posterior: Ho et al., "Denoising Diffusion Probabilistic Models", 2020.
//! - DDIM: Song et al., "Denoising Diffusion Implicit Models", 2021.
//! - DPM-Solver++(2M): Lu et al., "DPM-Solver++: Fast Solver for Guided Sampling of Diffusion Probabilistic Models", 2022.
//! - Guidance: Ho & Salimans, "Classifier-Free Diffusion Guidance", 2022.
//! - Velocity prediction: Salimans & Ho, "Progressive Distillation for Fast Sampling of Diffusion Models", 2022.
//! - Counter-based noise (Philox): Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011.
//!
//! # Example
//!
//! Samples one segment with the built-in model and no cues:
//!
//! ```no_run
//! use std::ops::ControlFlow;
//!
//! use diff_bgm::diffusion::device::DeviceKind;
//! use diff_bgm::diffusion::guidance::GuidedModel;
//! use diff_bgm::diffusion::model::Model;
//! use diff_bgm::diffusion::noise::NoiseSource;
//! use diff_bgm::diffusion::sampler::{SamplerSettings, Sampling};
//!
//! let device = DeviceKind::Cpu.open()?;
//! let model = Model::built_in(&device)?;
//! let free = model.null_condition()?;
//! let guided = GuidedModel::new(&model, &free, &free, 1.0, Some((-0.1, 1.1)))?;
//! let noise = NoiseSource::new(7, 0);
//! let roll = Sampling {
//!     denoiser: &guided,
//!     schedule: model.schedule(),
//!     settings: SamplerSettings::default(),
//!     noise: &|noise_use| noise.normal(noise_use, &model.roll_shape(), &device),
//!     kept: None,
//!     on_step: &mut |_, _| ControlFlow::Continue(()),
//! }
//! .run()?;
//! assert_eq!(roll.dims(), model.roll_shape());
//! # Ok::<(), diff_bgm::Error>(())
//! ```

pub(crate) mod attention;
pub mod coherence;
pub mod condition;
pub(crate) mod condition_encoder;
pub mod config;
pub(crate) mod conv;
pub mod convert;
pub mod cue_encoder;
pub mod device;
pub mod embedding;
pub mod export;
pub mod guidance;
pub(crate) mod linear;
pub mod model;
pub mod noise;
pub(crate) mod norm;
pub mod parts_encoder;
pub mod place_noise;
pub mod preconditioning;
pub mod recording;
pub(crate) mod resnet;
pub(crate) mod roll_folding;
pub mod sampler;
pub mod schedule;
pub(crate) mod time_attention;
pub mod unet;
pub(crate) mod weights;
