//! A whole model, loaded from one file: the U-Net, the encoder of its conditions and its noise schedule.

mod conditions;

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use candle_nn::VarBuilder;

use crate::diffusion::condition::{Condition, PreparedCondition};
use crate::diffusion::condition_encoder::ConditionEncoder;
use crate::diffusion::config::{ModelConfig, Prediction};
use crate::diffusion::preconditioning::Preconditioning;
use crate::diffusion::roll_folding::{fold, unfold};
use crate::diffusion::schedule::Schedule;
use crate::diffusion::unet::{PreparedContext, UNet};
use crate::diffusion::weights::WeightSource;
use crate::error::{Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::formats::safetensors_file::Container;
use crate::music::piano_roll::{PitchRange, RollParts};
use crate::time::STEPS_PER_BEAT;

/// The `format` entry in the metadata of a model file.
pub(crate) const MODEL_FORMAT: &str = "diff-bgm/1";
/// Size limit of a model file, in bytes.
pub(super) const MAX_MODEL_BYTES: u64 = 2 << 30;

/// The name of the built-in model.
const BUILT_IN: &str = "default";

/// A loaded model.
#[derive(Debug)]
pub struct Model {
    name: String,
    config: ModelConfig,
    schedule: Schedule,
    device: Device,
    unet: UNet,
    encoder: ConditionEncoder,
    parameters: usize,
}

impl Model {
    /// Loads a model file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is not a model, or does not hold exactly the tensors of its
    /// configuration.
    pub fn load(path: &Path, device: &Device) -> Result<Self> {
        let bytes = read_bounded(path, MAX_MODEL_BYTES)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::from_bytes(&name, &bytes, device).map_err(|error| error.in_file(path))
    }

    /// Loads the built-in model.
    ///
    /// # Errors
    /// Returns an error if the device cannot hold it.
    pub fn built_in(device: &Device) -> Result<Self> {
        let bytes = include_bytes!("../../models/default.safetensors");
        Self::from_bytes(BUILT_IN, bytes, device)
    }

    /// Loads a model from the bytes of its file.
    ///
    /// # Errors
    /// Returns the errors of [`Model::load`], without a path.
    pub fn from_bytes(name: &str, bytes: &[u8], device: &Device) -> Result<Self> {
        let container = Container::parse(bytes)?;
        container.expect_format(MODEL_FORMAT)?;
        let config = container.metadata.get("config").ok_or_else(|| {
            Fault::new("no `config` in the metadata", "the model's configuration")
        })?;
        let config = ModelConfig::from_json(config)?;
        let (vb, ledger) = WeightSource::open(&container, device);
        let mut model = Self::build(name, config, &vb)?;
        let arrays = ["alpha", "beta", "alpha_bar", "sigma2"];
        let ignored: BTreeMap<_, _> = arrays
            .iter()
            .map(|array| (format!("ldm.{array}"), vec![model.config.n_steps]))
            .collect();
        model.parameters = ledger.finish(&container, &ignored)?;
        Ok(model)
    }

    /// Builds the network of `config` from the weights in `vb`: below `ldm.eps_model` and `caption_enc` for the
    /// published networks, below `unet` and `cue_enc` for ours.
    ///
    /// # Errors
    /// Returns an error if `vb` lacks a tensor.
    pub fn build(name: &str, config: ModelConfig, vb: &VarBuilder) -> Result<Self> {
        // Training draws fresh weights in the order in which the layers ask for them: the encoder comes first.
        let encoder = ConditionEncoder::new(&config, vb)?;
        let unet = match config.cond_type {
            kind if kind.is_published() => vb.pp("ldm.eps_model"),
            _ => vb.pp("unet"),
        };
        Ok(Self {
            name: name.to_owned(),
            schedule: Schedule::scaled_linear(
                config.linear_start,
                config.linear_end,
                config.n_steps,
            ),
            device: vb.device().clone(),
            unet: UNet::new(&config, &unet)?,
            encoder,
            config,
            parameters: 0,
        })
    }

    /// Returns the stem of the file's name, or `default` for the built-in model.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the configuration.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Returns the noise schedule.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Returns the device that holds the weights.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Returns the U-Net.
    pub fn unet(&self) -> &UNet {
        &self.unet
    }

    /// Number of trainable parameters loaded.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Beats in one segment: 32, except in small test networks.
    pub fn segment_beats(&self) -> usize {
        self.config.img_h / STEPS_PER_BEAT as usize
    }

    /// Returns the pitch range of the roll.
    pub fn pitches(&self) -> PitchRange {
        PitchRange::new(self.config.pitch_min as u8, self.config.img_w).unwrap_or(PitchRange::MIDI)
    }

    /// Returns the parts of the roll, in the order of its planes.
    pub fn roll_parts(&self) -> RollParts {
        self.config.roll_parts()
    }

    /// Returns the shape of one segment's roll, `[1, planes, steps, pitches]`.
    pub fn roll_shape(&self) -> [usize; 4] {
        let planes = self.roll_parts().planes();
        [1, planes, self.config.img_h, self.config.img_w]
    }

    /// Runs the network on noisy rolls `[batch, 2, steps, pitches]`, all at one diffusion step. Returns its
    /// [`Prediction`] in the same shape.
    ///
    /// # Errors
    /// Returns an error if the shapes do not fit.
    pub fn predict(
        &self,
        x_t: &Tensor,
        diffusion_step: usize,
        condition: &PreparedCondition,
    ) -> Result<Tensor> {
        let steps = vec![diffusion_step; x_t.dim(0)?];
        let context = condition.context(diffusion_step);
        self.forward(x_t, &steps, context, condition.channels.as_ref())
    }

    /// Like [`Model::predict`] with one diffusion step per sample; only the early context of `condition` is used.
    ///
    /// # Errors
    /// Returns an error if the shapes do not fit.
    pub(crate) fn predict_each(
        &self,
        x_t: &Tensor,
        diffusion_steps: &[usize],
        condition: &Condition,
    ) -> Result<Tensor> {
        let context = self.unet.prepare(&condition.early)?;
        self.forward(x_t, diffusion_steps, &context, condition.channels.as_ref())
    }

    fn forward(
        &self,
        x_t: &Tensor,
        diffusion_steps: &[usize],
        context: &PreparedContext,
        channels: Option<&Tensor>,
    ) -> Result<Tensor> {
        let folded = fold(x_t, self.config.time_fold)?;
        let input = match channels {
            Some(channels) => Tensor::cat(&[&folded, channels], 1)?,
            None => folded,
        };
        let output = self.unet.forward(&input, diffusion_steps, context)?;
        unfold(&output, self.config.time_fold)
    }

    /// Computes x₀ from x_t and the prediction for it.
    ///
    /// # Errors
    /// Returns an error if the shapes do not fit.
    pub fn x0(&self, x_t: &Tensor, prediction: &Tensor, diffusion_step: usize) -> Result<Tensor> {
        let at = |array: &[f32]| f64::from(array[diffusion_step]);
        let schedule = &self.schedule;
        Ok(match self.config.prediction {
            Prediction::Noise => {
                ((x_t * at(&schedule.sqrt_recip_alpha_bar))?
                    - (prediction * at(&schedule.sqrt_recip_m1_alpha_bar))?)?
            }
            Prediction::Velocity => {
                ((x_t * at(&schedule.sqrt_alpha_bar))?
                    - (prediction * at(&schedule.sqrt_1m_alpha_bar))?)?
            }
            Prediction::Preconditioned => {
                let alpha_bar = at(&schedule.alpha_bar);
                Preconditioning::at(alpha_bar, self.config.sigma_data).x0(x_t, prediction)?
            }
        })
    }
}
