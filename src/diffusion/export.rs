//! Writes a model file of a published family as a run of the published training code, which reads it there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Device;
use serde_json::{Map, Value, json};

use crate::diffusion::config::{ConditionKind, ModelConfig, Prediction};
use crate::diffusion::model::{MAX_MODEL_BYTES, Model};
use crate::error::{Error, Fault, Result};
use crate::formats::atomic_file::write_bytes;
use crate::formats::bounded_file::read_bounded;
use crate::formats::raw_tensor::RawTensor;
use crate::formats::safetensors_file::Container;
use crate::formats::torch_file;

/// The settings of a run, in its folder.
const PARAMS: &str = "params.json";
/// Where the training code looks for weights.
const WEIGHTS: &str = "chkpts/weights_best.pt";

/// A summary of an export.
#[derive(Debug)]
pub struct Exported {
    /// The file of the weights.
    pub weights: PathBuf,
    /// The file of the configuration.
    pub params: PathBuf,
    /// The family of the model.
    pub family: ConditionKind,
    /// The number of tensors.
    pub tensors: usize,
}

/// Writes the model file `model` to the folder `run`: `params.json` and `chkpts/weights_best.pt`, with names, types and values
/// unchanged. Settings that the training code reads and the model file does not have get the authors' values.
///
/// The model is loaded once before anything is written, which checks every name and shape.
///
/// # Errors
/// Returns an error if the model file is malformed, is not of a published family, or has layers that the published code does not
/// have, or if a file cannot be written.
pub fn export(model: &Path, run: &Path) -> Result<Exported> {
    let bytes = read_bounded(model, MAX_MODEL_BYTES)?;
    let name = model.display().to_string();
    let loaded = Model::from_bytes(&name, &bytes, &Device::Cpu);
    let loaded = loaded.map_err(|error| error.in_file(model))?;
    expect_published(loaded.config()).map_err(|fault| fault.in_file(model))?;
    let read = || -> Result<(String, Vec<u8>, usize), Fault> {
        let container = Container::parse(&bytes)?;
        let config = container
            .metadata
            .get("config")
            .map_or("{}", String::as_str);
        let tensors: BTreeMap<String, RawTensor> = (container.tensors.iter())
            .map(|(name, view)| (name.to_owned(), RawTensor::from(&view)))
            .collect();
        let weights = torch_file::write::state_dict(&tensors)?;
        Ok((params(config)?, weights, tensors.len()))
    };
    let (params, weights, tensors) = read().map_err(|fault| fault.in_file(model))?;
    let exported = Exported {
        weights: run.join(WEIGHTS),
        params: run.join(PARAMS),
        family: loaded.config().cond_type,
        tensors,
    };
    let folder = run.join("chkpts");
    fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    write_bytes(&exported.weights, &weights)?;
    write_bytes(&exported.params, params.as_bytes())?;
    Ok(exported)
}

fn expect_published(config: &ModelConfig) -> Result<(), Fault> {
    if !config.cond_type.is_published() {
        return Err(Fault::new(
            format!("a model of the kind `{}`", config.cond_type.name()),
            "one of the published kinds, which the authors' code has",
        ));
    }
    let is_theirs = config.prediction == Prediction::Noise
        && config.attention_windows == 2
        && config.time_fold == 1
        && config.time_attention_levels.is_empty()
        && config.pitch_min == 0;
    if is_theirs {
        return Ok(());
    }
    Err(Fault::new(
        "a network with layers that the authors' code does not have",
        "one that predicts noise, with two attention windows, unfolded time and pitches from 0",
    ))
}

/// Returns the configuration with what else the published code reads of it.
fn params(config: &str) -> Result<String, Fault> {
    let malformed = |error: serde_json::Error| Fault::new(error.to_string(), "a configuration");
    let mut params: Map<String, Value> = serde_json::from_str(config).map_err(malformed)?;
    for (key, value) in [
        ("latent_scaling_factor", json!(0.18215)),
        ("cond_mode", json!("mix")),
        ("use_enc", json!(true)),
        ("fp16", json!(true)),
        ("batch_size", json!(16)),
        ("max_epoch", json!(100)),
        ("learning_rate", json!(5e-5)),
        ("max_grad_norm", json!(10)),
        ("num_workers", json!(4)),
        ("pin_memory", json!(true)),
    ] {
        params.entry(key).or_insert(value);
    }
    serde_json::to_string_pretty(&params).map_err(malformed)
}
