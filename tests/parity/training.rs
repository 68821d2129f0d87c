//! One step of training gives the loss, gradients and weights that PyTorch's does.

use candle_core::{Device, Tensor};
use diff_bgm::diffusion::config::ModelConfig;
use diff_bgm::safetensors_file::Container;
use diff_bgm::train::dropout::Dropout;
use diff_bgm::train::examples::{Batch, Told};
use diff_bgm::train::optimizer::{AdamW, gradients};
use diff_bgm::train::settings::TrainSettings;
use diff_bgm::train::trainer::{Trainer, loss};
use diff_bgm::train::variables::Variables;

use crate::formula::{formula_weights, uniform};
use crate::{assert_close, fixture};

const FORMULA_BASE: u32 = 3000;

fn config() -> ModelConfig {
    let bytes = include_bytes!("../fixtures/training-step.safetensors");
    let container = Container::parse(bytes).unwrap();
    ModelConfig::from_json(&container.metadata["config"]).unwrap()
}

fn batch() -> Batch {
    let recorded = fixture("training-step.safetensors");
    let shape = (2, 2, 128, 80);
    let steps = recorded["t"].to_vec1::<i64>().unwrap();
    let ones = uniform(1, 1.0, shape).gt(0.8).unwrap();
    Batch {
        x_0: ones.to_dtype(candle_core::DType::F32).unwrap(),
        noise: uniform(2, 3f64.sqrt(), shape),
        diffusion_steps: steps.into_iter().map(|step| step as usize).collect(),
        told: Told::Cues {
            cues: recorded["cues"].clone(),
            harmony: Some(recorded["harmony"].clone()),
        },
    }
}

fn variables() -> Variables {
    let (weights, _) = formula_weights(&config(), FORMULA_BASE);
    Variables::from_tensors(&config(), &weights, &Device::Cpu).unwrap()
}

/// What was recorded under names that begin with `kind`.
fn recorded(kind: &str) -> Vec<(String, Tensor)> {
    let all = fixture("training-step.safetensors").into_iter();
    let named: Vec<(String, Tensor)> = all
        .filter_map(|(name, tensor)| Some((name.strip_prefix(kind)?.to_owned(), tensor)))
        .collect();
    assert!(named.len() > 10);
    named
}

#[test]
fn loss_and_gradients_of_every_kind_of_layer_are_reproduced() {
    let variables = variables();
    let loss = loss(&variables.model().unwrap(), &batch(), &Device::Cpu).unwrap();
    let expected = &fixture("training-step.safetensors")["loss"];
    assert_close("loss", &loss.reshape(1).unwrap(), expected, 1e-4);
    let found = gradients(variables.vars(), &loss.backward().unwrap()).unwrap();
    let without = variables
        .vars()
        .keys()
        .filter(|name| !found.contains_key(*name));
    assert_eq!(without.collect::<Vec<_>>(), Vec::<&String>::new());
    for (name, expected) in recorded("gradient/") {
        // Winograd convolutions round a little more than direct ones, and gradients cancel.
        assert_close(&name, &found[&name], &expected, 5e-4);
    }
}

#[test]
fn a_clipped_step_of_adamw_leads_to_the_recorded_weights() {
    let settings = TrainSettings {
        learning_rate: 1e-3,
        warm_up_steps: 0,
        cosine: false,
        optimizer: AdamW {
            betas: (0.9, 0.99),
            weight_decay: 0.01,
        },
        gradient_norm: 1.0,
        dropout: Dropout::NONE,
        ..TrainSettings::ours()
    };
    let mut trainer = Trainer::new(config(), settings, variables(), &Device::Cpu).unwrap();
    let report = trainer.step(&batch()).unwrap();
    let norm = Tensor::new(&[report.gradient_norm as f32], &Device::Cpu).unwrap();
    let expected = &fixture("training-step.safetensors")["gradient_norm"];
    assert_close("norm", &norm, expected, 1e-4);
    let weights = trainer.checkpoint().unwrap().weights;
    for (name, expected) in recorded("after/") {
        // A first step is the sign of each gradient, so rounding shows where a gradient is all but zero.
        let difference = (&weights[&name] - &expected).unwrap().abs().unwrap();
        let largest = difference.flatten_all().unwrap().max(0).unwrap();
        let largest = largest.to_scalar::<f32>().unwrap();
        assert!(largest < 1e-4, "{name}: {largest}");
    }
}
