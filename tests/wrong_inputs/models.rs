//! Folders of models that are incomplete, damaged or of another model, made from the small ones of the tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use diff_bgm::formats::raw_tensor::RawTensor;
use diff_bgm::formats::safetensors_file::{Container, encode};
use serde_json::{Value, json};

/// Copies a small model to `folder/name`.
fn copy(folder: &Path, model: &str, name: &str) -> PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/models")
        .join(model);
    let to = folder.join(name);
    fs::create_dir(&to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    to
}

/// Changes a value of a model's configuration; `place` names sections and the key.
fn configure(folder: &Path, file: &str, place: &[&str], value: Value) {
    let path = folder.join(file);
    let mut config: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let target = place
        .iter()
        .fold(&mut config, |config, key| &mut config[*key]);
    *target = value;
    fs::write(path, config.to_string()).unwrap();
}

/// Replaces the weights of the projection in a file by a tensor of the same shape.
fn replace_projection(path: &Path, made: impl Fn(Vec<usize>) -> RawTensor) {
    let bytes = fs::read(path).unwrap();
    let file = Container::parse(&bytes).unwrap();
    let mut tensors: BTreeMap<String, RawTensor> = (file.tensors.tensors().into_iter())
        .map(|(name, view)| (name, RawTensor::from(&view)))
        .collect();
    let projection = tensors.get_mut("visual_projection.weight").unwrap();
    *projection = made(projection.shape().to_vec());
    fs::write(path, encode(&BTreeMap::new(), &tensors)).unwrap();
}

/// Returns a tensor of whole numbers, as numpy writes them.
fn whole_numbers(shape: &[usize]) -> RawTensor {
    let count: usize = shape.iter().product();
    let header = format!("{{'descr': '<i4', 'fortran_order': False, 'shape': ({count},), }}\n");
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + 4 * count, 0);
    let numbers = diff_bgm::formats::npy::parse(&bytes).unwrap();
    numbers.reshaped(shape.to_vec()).unwrap()
}

fn cut(path: PathBuf, by: usize) {
    let bytes = fs::read(&path).unwrap();
    fs::write(path, &bytes[..bytes.len() - by]).unwrap();
}

/// Writes all of them to `folder`.
pub(crate) fn write(folder: &Path) {
    for model in ["clip", "blip", "bert", "bert-768"] {
        copy(folder, model, model);
    }
    let make = |model, name| copy(folder, model, name);
    let weights = "model.safetensors";

    fs::create_dir(folder.join("empty")).unwrap();
    fs::write(make("clip", "broken-config").join("config.json"), "{").unwrap();
    configure(
        &make("clip", "no-type"),
        "config.json",
        &["model_type"],
        Value::Null,
    );
    fs::remove_file(make("clip", "no-weights").join(weights)).unwrap();
    let pickle = make("clip", "pickle");
    fs::rename(pickle.join(weights), pickle.join("pytorch_model.bin")).unwrap();
    cut(make("clip", "cut-weights").join(weights), 1000);
    fs::write(make("clip", "empty-weights").join(weights), "").unwrap();
    fs::write(
        make("clip", "text-weights").join(weights),
        "These are not the weights of a network.",
    )
    .unwrap();
    replace_projection(&make("clip", "nan-weights").join(weights), |shape| {
        let count = shape.iter().product();
        RawTensor::from_f32(shape, &vec![f32::NAN; count]).unwrap()
    });
    replace_projection(&make("clip", "whole-weights").join(weights), |shape| {
        whole_numbers(&shape)
    });

    let second = "model-00002-of-00004.safetensors";
    fs::remove_file(make("blip", "missing-shard").join(second)).unwrap();
    cut(make("blip", "cut-shard").join(second), 1);
    let index = "model.safetensors.index.json";
    fs::write(make("blip", "broken-index").join(index), "[]").unwrap();
    let outside = json!({"a": "../bert/model.safetensors"});
    configure(
        &make("blip", "outside-shard"),
        index,
        &["weight_map"],
        outside,
    );
    let mixed = make("blip", "mixed-shards");
    fs::copy(
        mixed.join("model-00001-of-00004.safetensors"),
        mixed.join(second),
    )
    .unwrap();

    for (name, place, value) in [
        ("wide", &["vision_config", "hidden_size"][..], json!(64)),
        ("deep", &["vision_config", "num_hidden_layers"], json!(3)),
        ("shallow", &["vision_config", "num_hidden_layers"], json!(1)),
        (
            "other-activation",
            &["vision_config", "hidden_act"],
            json!("gelu_new"),
        ),
        (
            "odd-heads",
            &["vision_config", "num_attention_heads"],
            json!(5),
        ),
        (
            "absurd",
            &["vision_config", "hidden_size"],
            json!(64_000_000),
        ),
        ("odd-patches", &["vision_config", "patch_size"], json!(7)),
        (
            "large-pictures",
            &["vision_config", "image_size"],
            json!(64),
        ),
        (
            "word-size",
            &["vision_config", "hidden_size"],
            json!("large"),
        ),
        ("other-projection", &["projection_dim"], json!(64)),
    ] {
        configure(&make("clip", name), "config.json", place, value);
    }
    // As large as a configuration may ask for; the tensors alone would fill 200 GB.
    let huge = make("clip", "huge");
    for (key, value) in [
        ("hidden_size", 8192),
        ("intermediate_size", 32_768),
        ("num_hidden_layers", 64),
    ] {
        configure(&huge, "config.json", &["vision_config", key], json!(value));
    }
    configure(
        &make("blip", "other-end"),
        "config.json",
        &["text_config", "sep_token_id"],
        json!(4),
    );
    configure(
        &make("blip", "no-such-token"),
        "config.json",
        &["text_config", "bos_token_id"],
        json!(900),
    );

    let processor = "preprocessor_config.json";
    fs::write(make("clip", "broken-processor").join(processor), "pictures").unwrap();
    for (name, place, value) in [
        (
            "other-crop",
            "crop_size",
            json!({"height": 16, "width": 16}),
        ),
        ("no-resize", "do_resize", json!(false)),
        ("nearest", "resample", json!(0)),
        ("flat-pictures", "image_std", json!([0.0, 1.0, 1.0])),
    ] {
        configure(&make("clip", name), processor, &[place], value);
    }

    let words = "tokenizer.json";
    fs::remove_file(make("bert-768", "no-words").join(words)).unwrap();
    fs::write(make("bert-768", "text-words").join(words), "the of and to").unwrap();
    let other = make("bert-768", "other-words");
    fs::copy(folder.join("clip").join(words), other.join(words)).unwrap();
    let other = make("clip", "few-words");
    fs::copy(folder.join("bert").join(words), other.join(words)).unwrap();
}
