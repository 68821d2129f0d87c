//! A tiny network in parts with fresh weights, for tests of what surrounds it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use candle_core::Device;
use diff_bgm::diffusion::config::ModelConfig;
use diff_bgm::formats::raw_tensor::RawTensor;
use diff_bgm::formats::safetensors_file::{Container, encode};
use diff_bgm::train::variables::Variables;
use serde_json::{Value, json};

/// Writes a tiny model of the family `parts`, with the cues of the one in `models/`. It paints about a quarter of all cells.
pub(crate) fn write(folder: &Path) -> PathBuf {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/default.safetensors");
    let bytes = fs::read(models).unwrap();
    let text = Container::parse(&bytes).unwrap().metadata["config"].clone();
    let mut config: Value = serde_json::from_str(&text).unwrap();
    let smaller = json!({
        "channels": 32, "channel_multipliers": [1, 1], "attention_levels": [1], "time_attention_levels": [],
        "d_cond": 32, "cue_encoder": [64, 32, 32],
    });
    for (key, value) in smaller.as_object().unwrap() {
        config[key] = value.clone();
    }
    let text = config.to_string();
    let variables =
        Variables::fresh(&ModelConfig::from_json(&text).unwrap(), 1, &Device::Cpu).unwrap();
    let tensors: BTreeMap<String, RawTensor> = (variables.vars().iter())
        .map(|(name, var)| {
            let mut values: Vec<f32> = var.flatten_all().unwrap().to_vec1().unwrap();
            if name == "unet.out.2.bias" {
                values.fill(1.7);
            }
            let tensor = RawTensor::from_f32(var.dims().to_vec(), &values).unwrap();
            (name.clone(), tensor)
        })
        .collect();
    let metadata = BTreeMap::from([
        ("format".to_owned(), "diff-bgm/1".to_owned()),
        ("config".to_owned(), text),
    ]);
    let path = folder.join("tiny.safetensors");
    fs::write(&path, encode(&metadata, &tensors)).unwrap();
    path
}
