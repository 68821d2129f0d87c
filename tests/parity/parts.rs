//! The `parts` family: a pass of the network, the spacing of the solver's steps, and two whole drafts, as recorded with
//! PyTorch for the built-in weights.

use std::path::Path;

use candle_core::Device;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::recording::Recording;

use crate::fixture;

const TOLERANCE: f64 = 1e-4;

fn model() -> Model {
    Model::built_in(&Device::Cpu).unwrap()
}

fn recording() -> Recording {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    Recording::read(&folder.join("parts.safetensors")).unwrap()
}

#[test]
fn a_pass_gives_the_recorded_answer() {
    let deviation = recording().compare(&model()).unwrap();
    assert!(deviation.relative < TOLERANCE, "{deviation:?}");
}

#[test]
fn drafts_on_recorded_noise_come_out_as_recorded() {
    let drafts = recording().compare_drafts(&model()).unwrap();
    assert_eq!(drafts.len(), 2);
    for (name, deviation) in drafts {
        assert!(deviation.relative < TOLERANCE, "{name}: {deviation:?}");
    }
}

#[test]
fn the_solvers_steps_are_spaced_as_recorded() {
    let recorded = fixture("parts.safetensors").remove("timesteps").unwrap();
    let recorded: Vec<i64> = (recorded.to_dtype(candle_core::DType::I64).unwrap())
        .to_vec1()
        .unwrap();
    let steps = model().schedule().karras_steps(10);
    assert_eq!(
        steps.iter().map(|&t| t as i64).collect::<Vec<_>>(),
        recorded
    );
}
