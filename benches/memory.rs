//! Measures the memory of a process that generates one draft after another: `cargo bench --bench memory -- [DRAFTS]`
//! (default 100). Linux only.

use std::ops::ControlFlow;
use std::path::Path;
use std::{env, fs};

use candle_core::Device;
use diff_bgm::diffusion::model::Model;
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{Settings, generate};
use diff_bgm::time::Bars;

/// The draft after which memory is the baseline for later drafts.
const LEVEL_AT: u64 = 5;

fn main() {
    let given = env::args().skip(1).find_map(|number| number.parse().ok());
    let drafts: u64 = given.unwrap_or(100);
    let clip = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    let clip = ClipFeatures::read(&clip).expect("the demo clip");
    let model = Model::built_in(&Device::Cpu).expect("the built-in model");
    let mut baseline = None;
    for seed in 1..=drafts {
        let settings = Settings {
            seed,
            bars: Some(Bars(8)),
            ..Settings::for_family(model.config().cond_type)
        };
        generate(&model, &clip, &settings, &mut |_| ControlFlow::Continue(())).expect("a draft");
        if seed % LEVEL_AT == 0 {
            let resident = kilobytes("VmRSS");
            let baseline = *baseline.get_or_insert(resident);
            println!(
                "{seed} drafts: {resident} kB resident, {:+} kB since draft {LEVEL_AT}",
                resident - baseline
            );
        }
    }
    println!("peak: {} kB", kilobytes("VmHWM"));
}

/// Returns the line `name` of this process's `/proc/self/status`, in kilobytes.
fn kilobytes(name: &str) -> i64 {
    let status = fs::read_to_string("/proc/self/status").expect("a Linux system");
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|number| number.parse().ok())
        .expect("a number of kilobytes")
}
