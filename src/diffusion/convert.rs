//! Converts a checkpoint of the published training code to a model file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use candle_core::Device;

use crate::diffusion::config::{ConditionKind, ModelConfig};
use crate::diffusion::model::{MODEL_FORMAT, Model};
use crate::error::{Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::formats::safetensors_file;
use crate::formats::torch_file;

/// The largest `params.json` that is read, in bytes.
const MAX_PARAMS_BYTES: u64 = 1 << 20;
/// The training code's settings, in the folder of a run.
const PARAMS: &str = "params.json";
/// Where the training code keeps weights, in order of preference.
const WEIGHTS: [&str; 4] = [
    "chkpts/weights_best.pt",
    "chkpts/weights.pt",
    "weights_best.pt",
    "weights.pt",
];

/// A summary of a conversion.
#[derive(Debug)]
pub struct Conversion {
    /// The file of the weights.
    pub weights: PathBuf,
    /// The file of the configuration.
    pub params: PathBuf,
    /// The family of the model.
    pub family: ConditionKind,
    /// The number of trainable parameters.
    pub parameters: usize,
    /// Entries of the checkpoint that a model file does not need.
    pub skipped: Vec<String>,
}

/// Converts `source`, the folder of a training run or a file of weights, to the model file `output`.
///
/// `params` is the run's `params.json`; if `None`, it is looked for in the folder, or in the file's folder and the one
/// above. It becomes the model's configuration unchanged, and the weights keep their names, types and values. The model
/// is loaded once before it is written, which checks every name and shape.
///
/// # Errors
/// Returns an error if a file is missing or malformed, or if the weights do not match the configuration.
pub fn convert(source: &Path, params: Option<&Path>, output: &Path) -> Result<Conversion> {
    let weights = find_weights(source)?;
    let params = match params {
        Some(params) => params.to_owned(),
        None => find_params(source)?,
    };
    let config = read_bounded(&params, MAX_PARAMS_BYTES)?;
    let config = String::from_utf8(config)
        .map_err(|_| Fault::new("bytes that are not text", "JSON").in_file(&params))?;
    ModelConfig::from_json(&config).map_err(|fault| fault.in_file(&params))?;

    let state_dict = torch_file::read_state_dict(&weights)?;
    let metadata = BTreeMap::from([
        ("config".to_owned(), config.trim().to_owned()),
        ("format".to_owned(), MODEL_FORMAT.to_owned()),
    ]);
    let bytes = safetensors_file::encode(&metadata, &state_dict.tensors);
    let name = weights.display().to_string();
    let model =
        Model::from_bytes(&name, &bytes, &Device::Cpu).map_err(|error| error.in_file(&weights))?;
    safetensors_file::write(output, &bytes)?;
    Ok(Conversion {
        family: model.config().cond_type,
        parameters: model.parameters(),
        weights,
        params,
        skipped: state_dict.skipped,
    })
}

fn find_weights(source: &Path) -> Result<PathBuf> {
    if !source.is_dir() {
        return Ok(source.to_owned());
    }
    WEIGHTS
        .iter()
        .map(|place| source.join(place))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Fault::new(
                "a folder without weights",
                format!("one of `{}`", WEIGHTS.join("`, `")),
            )
            .in_file(source)
        })
}

fn find_params(source: &Path) -> Result<PathBuf> {
    let folders = if source.is_dir() {
        vec![source]
    } else {
        source.ancestors().skip(1).take(2).collect()
    };
    folders
        .into_iter()
        .map(|folder| folder.join(PARAMS))
        .find(|path| path.is_file())
        .ok_or_else(|| {
            Fault::new(
                format!("no `{PARAMS}` beside it"),
                "the settings of the training run (--params)",
            )
            .in_file(source)
        })
}
