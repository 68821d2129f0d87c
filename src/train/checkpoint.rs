//! The files of a training run: the checkpoint that it resumes from, and the model so far.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use half::f16;
use safetensors::Dtype;
use serde::{Deserialize, Serialize};

use crate::diffusion::config::ModelConfig;
use crate::diffusion::model::MODEL_FORMAT;
use crate::error::{Error, Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::formats::raw_tensor::RawTensor;
use crate::formats::safetensors_file::{self, Container};
use crate::train::music::Extent;
use crate::train::optimizer::Moments;
use crate::train::settings::TrainSettings;
use crate::train::variables::Named;

/// The checkpoint's file name in the folder of a run.
const CHECKPOINT: &str = "checkpoint.safetensors";
/// The model's file name in the folder of a run.
pub const MODEL: &str = "model.safetensors";
/// The checkpoint's `format` in its metadata.
const FORMAT: &str = "diff-bgm-training/1";
/// The largest checkpoint or model that is read, in bytes.
const MAX_BYTES: u64 = 8 << 30;
/// Prefixes of the tensors' names in a checkpoint.
const KINDS: [&str; 4] = ["weights", "ema", "mean", "variance"];

/// The state of a run between two steps.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// The network's configuration.
    pub config: ModelConfig,
    /// The run's settings.
    pub settings: TrainSettings,
    /// What the run started from, if known.
    pub origin: Option<Origin>,
    /// Names of the weights that extending the network added.
    pub(crate) new_layers: Vec<String>,
    /// Steps done.
    pub(crate) step: u64,
    /// The weights.
    pub weights: Named<Tensor>,
    /// The moving average of the weights.
    pub ema: Named<Tensor>,
    /// The optimiser's state.
    pub(crate) moments: Moments,
}

/// What a run started from, which must not change when it is resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The [`fingerprint`] of the model file, or `None` for fresh weights.
    pub model: Option<u64>,
    /// Whether the scale of the cues was measured on the music although the network had one.
    pub measure_cues: bool,
    /// The amount of music.
    pub music: Extent,
}

impl Checkpoint {
    /// Writes the checkpoint and then the model of the averaged weights to `folder`, each atomically.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        let state = [
            &self.weights,
            &self.ema,
            &self.moments.mean,
            &self.moments.variance,
        ];
        let mut tensors = BTreeMap::new();
        for (kind, named) in KINDS.iter().zip(state) {
            for (name, tensor) in named {
                tensors.insert(format!("{kind}/{name}"), single(tensor)?);
            }
        }
        let metadata = BTreeMap::from([
            ("format".to_owned(), FORMAT.to_owned()),
            ("config".to_owned(), json(&self.config)?),
            ("origin".to_owned(), json(&self.origin)?),
            ("new_layers".to_owned(), json(&self.new_layers)?),
            ("settings".to_owned(), json(&self.settings)?),
            ("step".to_owned(), self.step.to_string()),
        ]);
        let path = folder.join(CHECKPOINT);
        safetensors_file::write(&path, &safetensors_file::encode(&metadata, &tensors))?;

        let halves = self
            .ema
            .iter()
            .map(|(name, tensor)| Ok((name.clone(), half(tensor)?)));
        let metadata = BTreeMap::from([
            ("format".to_owned(), MODEL_FORMAT.to_owned()),
            ("config".to_owned(), json(&self.config)?),
        ]);
        let tensors = halves.collect::<Result<_>>()?;
        let bytes = safetensors_file::encode(&metadata, &tensors);
        safetensors_file::write(&folder.join(MODEL), &bytes)
    }

    /// Reads the checkpoint in `folder`, or returns `None` if it has none.
    ///
    /// # Errors
    /// Returns an error if it cannot be read or is not a checkpoint.
    pub fn read(folder: &Path, device: &Device) -> Result<Option<Self>> {
        let path = folder.join(CHECKPOINT);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = read_bounded(&path, MAX_BYTES)?;
        Self::parse(&bytes, device)
            .map(Some)
            .map_err(|error| error.in_file(&path))
    }

    fn parse(bytes: &[u8], device: &Device) -> Result<Self> {
        let container = Container::parse(bytes)?;
        container.expect_format(FORMAT)?;
        let field = |name: &str| {
            let missing = || {
                Fault::new(
                    format!("no `{name}` in the metadata"),
                    "a training checkpoint",
                )
            };
            container.metadata.get(name).ok_or_else(missing)
        };
        let wrong = |error: &dyn std::fmt::Display| {
            Fault::new(
                format!("broken metadata ({error})"),
                "a training checkpoint",
            )
        };
        // Checkpoints of earlier versions lack some fields.
        let text = |name: &str, absent: &'static str| {
            container.metadata.get(name).map_or(absent, String::as_str)
        };
        let [mut weights, mut ema, mut mean, mut variance] = [const { Named::new() }; 4];
        for (name, view) in container.tensors.tensors() {
            let tensor = safetensors_file::tensor(&name, &view, device)?;
            let kind = match name.split_once('/') {
                Some(("weights", rest)) => (&mut weights, rest),
                Some(("ema", rest)) => (&mut ema, rest),
                Some(("mean", rest)) => (&mut mean, rest),
                Some(("variance", rest)) => (&mut variance, rest),
                _ => {
                    return Err(Fault::new(
                        format!("a tensor {name}"),
                        format!("one under {}", KINDS.join(", ")),
                    )
                    .into());
                }
            };
            kind.0.insert(kind.1.to_owned(), tensor);
        }
        Ok(Self {
            config: ModelConfig::from_json(field("config")?)?,
            settings: serde_json::from_str(field("settings")?).map_err(|e| wrong(&e))?,
            origin: serde_json::from_str(text("origin", "null")).map_err(|e| wrong(&e))?,
            new_layers: serde_json::from_str(text("new_layers", "[]")).map_err(|e| wrong(&e))?,
            step: field("step")?.parse().map_err(|e| wrong(&e))?,
            weights,
            ema,
            moments: Moments { mean, variance },
        })
    }
}

/// Reads the configuration and the weights of a model file.
///
/// # Errors
/// Returns an error if it cannot be read or is not a model.
pub fn read_model(path: &Path, device: &Device) -> Result<(ModelConfig, Named<Tensor>)> {
    let bytes = read_bounded(path, MAX_BYTES)?;
    let read = || {
        let container = Container::parse(&bytes)?;
        container.expect_format(MODEL_FORMAT)?;
        let missing = || Fault::new("no `config` in the metadata", "a model's configuration");
        let config = container.metadata.get("config").ok_or_else(missing)?;
        let tensors = (container.tensors.tensors().into_iter())
            .map(|(name, view)| {
                let tensor = safetensors_file::tensor(&name, &view, device)?;
                Ok((name, tensor))
            })
            .collect::<Result<_>>()?;
        Ok((ModelConfig::from_json(config)?, tensors))
    };
    read().map_err(|error: Error| error.in_file(path))
}

/// Returns the 64-bit FNV-1a hash of the file at `path`.
///
/// # Errors
/// Returns an error if it cannot be read.
pub fn fingerprint(path: &Path) -> Result<u64> {
    let bytes = read_bounded(path, MAX_BYTES)?;
    let mixed = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    Ok(bytes.iter().fold(0xcbf2_9ce4_8422_2325, mixed))
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| Error::value(error.to_string(), "values that JSON can represent"))
}

fn values(tensor: &Tensor) -> Result<Vec<f32>> {
    Ok(tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?)
}

fn single(tensor: &Tensor) -> Result<RawTensor> {
    Ok(RawTensor::from_f32(
        tensor.dims().to_vec(),
        &values(tensor)?,
    )?)
}

fn half(tensor: &Tensor) -> Result<RawTensor> {
    let values = values(tensor)?;
    let bytes = values
        .iter()
        .flat_map(|&value| f16::from_f32(value).to_le_bytes());
    Ok(RawTensor::new(
        Dtype::F16,
        tensor.dims().to_vec(),
        bytes.collect(),
    )?)
}
