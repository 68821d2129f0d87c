//! Recorded passes of a network, to check that a converted checkpoint gives the same numbers in this implementation.

mod drafts;

use std::path::{Path, PathBuf};

use candle_core::{Device, Tensor};
use safetensors::Dtype;

use crate::diffusion::condition::Condition;
use crate::diffusion::cue_encoder::CueRows;
use crate::diffusion::model::Model;
use crate::diffusion::parts_encoder::PartsRows;
use crate::error::{Error, Fault, Result};
use crate::formats::bounded_file::read_bounded;
use crate::formats::safetensors_file::{self, Container};
use drafts::RecordedDraft;

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
    condition: RecordedCondition,
    /// The recorded prediction (`eps`, `v` or `out`), in the shape of `x`.
    prediction: Tensor,
    /// Whole drafts sampled for the first sample, if recorded.
    drafts: Vec<RecordedDraft>,
}

/// The condition of a batch, as the family takes it.
#[derive(Debug)]
enum RecordedCondition {
    /// Encoded context `[batch, tokens, d_cond]` (`cond`).
    Context(Tensor),
    /// Cue rows `[batch, beats, 2·cues]` (`cues`), and harmony rows `[batch, beats, 25]` if recorded.
    Cues {
        rows: Tensor,
        harmony: Option<Tensor>,
    },
    /// Rows `[batch, beats, 23]` (`row`), harmony rows, the music to keep `[batch, 4, steps, pitches]` (`known`)
    /// and where it stays `[batch, parts, beats]` (`mask`).
    Parts {
        rows: Tensor,
        harmony: Option<Tensor>,
        known: Tensor,
        mask: Tensor,
    },
}

impl RecordedCondition {
    fn all(&self) -> Vec<&Tensor> {
        match self {
            Self::Context(context) => vec![context],
            Self::Cues { rows, harmony } => [rows].into_iter().chain(harmony).collect(),
            Self::Parts {
                rows,
                harmony,
                known,
                mask,
            } => [rows, known, mask].into_iter().chain(harmony).collect(),
        }
    }

    /// Encodes one sample; `sample` takes it out of a batch.
    fn encode(
        &self,
        model: &Model,
        sample: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
    ) -> Result<Condition> {
        match self {
            Self::Context(context) => Ok(model.context_condition(sample(context)?, None)),
            Self::Cues { rows, harmony } => model.cue_condition(CueRows {
                cues: &sample(rows)?,
                harmony: harmony.as_ref().map(sample).transpose()?.as_ref(),
            }),
            Self::Parts {
                rows,
                harmony,
                known,
                mask,
            } => model.parts_condition(PartsRows {
                rows: &sample(rows)?,
                harmony: harmony.as_ref().map(&sample).transpose()?.as_ref(),
                known: &sample(known)?,
                mask: &sample(mask)?,
            }),
        }
    }
}

/// The difference between two predictions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Deviation {
    /// The largest absolute difference.
    pub absolute: f64,
    /// The largest absolute difference, divided by the largest recorded value.
    pub relative: f64,
}

impl Deviation {
    fn of(absolute: f64, largest: f64) -> Self {
        Self {
            absolute,
            relative: absolute / largest.max(f64::MIN_POSITIVE),
        }
    }
}

/// Returns the largest absolute value.
fn maximum(tensor: &Tensor) -> Result<f64> {
    let largest = tensor.abs()?.flatten_all()?.max(0)?;
    Ok(f64::from(largest.to_scalar::<f32>()?))
}

impl Recording {
    /// Reads `x`, `t`, `cond`, `cues` or `row`, and `eps`, `v` or `out` from a safetensors file, with what belongs to them.
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
        let (condition_name, rows) = need(&["cond", "cues", "row"])?;
        let (_, prediction) = need(&["eps", "v", "out"])?;
        let harmony = find(&["harmony"])?.map(|(_, harmony)| harmony);
        let condition = match condition_name {
            "cond" => RecordedCondition::Context(rows),
            "cues" => RecordedCondition::Cues { rows, harmony },
            _ => RecordedCondition::Parts {
                rows,
                harmony,
                known: need(&["known"])?.1,
                mask: need(&["mask"])?.1,
            },
        };
        let steps = diffusion_steps(container)?;
        let batch = x.dims().first().copied().unwrap_or(0);
        let fits = x.rank() == 4
            && (1..=MAX_BATCH).contains(&batch)
            && steps.len() == batch
            && prediction.dims() == x.dims()
            && (condition.all().into_iter()).all(|rows| rows.dims().first() == Some(&batch));
        if !fits {
            return Err(Error::value(
                format!(
                    "x {:?}, t [{}], {condition_name} {:?} and a prediction {:?}",
                    x.dims(),
                    steps.len(),
                    condition.all()[0].dims(),
                    prediction.dims()
                ),
                "x [batch, planes, steps, pitches], t [batch], cond [batch, tokens, width], cues or row \
                 [batch, beats, width], and eps, v or out in the shape of x",
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            x,
            steps,
            condition,
            prediction,
            drafts: drafts::read(find)?,
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
            let condition = self.condition.encode(model, sample)?;
            let prepared = model.prepare(&[&condition])?;
            let found = model.predict(&sample(&self.x)?, step, &prepared)?;
            let expected = sample(&self.prediction)?;
            absolute = absolute.max(maximum(&(found - &expected)?)?);
            largest = largest.max(maximum(&expected)?);
        }
        Ok(Deviation::of(absolute, largest))
    }

    fn misfit(&self, found: String, expected: String) -> Error {
        Fault::new(found, expected).in_file(&self.path)
    }
}

fn missing(names: &str) -> Fault {
    Fault::new(
        format!("no tensor {names}"),
        "a recorded pass with x, t, cond, cues or row, and eps, v or out",
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
