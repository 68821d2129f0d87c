//! Networks of the `cues` family: a recorded pass and a recorded draft of each.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use candle_core::{Device, Tensor};
use diff_bgm::diffusion::config::ModelConfig;
use diff_bgm::diffusion::cue_encoder::CueRows;
use diff_bgm::diffusion::guidance::GuidedModel;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::sampler::{SamplerSettings, Sampling};
use diff_bgm::formats::safetensors_file::Container;

use crate::formula::formula_model;
use crate::{assert_close, fixture};

const PLAIN: &str = "cues.safetensors";
const WITH_HARMONY: &str = "cues-harmony.safetensors";
const HARMONY_BASE: u32 = 3000;

/// Returns the model without parts that is kept beside the built-in one.
fn plain_model() -> Model {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cues.safetensors");
    Model::load(&path, &Device::Cpu).unwrap()
}

/// Returns a narrow network with harmony and attention over time, with formula weights.
fn harmony_model() -> Model {
    let bytes = include_bytes!("../fixtures/cues-harmony.safetensors");
    let container = Container::parse(bytes).unwrap();
    let config = ModelConfig::from_json(&container.metadata["config"]).unwrap();
    formula_model(&config, HARMONY_BASE).0
}

/// Returns sample `i` of a recorded tensor, or `None` if it was not recorded.
fn sample(recorded: &HashMap<String, Tensor>, name: &str, i: usize) -> Option<Tensor> {
    let tensor = recorded.get(name)?;
    Some(tensor.narrow(0, i, 1).unwrap())
}

fn assert_recorded_prediction(model: &Model, name: &str) {
    let recorded = fixture(name);
    let steps = recorded["t"].to_vec1::<i64>().unwrap();
    for (i, &step) in steps.iter().enumerate() {
        let sample = |name| sample(&recorded, name, i);
        let (cues, harmony) = (sample("cues").unwrap(), sample("harmony"));
        let rows = CueRows {
            cues: &cues,
            harmony: harmony.as_ref(),
        };
        let condition = model.cue_condition(rows).unwrap();
        let prepared = model.prepare(&[&condition]).unwrap();
        let x = sample("x").unwrap();
        let v = model.predict(&x, step as usize, &prepared).unwrap();
        assert_close("v", &v, &sample("v").unwrap(), 1e-4);
    }
}

fn assert_recorded_draft(model: &Model, name: &str) {
    let recorded = fixture(name);
    let harmony = sample(&recorded, "harmony", 0);
    let cues = sample(&recorded, "cues", 0).unwrap();
    let condition = |cues: &Tensor| {
        let harmony = harmony.as_ref();
        model.cue_condition(CueRows { cues, harmony }).unwrap()
    };
    let (condition, free) = (condition(&cues), condition(&cues.zeros_like().unwrap()));
    let guided = GuidedModel::new(model, &condition, &free, 1.5, Some((-0.1, 1.1))).unwrap();

    let timesteps: Vec<usize> = recorded["timesteps"]
        .to_vec1::<i64>()
        .unwrap()
        .into_iter()
        .map(|t| t as usize)
        .collect();
    assert_eq!(model.schedule().spaced_steps(20), timesteps);

    // The recorded run starts from x_T itself; our sampler scales noise to get it.
    let scale = model.schedule().sqrt_1m_alpha_bar[999];
    let noise = (&recorded["x_T"] / f64::from(scale)).unwrap();
    let mut on_step = |_, _| ControlFlow::Continue(());
    let draft = Sampling {
        denoiser: &guided,
        schedule: model.schedule(),
        settings: SamplerSettings {
            steps: 20,
            ..SamplerSettings::default()
        },
        noise: &|_| Ok(noise.clone()),
        kept: None,
        on_step: &mut on_step,
    }
    .run()
    .unwrap();
    assert_close("draft", &draft, &recorded["draft"], 1e-3);
}

#[test]
fn the_model_of_the_family_cues_predicts_what_was_recorded() {
    assert_recorded_prediction(&plain_model(), PLAIN);
}

#[test]
fn the_model_of_the_family_cues_drafts_what_was_recorded() {
    assert_recorded_draft(&plain_model(), PLAIN);
}

#[test]
fn a_network_with_harmony_and_attention_over_time_predicts_what_was_recorded() {
    assert_recorded_prediction(&harmony_model(), WITH_HARMONY);
}

#[test]
fn a_network_with_harmony_and_attention_over_time_drafts_what_was_recorded() {
    assert_recorded_draft(&harmony_model(), WITH_HARMONY);
}
