//! A whole model: the U-Net, the encoder of its conditions and its noise schedule, loaded from one file.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use candle_nn::{VarBuilder, linear};

use crate::diffusion::condition::{Condition, Encoder, PreparedCondition};
use crate::diffusion::config::{ConditionKind, ModelConfig, Prediction};
use crate::diffusion::cue_encoder::CueEncoder;
use crate::diffusion::roll_folding::{fold, unfold};
use crate::diffusion::schedule::Schedule;
use crate::diffusion::unet::{PreparedContext, UNet};
use crate::diffusion::weights::WeightSource;
use crate::error::{Fault, Result};
use crate::features::CAPTION_WIDTH;
use crate::formats::bounded_file::read_bounded;
use crate::formats::safetensors_file::Container;
use crate::music::piano_roll::PitchRange;
use crate::time::STEPS_PER_BEAT;

/// The `format` of a model file.
pub const MODEL_FORMAT: &str = "diff-bgm/1";
/// The largest model file that is read, in bytes.
const MAX_MODEL_BYTES: u64 = 2 << 30;

/// The name of the model that is part of the program.
pub const IN_THE_BOX: &str = "default";

/// A loaded model.
#[derive(Debug)]
pub struct Model {
    name: String,
    config: ModelConfig,
    schedule: Schedule,
    device: Device,
    unet: UNet,
    pub(super) encoder: Encoder,
    parameters: usize,
}

impl Model {
    /// Loads a model file.
    ///
    /// # Errors
    /// When the file cannot be read, is no model, or its tensors are not exactly those of its configuration.
    pub fn load(path: &Path, device: &Device) -> Result<Self> {
        let bytes = read_bounded(path, MAX_MODEL_BYTES)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Self::from_bytes(&name, &bytes, device).map_err(|error| error.in_file(path))
    }

    /// Loads the model that is part of the program.
    ///
    /// # Errors
    /// When the device refuses it.
    pub fn in_the_box(device: &Device) -> Result<Self> {
        let bytes = include_bytes!("../../models/default.safetensors");
        Self::from_bytes(IN_THE_BOX, bytes, device)
    }

    /// Loads a model from the bytes of its file.
    ///
    /// # Errors
    /// As for [`Model::load`].
    pub fn from_bytes(name: &str, bytes: &[u8], device: &Device) -> Result<Self> {
        let container = Container::parse(bytes)?;
        container.expect_format(MODEL_FORMAT)?;
        let config = container
            .metadata
            .get("config")
            .ok_or_else(|| Fault::new("no «config» in the metadata", "a model's configuration"))?;
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

    /// Builds the network of `config` with whatever weights `vb` gives; the published names are below
    /// `ldm.eps_model` and `caption_enc`, ours below `unet` and `cue_enc`.
    ///
    /// # Errors
    /// When `vb` does not give a tensor.
    pub fn build(name: &str, config: ModelConfig, vb: &VarBuilder) -> Result<Self> {
        let (unet, encoder) = if config.cond_type == ConditionKind::Cues {
            let encoder = CueEncoder::new(&config, &vb.pp("cue_enc"))?;
            (vb.pp("unet"), Encoder::Cues(encoder))
        } else {
            let encoder = linear(CAPTION_WIDTH, config.d_cond, vb.pp("caption_enc"))?;
            (vb.pp("ldm.eps_model"), Encoder::Embeddings(encoder))
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

    /// The file's stem, or [`IN_THE_BOX`].
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The configuration.
    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// The noise schedule.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Where the weights are.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The U-Net itself.
    pub fn unet(&self) -> &UNet {
        &self.unet
    }

    /// How many trainable parameters were loaded.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Beats of one segment; 32 for every network meant for use.
    pub fn segment_beats(&self) -> usize {
        self.config.img_h / STEPS_PER_BEAT as usize
    }

    /// The pitches of the roll.
    pub fn pitches(&self) -> PitchRange {
        PitchRange::new(self.config.pitch_min as u8, self.config.img_w).unwrap_or(PitchRange::MIDI)
    }

    /// The shape of one segment's roll, `[1, 2, steps, pitches]`.
    pub fn roll_shape(&self) -> [usize; 4] {
        [1, 2, self.config.img_h, self.config.img_w]
    }

    /// What the network predicts (see [`Prediction`]) for noisy rolls `[batch, 2, steps, pitches]` at one diffusion
    /// step; the same shape.
    ///
    /// # Errors
    /// When the shapes do not fit.
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

    /// The same at one diffusion step a sample, `condition` being that of every sample at its step.
    ///
    /// # Errors
    /// When the shapes do not fit.
    pub fn predict_each(
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

    /// x₀ from a prediction at x_t.
    ///
    /// # Errors
    /// When the shapes do not fit.
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
        })
    }
}
