//! A folder with a model as users download it: its configuration, its tensors and its tokeniser.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Tensor};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::formats::safetensors_folder::SafetensorsFolder;
use crate::formats::tensor_problems::TensorProblems;
use crate::kernel::layer_norm::LayerNorm;
use crate::kernel::linear::Linear;

/// The most bytes of a configuration.
const MAX_CONFIG_BYTES: u64 = 1 << 20;
/// The most numbers in the zeros that stand in for tensors which are not there.
const MAX_STAND_INS: usize = 1 << 28;

/// A model's folder, and which of its tensors were asked for.
///
/// A missing or misshapen tensor is replaced by zeros, so that one pass finds every problem; [`ModelFolder::finish`] then
/// returns the error. A configuration that asks for more of them than fits in memory has its error at once.
pub(super) struct ModelFolder {
    path: PathBuf,
    config: Value,
    tensors: SafetensorsFolder,
    ledger: RefCell<Ledger>,
}

#[derive(Default)]
struct Ledger {
    used: BTreeSet<String>,
    problems: TensorProblems,
    /// How many numbers stand in for tensors.
    stand_ins: usize,
}

impl ModelFolder {
    /// Opens the folder of a model of one of these types.
    ///
    /// # Errors
    /// Returns an error that names the file if one is missing or broken, or if the model is of another type.
    pub(super) fn open(path: &Path, model_types: &[&str]) -> Result<Self> {
        if !path.is_dir() {
            return Err(Error::Usage(format!(
                "{} is not a folder. Give the folder of a model, with config.json and model.safetensors.",
                path.display()
            )));
        }
        let config: Value = read_json(&path.join("config.json"))?;
        let model_type = config["model_type"].as_str();
        if !model_type.is_some_and(|found| model_types.contains(&found)) {
            let found = match model_type {
                Some(found) => format!("a model of the type `{found}`"),
                None => "no `model_type`".to_owned(),
            };
            let expected = format!("the type `{}`", model_types.join("` or `"));
            return Err(Fault::new(found, expected).in_file(path.join("config.json")));
        }
        Ok(Self {
            path: path.to_owned(),
            config,
            tensors: SafetensorsFolder::open(path)?,
            ledger: RefCell::default(),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the type of the model.
    pub(super) fn model_type(&self) -> &str {
        self.config["model_type"].as_str().unwrap_or_default()
    }

    /// Reads a section of the configuration, or all of it if `section` is empty. What is left out has its default.
    ///
    /// # Errors
    /// Returns an error if a value has the wrong type.
    pub(super) fn config<T: DeserializeOwned>(&self, section: &str) -> Result<T> {
        let value = match section {
            "" => self.config.clone(),
            section => match &self.config[section] {
                Value::Null => Value::Object(serde_json::Map::new()),
                value => value.clone(),
            },
        };
        serde_json::from_value(value).map_err(|error| {
            let place = if section.is_empty() {
                "the configuration"
            } else {
                section
            };
            self.config_fault(format!("{place}: {error}"), "a configuration of this model")
        })
    }

    /// Makes an error about the configuration.
    pub(super) fn config_fault(&self, found: String, expected: &str) -> Error {
        Fault::new(found, expected).in_file(self.path.join("config.json"))
    }

    /// Returns whether there is a tensor of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tensors.shape(name).is_some()
    }

    /// Returns a tensor of `f32` on the CPU.
    ///
    /// # Errors
    /// Returns an error if it cannot be read, is not floating-point, or holds a number that is not finite; or if it is not there
    /// and too much is missing already.
    pub(super) fn tensor(&self, name: &str, shape: &[usize]) -> Result<Tensor> {
        let mut ledger = self.ledger.borrow_mut();
        ledger.used.insert(name.to_owned());
        match self.tensors.shape(name) {
            None => ledger.problems.missing.push(name.to_owned()),
            Some(found) if found != shape => {
                (ledger.problems.misshapen).push(format!("{name} is {found:?}, not {shape:?}"));
            }
            Some(_) => {
                let numbers = self.tensors.floats(name)?;
                return Ok(Tensor::from_vec(numbers, shape, &Device::Cpu)?);
            }
        }
        let size = shape
            .iter()
            .try_fold(1, |size: usize, &side| size.checked_mul(side));
        ledger.stand_ins = ledger.stand_ins.saturating_add(size.unwrap_or(usize::MAX));
        if ledger.stand_ins > MAX_STAND_INS {
            self.check(&ledger.problems)?;
        }
        Ok(Tensor::zeros(shape, DType::F32, &Device::Cpu)?)
    }

    /// Returns a linear layer with its bias.
    pub(super) fn linear(&self, name: &str, outputs: usize, inputs: usize) -> Result<Linear> {
        let weight = self.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
        let bias = self.tensor(&format!("{name}.bias"), &[outputs])?;
        Ok(Linear::new(weight, Some(bias))?)
    }

    /// Returns a linear layer without a bias.
    pub(super) fn projection(&self, name: &str, outputs: usize, inputs: usize) -> Result<Linear> {
        let weight = self.tensor(&format!("{name}.weight"), &[outputs, inputs])?;
        Ok(Linear::new(weight, None)?)
    }

    /// Returns a normalisation, whose tensors older files call `gamma` and `beta`.
    pub(super) fn norm(&self, name: &str, width: usize, epsilon: f64) -> Result<LayerNorm> {
        let part = |new: &str, old: &str| {
            let old = format!("{name}.{old}");
            let name = if self.has(&old) {
                old
            } else {
                format!("{name}.{new}")
            };
            self.tensor(&name, &[width])
        };
        let (weight, bias) = (part("weight", "gamma")?, part("bias", "beta")?);
        Ok(LayerNorm::new(weight, bias, epsilon)?)
    }

    /// Checks that every tensor was there, and that none is left but those that `is_ignored`.
    ///
    /// # Errors
    /// Returns an error that lists the missing, misshapen and unexpected tensors.
    pub(super) fn finish(&self, is_ignored: impl Fn(&str) -> bool) -> Result<()> {
        let mut ledger = self.ledger.borrow_mut();
        let Ledger { used, problems, .. } = &mut *ledger;
        let is_unexpected = |name: &&str| !used.contains(*name) && !is_ignored(name);
        let unexpected = self.tensors.names().filter(is_unexpected);
        problems.unexpected = unexpected.map(str::to_owned).collect();
        self.check(problems)
    }

    fn check(&self, problems: &TensorProblems) -> Result<()> {
        problems
            .check("the tensors that its config.json describes")
            .map_err(|fault| fault.in_file(&self.path))
    }
}

/// Reads a small JSON file.
pub(super) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = read_bounded(path, MAX_CONFIG_BYTES)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Fault::new(error.to_string(), "a model's JSON file").in_file(path))
}
