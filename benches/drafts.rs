//! Times a pass of the built-in model, and whole drafts at the default settings.

use std::ops::ControlFlow;
use std::path::Path;

use candle_core::{Device, Tensor};
use diff_bgm::diffusion::model::Model;
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{Settings, generate};
use diff_bgm::time::{Bars, Tempo};
use divan::Bencher;

fn main() {
    divan::main();
}

fn model() -> Model {
    Model::built_in(&Device::Cpu).unwrap()
}

/// A batch of 1 is a pass without guidance, one of 2 a pass with it.
#[divan::bench(args = [1, 2], max_time = 3)]
fn pass(bencher: Bencher, batch: usize) {
    let model = model();
    let [_, channels, steps, pitches] = model.roll_shape();
    let shape = [batch, channels, steps, pitches];
    let x = Tensor::randn(0f32, 1.0, &shape, &Device::Cpu).unwrap();
    let free = model.null_condition().unwrap();
    let condition = model.prepare(&vec![&free; batch]).unwrap();
    bencher.bench(|| model.predict(&x, 500, &condition).unwrap());
}

/// 90 bars are three minutes at 120 BPM.
#[divan::bench(args = [8, 20, 44, 90], sample_count = 3, sample_size = 1)]
fn bars(bencher: Bencher, bars: u32) {
    let model = model();
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    let clip = ClipFeatures::read(&clip).unwrap();
    let settings = Settings {
        tempo_map: Tempo::new(120.0).unwrap().into(),
        bars: Some(Bars(bars)),
        ..Settings::for_family(model.config().cond_type)
    };
    let mut go_on = |_| ControlFlow::Continue(());
    bencher.bench_local(|| generate(&model, &clip, &settings, &mut go_on).unwrap());
}
