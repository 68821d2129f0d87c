//! The model in the box: a recorded pass and a recorded draft.

use std::ops::ControlFlow;

use candle_core::Device;
use diff_bgm::diffusion::guidance::GuidedModel;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::sampler::{SamplerKind, SamplerSettings, Sampling};

use crate::{assert_close, fixture};

#[test]
fn the_model_in_the_box_predicts_what_was_recorded() {
    let recorded = fixture("default_model.safetensors");
    let model = Model::in_the_box(&Device::Cpu).unwrap();
    let steps = recorded["t"].to_vec1::<i64>().unwrap();
    for (i, &step) in steps.iter().enumerate() {
        let sample = |name: &str| recorded[name].narrow(0, i, 1).unwrap();
        let condition = model.cue_condition(&sample("cues")).unwrap();
        let prepared = model.prepare(&[&condition]).unwrap();
        let v = model
            .predict(&sample("x"), step as usize, &prepared)
            .unwrap();
        assert_close("v", &v, &sample("v"), 1e-4);
    }
}

#[test]
fn the_model_in_the_box_drafts_what_was_recorded() {
    let recorded = fixture("default_model.safetensors");
    let model = Model::in_the_box(&Device::Cpu).unwrap();
    let cues = recorded["cues"].narrow(0, 0, 1).unwrap();
    let condition = model.cue_condition(&cues).unwrap();
    let guided = GuidedModel::new(&model, &condition, 1.5, Some((-0.1, 1.1))).unwrap();

    let timesteps: Vec<usize> = recorded["timesteps"]
        .to_vec1::<i64>()
        .unwrap()
        .into_iter()
        .map(|t| t as usize)
        .collect();
    assert_eq!(model.schedule().spaced_steps(20), timesteps);

    // The recorded run starts from x_T itself, which our sampler makes from noise.
    let scale = model.schedule().sqrt_1m_alpha_bar[999];
    let noise = (&recorded["x_T"] / f64::from(scale)).unwrap();
    let mut on_step = |_, _| ControlFlow::Continue(());
    let draft = Sampling {
        denoiser: &guided,
        schedule: model.schedule(),
        settings: SamplerSettings {
            kind: SamplerKind::DpmSolver,
            steps: 20,
            eta: 0.0,
            temperature: 1.0,
        },
        noise: &|_| Ok(noise.clone()),
        kept: None,
        on_step: &mut on_step,
    }
    .run()
    .unwrap();
    assert_close("draft", &draft, &recorded["draft"], 1e-3);
}
