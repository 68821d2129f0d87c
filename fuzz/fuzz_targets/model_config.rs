//! The configuration in a model file.
#![no_main]

use diff_bgm::diffusion::config::ModelConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = ModelConfig::from_json(text);
});
