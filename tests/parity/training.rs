//! Training steps give the same losses, gradients, weights and averages as PyTorch.

use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use diff_bgm::diffusion::config::{ConditionKind, ModelConfig};
use diff_bgm::formats::safetensors_file::Container;
use diff_bgm::train::batch::{Batch, Conditions};
use diff_bgm::train::dropout::Dropout;
use diff_bgm::train::loss::loss;
use diff_bgm::train::optimizer::{AdamW, gradients};
use diff_bgm::train::settings::TrainSettings;
use diff_bgm::train::trainer::{StepReport, Trainer};
use diff_bgm::train::variables::{Named, Variables};
use serde_json::Value;

use crate::formula::{formula_weights, uniform};
use crate::{assert_close, fixture};

/// The recorded families and their fixtures.
const CUES: &str = "training-steps.safetensors";
const PARTS: &str = "training-steps-parts.safetensors";
const FORMULA_BASE: u32 = 3000;
/// The formula stream at which the given gradients of a step start.
const GIVEN_BASE: u32 = 100_000;
/// What the given gradients of each step are multiplied by.
const SCALES: [f64; 3] = [2e-3, 5e-4, 3e-3];
/// Tolerance of updates by given gradients, in learning rates; relative for updates above 1.
const GIVEN_TOLERANCE: f32 = 1e-4;
/// Tolerances of the three steps on music. The later steps include the rounding errors of those before.
const MUSIC_TOLERANCES: [f32; 3] = [5e-4, 4e-2, 4e-2];

fn metadata(file: &str, name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let bytes = fs::read(folder.join(file)).unwrap();
    Container::parse(&bytes).unwrap().metadata[name].clone()
}

fn config(file: &str) -> ModelConfig {
    ModelConfig::from_json(&metadata(file, "config")).unwrap()
}

/// Returns the settings of the run `music` or `given`.
fn settings(file: &str, run: &str) -> TrainSettings {
    let optimizer: Value = serde_json::from_str(&metadata(file, "optimizer")).unwrap();
    let of_run = &optimizer[run];
    let ours = TrainSettings::ours();
    TrainSettings {
        steps: SCALES.len() as u64,
        learning_rate: of_run["rate"].as_f64().unwrap(),
        warm_up_steps: of_run["warm_up_steps"].as_u64().unwrap(),
        cosine: of_run["cosine"].as_bool().unwrap(),
        gradient_norm: of_run["gradient_norm"].as_f64().unwrap(),
        optimizer: AdamW {
            weight_decay: optimizer["weight_decay"].as_f64().unwrap(),
            ..ours.optimizer
        },
        dropout: Dropout::NONE,
        ..ours
    }
}

/// Returns batch `k`, with its own music, noise and diffusion steps; batches alternate between the orders of the two
/// conditions.
fn batch(file: &str, k: u32) -> Batch {
    let recorded = fixture(file);
    let config = config(file);
    let shape = (2, config.planes(), 128, 80);
    let steps = recorded["t"].to_vec2::<i64>().unwrap();
    let ones = uniform(10 * k + 1, 1.0, shape).gt(0.8).unwrap();
    let turned = |name: &str| {
        let [first, second] = [0, 1].map(|row| recorded[name].narrow(0, row, 1).unwrap());
        let rows = if k.is_multiple_of(2) {
            [first, second]
        } else {
            [second, first]
        };
        Tensor::cat(&rows, 0).unwrap()
    };
    Batch {
        x_0: ones.to_dtype(DType::F32).unwrap(),
        noise: uniform(10 * k + 2, 3f64.sqrt(), shape),
        diffusion_steps: steps[k as usize]
            .iter()
            .map(|&step| step as usize)
            .collect(),
        conditions: match config.cond_type {
            ConditionKind::Parts => Conditions::Parts {
                rows: turned("rows"),
                harmony: turned("harmony"),
                mask: turned("mask"),
            },
            _ => Conditions::Cues {
                cues: turned("cues"),
                harmony: Some(turned("harmony")),
            },
        },
    }
}

fn variables(file: &str, device: &Device) -> Variables {
    let config = config(file);
    let (weights, _) = formula_weights(&config, FORMULA_BASE);
    Variables::from_tensors(&config, &weights, device).unwrap()
}

/// Returns the tensors recorded under names that start with `kind`.
fn recorded(file: &str, kind: &str) -> Vec<(String, Tensor)> {
    let all = fixture(file).into_iter();
    let named: Vec<(String, Tensor)> = all
        .filter_map(|(name, tensor)| Some((name.strip_prefix(kind)?.to_owned(), tensor)))
        .collect();
    assert!(named.len() > 5);
    named
}

/// Takes the steps of a run with `step` and compares the norms, the rates, and the changes of the weights and their average
/// with those recorded.
///
/// `places` returns the elements of a layer at which changes were recorded, from its name, its number of elements and the
/// number of places.
fn takes_the_recorded_steps(
    file: &str,
    run: &str,
    step: impl Fn(&mut Trainer, u32) -> StepReport,
    places: impl Fn(&str, usize, usize) -> Vec<u32>,
    tolerances: [f32; 3],
) {
    let fixture = fixture(file);
    let numbers = |name: &str| fixture[&format!("{run}/{name}")].to_vec1::<f32>().unwrap();
    let (norms, rates) = (numbers("gradient_norm"), numbers("rate"));
    let mut trainer = Trainer::new(
        config(file),
        settings(file, run),
        variables(file, &Device::Cpu),
        &Device::Cpu,
    )
    .unwrap();
    let start = trainer.checkpoint().unwrap();
    let mut before = start.weights.clone();
    for k in 0..SCALES.len() {
        let report = step(&mut trainer, k as u32);
        for (name, found, expected) in [
            ("norm", report.gradient_norm, norms[k]),
            ("rate", report.rate, rates[k]),
        ] {
            let error = (found as f32 / expected - 1.0).abs();
            assert!(
                error < tolerances[k],
                "{run}, {name} {k}: {found}, not {expected}"
            );
        }
        let after = trainer.checkpoint().unwrap();
        let compare = |row: usize, found: &Named<Tensor>, before: &Named<Tensor>| {
            for (name, moved) in recorded(file, &format!("{run}/moved/")) {
                let expected = moved.get(row).unwrap().to_vec1::<f32>().unwrap();
                let change = ((&found[&name] - &before[&name]).unwrap() / f64::from(rates[k]))
                    .unwrap()
                    .flatten_all()
                    .unwrap();
                let at = places(&name, change.elem_count(), expected.len());
                let at = Tensor::from_vec(at, expected.len(), &Device::Cpu).unwrap();
                let found = change
                    .index_select(&at, 0)
                    .unwrap()
                    .to_vec1::<f32>()
                    .unwrap();
                for (found, expected) in found.iter().zip(&expected) {
                    assert!(
                        (found - expected).abs() < tolerances[k] * expected.abs().max(1.0),
                        "{run}, {name} {row}: {found}, not {expected}"
                    );
                }
            }
        };
        compare(k, &after.weights, &before);
        if k + 1 == SCALES.len() {
            compare(k + 1, &after.ema, &start.weights);
        }
        before = after.weights;
    }
}

fn loss_and_gradients_are_reproduced(file: &str) {
    let variables = variables(file, &Device::Cpu);
    let loss = loss(&variables.model().unwrap(), &batch(file, 0), &Device::Cpu).unwrap();
    let expected = &fixture(file)["loss"];
    assert_close("loss", &loss.reshape(1).unwrap(), expected, 1e-4);
    let found = gradients(variables.vars(), &loss.backward().unwrap()).unwrap();
    let without = variables
        .vars()
        .keys()
        .filter(|name| !found.contains_key(*name));
    assert_eq!(without.collect::<Vec<_>>(), Vec::<&String>::new());
    for (name, expected) in recorded(file, "gradient/") {
        // Winograd convolutions have larger rounding errors than direct ones, and gradients cancel.
        assert_close(&name, &found[&name], &expected, 5e-4);
    }
}

fn takes_the_recorded_steps_on_music(file: &str) {
    let recorded = fixture(file);
    let step = |trainer: &mut Trainer, k: u32| trainer.step(&batch(file, k)).unwrap();
    let places = |name: &str, _: usize, _: usize| {
        recorded[&format!("places/{name}")]
            .to_vec1::<u32>()
            .unwrap()
    };
    takes_the_recorded_steps(file, "music", step, places, MUSIC_TOLERANCES);
}

#[test]
fn loss_and_gradients_of_every_kind_of_layer_are_reproduced() {
    loss_and_gradients_are_reproduced(CUES);
}

#[test]
fn loss_and_gradients_of_a_network_in_parts_are_reproduced() {
    loss_and_gradients_are_reproduced(PARTS);
}

#[test]
fn given_gradients_change_the_weights_and_their_average_as_in_pytorch() {
    let step = |trainer: &mut Trainer, k: u32| {
        let weights = trainer.checkpoint().unwrap().weights;
        let gradient = |(j, (name, weight)): (usize, (&String, &Tensor))| {
            let stream = GIVEN_BASE * (k + 1) + j as u32;
            let gradient = uniform(stream, 1.0, weight.dims()) * SCALES[k as usize];
            (name.clone(), gradient.unwrap())
        };
        let gradients = weights.iter().enumerate().map(gradient).collect();
        trainer.descend(0.5, gradients).unwrap()
    };
    let places = |_: &str, elements: usize, count: usize| -> Vec<u32> {
        (0..count).map(|i| (i * elements / count) as u32).collect()
    };
    takes_the_recorded_steps(CUES, "given", step, places, [GIVEN_TOLERANCE; 3]);
}

#[test]
fn steps_on_music_change_the_weights_with_large_gradients_as_in_pytorch() {
    takes_the_recorded_steps_on_music(CUES);
}

#[test]
fn steps_on_music_change_the_weights_of_a_network_in_parts_as_in_pytorch() {
    takes_the_recorded_steps_on_music(PARTS);
}

#[cfg(feature = "cuda")]
#[test]
fn a_step_on_a_gpu_matches_one_on_the_cpu() {
    let settings = settings(CUES, "music");
    let after = |device: &Device| {
        let variables = variables(CUES, device);
        let mut trainer = Trainer::new(config(CUES), settings.clone(), variables, device).unwrap();
        let report = trainer.step(&batch(CUES, 0)).unwrap();
        (report, trainer.checkpoint().unwrap().weights)
    };
    let (on_cpu, expected) = after(&Device::Cpu);
    let (on_gpu, found) = after(&Device::new_cuda(0).unwrap());
    assert!((on_gpu.loss - on_cpu.loss).abs() < 1e-4 * on_cpu.loss);
    assert!((on_gpu.gradient_norm - on_cpu.gradient_norm).abs() < 1e-3 * on_cpu.gradient_norm);
    for (name, moved) in recorded(CUES, "music/moved/") {
        let at = fixture(CUES)[&format!("places/{name}")].clone();
        let [found, expected] = [&found, &expected].map(|weights| {
            let weight = weights[&name].to_device(&Device::Cpu).unwrap();
            weight.flatten_all().unwrap().index_select(&at, 0).unwrap()
        });
        let difference = (found - expected).unwrap().abs().unwrap().max(0).unwrap();
        let largest = difference.to_scalar::<f32>().unwrap();
        let tolerance = MUSIC_TOLERANCES[0] * on_cpu.rate as f32;
        assert!(largest < tolerance, "{name}, {:?}: {largest}", moved.dims());
    }
}
