//! The published schedule, single sampling steps and whole sampling loops.

use std::ops::ControlFlow;

use candle_core::{IndexOp, Tensor};
use diff_bgm::diffusion::condition::Condition;
use diff_bgm::diffusion::config::ModelConfig;
use diff_bgm::diffusion::guidance::GuidedModel;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::noise::NoiseUse;
use diff_bgm::diffusion::sampler::{Kept, SamplerKind, SamplerSettings, Sampling, ddpm_step};
use diff_bgm::diffusion::schedule::Schedule;
use diff_bgm::{Error, Result};

use crate::formula::formula_model;
use crate::network::{TINY_BASE, tiny_config};
use crate::{assert_close, fixture};

const STEP_TOLERANCE: f64 = 1e-4;
const LOOP_TOLERANCE: f64 = 1e-3;
const GUIDANCE_SCALE: f64 = 5.0;

#[test]
fn every_array_of_the_schedule_is_reproduced() {
    let recorded = fixture("schedule.safetensors");
    let schedule = Schedule::scaled_linear(0.00085, 0.012, 1000);
    let arrays = [
        ("alpha_bar", &schedule.alpha_bar),
        ("beta", &schedule.beta),
        ("log_var", &schedule.log_var),
        ("mean_x0_coef", &schedule.mean_x0_coef),
        ("mean_xt_coef", &schedule.mean_xt_coef),
        ("sqrt_1m_alpha_bar", &schedule.sqrt_1m_alpha_bar),
        ("sqrt_alpha_bar", &schedule.sqrt_alpha_bar),
        ("sqrt_recip_alpha_bar", &schedule.sqrt_recip_alpha_bar),
        ("sqrt_recip_m1_alpha_bar", &schedule.sqrt_recip_m1_alpha_bar),
    ];
    assert_eq!(recorded.len(), arrays.len());
    for (name, found) in arrays {
        let expected = recorded[name].to_vec1::<f32>().unwrap();
        assert_eq!(found.len(), expected.len());
        for (t, (found, expected)) in found.iter().zip(&expected).enumerate() {
            let error = (found - expected).abs();
            assert!(
                error <= 1e-5 * expected.abs(),
                "{name}[{t}]: {found}, not {expected}"
            );
        }
    }
}

/// Returns the recorded pair of conditions for the small network.
fn pair(model: &Model, high: &Tensor, low: &Tensor) -> Condition {
    model.context_condition(high.clone(), Some(low.clone()))
}

#[test]
fn single_steps_of_the_published_sampler_are_reproduced() {
    let recorded = fixture("p_sample.safetensors");
    let (model, _) = formula_model(&tiny_config(), TINY_BASE);
    let condition = pair(&model, &recorded["cond_high"], &recorded["cond_low"]);
    let free = model.null_like(&condition).unwrap();
    let guided = GuidedModel::new(&model, &condition, &free, GUIDANCE_SCALE, None).unwrap();
    for t in [998, 201, 200, 1, 0] {
        let at = |name: &str| &recorded[&format!("{t}.{name}")];
        let eps = guided.predict(at("x"), t).unwrap();
        assert_close("eps", &eps, at("eps"), STEP_TOLERANCE);
        let x0 = model.x0(at("x"), &eps, t).unwrap();
        assert_close("x0", &x0, at("x0"), STEP_TOLERANCE);
        let noise = (t > 0).then(|| at("noise"));
        let x_prev = ddpm_step(model.schedule(), at("x"), &x0, t, noise).unwrap();
        assert_close("x_prev", &x_prev, at("x_prev"), STEP_TOLERANCE);
    }
}

/// Runs the recorded loop `name` on its 20-step schedule.
fn paint(name: &str) {
    let recorded = fixture(name);
    let config = ModelConfig {
        n_steps: 20,
        ..tiny_config()
    };
    // The formula numbers tensors by the order of their names, so a shorter schedule does not change the weights.
    let (model, _) = formula_model(&config, TINY_BASE);
    let condition = pair(&model, &recorded["cond_high"], &recorded["cond_low"]);
    let free = model.null_like(&condition).unwrap();
    let guided = GuidedModel::new(&model, &condition, &free, GUIDANCE_SCALE, None).unwrap();
    let noise = |noise_use| -> Result<Tensor> {
        Ok(match noise_use {
            NoiseUse::Start => recorded["noise_T"].clone(),
            NoiseUse::Step(t) => recorded["noise"].i(18 - t as usize)?.unsqueeze(0)?,
            other => unreachable!("the published sampler does not use {other:?}"),
        })
    };
    let kept = Kept {
        original: recorded["orig"].clone(),
        mask: recorded["mask"].clone(),
    };
    let mut on_step = |_, _| ControlFlow::Continue(());
    let x_0 = Sampling {
        denoiser: &guided,
        schedule: model.schedule(),
        settings: SamplerSettings {
            kind: SamplerKind::Ddpm,
            steps: 0,
            eta: 0.0,
            churn: 1.0,
            temperature: 1.0,
        },
        noise: &noise,
        kept: Some(&kept),
        on_step: &mut on_step,
    }
    .run()
    .unwrap();
    assert_close(name, &x_0, &recorded["x_0"], LOOP_TOLERANCE);
}

#[test]
fn the_published_loop_generates_what_was_recorded() {
    paint("paint_generate.safetensors");
}

#[test]
fn the_published_loop_inpaints_what_was_recorded() {
    paint("paint_inpaint.safetensors");
}

#[test]
fn breaking_in_on_step_cancels_the_run() {
    let (model, _) = formula_model(&tiny_config(), TINY_BASE);
    let null = model.null_condition().unwrap();
    let guided = GuidedModel::new(&model, &null, &null, 1.0, None).unwrap();
    for kind in SamplerKind::ALL {
        let mut reports = Vec::new();
        let mut on_step = |done, count| {
            reports.push((done, count));
            if done == 2 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let result = Sampling {
            denoiser: &guided,
            schedule: model.schedule(),
            settings: SamplerSettings {
                kind,
                steps: 10,
                eta: 0.5,
                churn: 1.0,
                temperature: 1.0,
            },
            noise: &|_| {
                Ok(Tensor::ones(
                    (1, 2, 32, 32),
                    candle_core::DType::F32,
                    model.device(),
                )?)
            },
            kept: None,
            on_step: &mut on_step,
        }
        .run();
        assert!(matches!(result, Err(Error::Cancelled)), "{kind}");
        let count = if kind == SamplerKind::Ddpm { 999 } else { 10 };
        assert_eq!(reports, [(0, count), (1, count), (2, count)], "{kind}");
    }
}

#[test]
fn few_step_samplers_leave_kept_cells_exactly_as_they_were() {
    let (model, _) = formula_model(&tiny_config(), TINY_BASE);
    let null = model.null_condition().unwrap();
    let guided = GuidedModel::new(&model, &null, &null, 1.0, Some((-0.1, 1.1))).unwrap();
    let recorded = fixture("paint_inpaint.safetensors");
    let kept = Kept {
        original: recorded["orig"].clone(),
        mask: recorded["mask"].clone(),
    };
    for (kind, eta) in [
        (SamplerKind::Ddim, 0.0),
        (SamplerKind::Ddim, 1.0),
        (SamplerKind::DpmSolver, 0.0),
    ] {
        let mut on_step = |_, _| ControlFlow::Continue(());
        let x_0 = Sampling {
            denoiser: &guided,
            schedule: model.schedule(),
            settings: SamplerSettings {
                kind,
                steps: 4,
                eta,
                churn: 1.0,
                temperature: 1.0,
            },
            noise: &|_| Ok(recorded["noise_T"].clone()),
            kept: Some(&kept),
            on_step: &mut on_step,
        }
        .run()
        .unwrap();
        let inside = (&x_0 * &kept.mask).unwrap();
        let original = (&kept.original * &kept.mask).unwrap();
        assert_close("kept cells", &inside, &original, 0.0);
    }
}
