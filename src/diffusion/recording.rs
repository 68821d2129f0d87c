//! Recorded passes of a network, to check that a converted checkpoint gives the same numbers in this implementation.

use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use safetensors::Dtype;

use crate::diffusion::cue_encoder::CueRows;
use crate::diffusion::model::Model;
use crate::error::{Error, Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::formats::safetensors_file::{self, Container};

/// Size limit of a recording, in bytes.
const MAX_RECORDING_BYTES: u64 = 256 << 20;
/// Limit on the batch of a recording.
const MAX_BATCH: usize = 64;

/// The inputs of a pass, and another implementation's output for them.
#[derive(Debug)]
pub struct Recording {
    path: PathBuf,
    /// Noisy rolls, `[batch, 2, steps, pitches]`.
    x: Tensor,
    /// One diffusion step per sample.
    steps: Vec<usize>,
    /// Encoded context `[batch, tokens, d_cond]` (`cond`), or cue rows `[batch, beats, 2·cues]` (`cues`).
    condition: Tensor,
    is_cues: bool,
    /// Harmony rows `[batch, beats, 25]`, if recorded.
    harmony: Option<Tensor>,
    /// The recorded prediction (`eps` or `v`), in the shape of `x`.
    prediction: Tensor,
}

/// The difference between two predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// The largest absolute difference.
    pub absolute: f64,
    /// The largest absolute difference, divided by the largest recorded value.
    pub relative: f64,
}

impl Recording {
    /// Reads `x`, `t`, `cond` or `cues`, and `eps` or `v` from a safetensors file.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, lacks one of them, or their shapes do not match.
    pub fn read(path: &Path) -> Result<Self> {
        let bytes = read_bounded(path, MAX_RECORDING_BYTES)?;
        Container::parse(&bytes)
            .map_err(Error::from)
            .and_then(|container| Self::from_container(path, &container))
            .map_err(|error| error.in_file(path))
    }

    fn from_container(path: &Path, container: &Container<'_>) -> Result<Self> {
        let find = |names: &[&'static str]| -> Result<Option<(&'static str, Tensor)>> {
            for &name in names {
                if let Ok(view) = container.tensors.tensor(name) {
                    let tensor = safetensors_file::tensor(name, &view, &Device::Cpu)?;
                    return Ok(Some((name, tensor)));
                }
            }
            Ok(None)
        };
        let need = |names: &[&'static str]| {
            find(names)?.ok_or_else(|| Error::from(missing(&names.join(" or "))))
        };
        let (_, x) = need(&["x"])?;
        let (condition_name, condition) = need(&["cond", "cues"])?;
        let (_, prediction) = need(&["eps", "v"])?;
        let harmony = find(&["harmony"])?.map(|(_, harmony)| harmony);
        let steps = diffusion_steps(container)?;
        let batch = x.dims().first().copied().unwrap_or(0);
        let fits = x.rank() == 4
            && condition.rank() == 3
            && (1..=MAX_BATCH).contains(&batch)
            && condition.dim(0)? == batch
            && steps.len() == batch
            && prediction.dims() == x.dims()
            && harmony
                .as_ref()
                .is_none_or(|harmony| harmony.dims().first() == Some(&batch));
        if !fits {
            return Err(Error::value(
                format!(
                    "x {:?}, t [{}], {condition_name} {:?} and a prediction {:?}",
                    x.dims(),
                    steps.len(),
                    condition.dims(),
                    prediction.dims()
                ),
                "x [batch, 2, steps, pitches], t [batch], cond [batch, tokens, width] or cues \
                 [batch, beats, width], and eps or v in the shape of x",
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            x,
            steps,
            condition,
            is_cues: condition_name == "cues",
            harmony,
            prediction,
        })
    }

    /// Runs the recorded inputs through `model`, sample by sample, and compares the predictions.
    ///
    /// # Errors
    /// Returns an error if the inputs do not fit the model.
    pub fn compare(&self, model: &Model) -> Result<Deviation> {
        let [_, channels, steps, pitches] = model.roll_shape();
        if self.x.dims()[1..] != [channels, steps, pitches] {
            return Err(self.misfit(
                format!("recorded rolls of shape {:?}", &self.x.dims()[1..]),
                format!(
                    "{:?}, the shape of the model's rolls",
                    [channels, steps, pitches]
                ),
            ));
        }
        let limit = model.schedule().steps();
        if let Some(step) = self.steps.iter().find(|&&step| step >= limit) {
            return Err(self.misfit(
                format!("diffusion step {step}"),
                format!("a step below {limit}, the length of the model's schedule"),
            ));
        }
        let (mut absolute, mut largest) = (0.0_f64, 0.0_f64);
        for (i, &step) in self.steps.iter().enumerate() {
            let sample = |tensor: &Tensor| tensor.narrow(0, i, 1)?.to_device(model.device());
            let rows = sample(&self.condition)?;
            let condition = if self.is_cues {
                let harmony = self.harmony.as_ref().map(sample).transpose()?;
                model.cue_condition(CueRows {
                    cues: &rows,
                    harmony: harmony.as_ref(),
                })?
            } else {
                model.context_condition(rows, None)
            };
            let prepared = model.prepare(&[&condition])?;
            let found = model.predict(&sample(&self.x)?, step, &prepared)?;
            let expected = sample(&self.prediction)?;
            let maximum = |tensor: Tensor| -> Result<f64> {
                Ok(f64::from(
                    tensor.abs()?.flatten_all()?.max(0)?.to_scalar::<f32>()?,
                ))
            };
            absolute = absolute.max(maximum((found - &expected)?)?);
            largest = largest.max(maximum(expected)?);
        }
        Ok(Deviation {
            absolute,
            relative: absolute / largest.max(f64::MIN_POSITIVE),
        })
    }

    fn misfit(&self, found: String, expected: String) -> Error {
        Fault::new(found, expected).in_file(&self.path)
    }
}

fn missing(names: &str) -> Fault {
    Fault::new(
        format!("no tensor {names}"),
        "a recorded pass with x, t, cond or cues, and eps or v",
    )
}

/// Reads `t`; PyTorch writes 64-bit integers, other tools 32-bit ones.
fn diffusion_steps(container: &Container<'_>) -> Result<Vec<usize>, Fault> {
    let view = container.tensors.tensor("t").map_err(|_| missing("t"))?;
    let data = view.data();
    let steps: Vec<i64> = match view.dtype() {
        Dtype::I64 => data
            .as_chunks::<8>()
            .0
            .iter()
            .map(|b| i64::from_le_bytes(*b))
            .collect(),
        Dtype::I32 => {
            let words = data.as_chunks::<4>().0.iter();
            words.map(|b| i64::from(i32::from_le_bytes(*b))).collect()
        }
        other => {
            return Err(Fault::new(
                format!("t of type {other:?}"),
                "64-bit or 32-bit integers",
            ));
        }
    };
    steps
        .into_iter()
        .map(|step| {
            usize::try_from(step).map_err(|_| Fault::new(format!("t = {step}"), "at least 0"))
        })
        .collect()
}
