//! The built-in model with few steps, for tests of the music that it makes.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use candle_core::Device;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::sampler::{SamplerKind, SamplerSettings};
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{Progress, Settings};
use diff_bgm::time::{Bars, Tempo};

pub(crate) static MODEL: LazyLock<Model> = LazyLock::new(|| Model::built_in(&Device::Cpu).unwrap());

/// Returns half a minute of a film.
pub(crate) fn clip() -> ClipFeatures {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    ClipFeatures::read(&path).unwrap()
}

/// Returns settings of 100 BPM and three steps.
pub(crate) fn few_steps(bars: Option<u32>) -> Settings {
    Settings {
        tempo_map: Tempo::new(100.0).unwrap().into(),
        bars: bars.map(Bars),
        sampler: SamplerSettings {
            kind: SamplerKind::SdeDpmSolver,
            steps: 3,
            ..SamplerSettings::default()
        },
        ..Settings::for_family(MODEL.config().cond_type)
    }
}

pub(crate) fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}
