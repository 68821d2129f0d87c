//! Conversion of published checkpoints to model files.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use candle_core::Device;
use diff_bgm::diffusion::convert::convert;
use diff_bgm::diffusion::model::Model;
use diff_bgm::formats::raw_tensor::RawTensor;
use diff_bgm::formats::safetensors_file::Container;

/// A model of the family `cues`, as a source of weights that match a configuration.
const MODEL: &[u8] = include_bytes!("../models/cues.safetensors");

/// Returns a model file's tensors by name, and its configuration.
fn contents(bytes: &[u8]) -> (BTreeMap<String, RawTensor>, String) {
    let file = Container::parse(bytes).unwrap();
    let tensors = file.tensors.iter();
    (
        tensors
            .map(|(name, view)| (name.to_owned(), RawTensor::from(&view)))
            .collect(),
        file.metadata["config"].clone(),
    )
}

/// Writes what `torch.save({"step": 1, "model": {…}})` writes for half-precision tensors.
fn torch_archive(tensors: &BTreeMap<String, RawTensor>) -> Vec<u8> {
    let text = |text: &str| {
        [
            b"X",
            (text.len() as u32).to_le_bytes().as_slice(),
            text.as_bytes(),
        ]
        .concat()
    };
    let int = |value: usize| [b"J".as_slice(), &(value as i32).to_le_bytes()].concat();
    let ints = |values: &[usize]| {
        let values: Vec<u8> = values.iter().flat_map(|&value| int(value)).collect();
        [b"(", values.as_slice(), b"t"].concat()
    };
    let mut pickle = [
        b"\x80\x02}(",
        text("step").as_slice(),
        &int(1),
        &text("model"),
        b"}(",
    ]
    .concat();
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (storage, (name, tensor)) in tensors.iter().enumerate() {
        let mut strides = vec![1; tensor.shape().len()];
        for dimension in (1..strides.len()).rev() {
            strides[dimension - 1] = strides[dimension] * tensor.shape()[dimension];
        }
        pickle.extend(text(name));
        pickle.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
        pickle.extend(text("storage"));
        pickle.extend(b"ctorch\nHalfStorage\n");
        pickle.extend(
            [
                text(&storage.to_string()),
                text("cpu"),
                int(tensor.element_count()),
            ]
            .concat(),
        );
        pickle.extend(
            [
                b"tQ",
                int(0).as_slice(),
                &ints(tensor.shape()),
                &ints(&strides),
            ]
            .concat(),
        );
        pickle.extend(b"\x89NtR");
        archive
            .start_file(format!("weights/data/{storage}"), stored)
            .unwrap();
        archive.write_all(tensor.bytes()).unwrap();
    }
    pickle.extend(b"uu.");
    archive.start_file("weights/data.pkl", stored).unwrap();
    archive.write_all(&pickle).unwrap();
    archive.finish().unwrap().into_inner()
}

/// Makes the folder of a training run with the built-in model's weights.
fn training_run() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (tensors, config) = contents(MODEL);
    fs::create_dir(folder.path().join("chkpts")).unwrap();
    fs::write(folder.path().join("params.json"), config).unwrap();
    fs::write(
        folder.path().join("chkpts/weights_best.pt"),
        torch_archive(&tensors),
    )
    .unwrap();
    folder
}

#[test]
fn a_training_run_becomes_a_model_with_the_same_weights_and_settings() {
    let run = training_run();
    let output = run.path().join("model.safetensors");
    let conversion = convert(run.path(), None, &output).unwrap();
    assert_eq!(conversion.skipped, ["step"]);
    assert_eq!(
        conversion.weights,
        run.path().join("chkpts/weights_best.pt")
    );
    let bytes = fs::read(&output).unwrap();
    assert!(contents(&bytes) == contents(MODEL));

    let model = Model::load(&output, &Device::Cpu).unwrap();
    assert_eq!(model.parameters(), conversion.parameters);

    let again = run.path().join("again.safetensors");
    convert(&conversion.weights, None, &again).unwrap();
    assert!(fs::read(&again).unwrap() == bytes, "two conversions differ");
}

#[test]
fn an_incomplete_run_is_refused_by_name_and_writes_no_file() {
    let fails = |change: &dyn Fn(&Path), named: &str| {
        let run = training_run();
        change(run.path());
        let before = files(run.path());
        let output = run.path().join("model.safetensors");
        let message = convert(run.path(), None, &output).unwrap_err().to_string();
        assert!(message.contains(named), "{named}: {message}");
        assert_eq!(files(run.path()), before);
    };
    let weights = "chkpts/weights_best.pt";
    fails(
        &|run| fs::remove_file(run.join(weights)).unwrap(),
        "without weights",
    );
    fails(
        &|run| fs::remove_file(run.join("params.json")).unwrap(),
        "--params",
    );
    fails(
        &|run| fs::write(run.join("params.json"), "{}").unwrap(),
        "params.json",
    );
    fails(
        &|run| fs::write(run.join("params.json"), [0xFF]).unwrap(),
        "params.json",
    );
    fails(
        &|run| fs::write(run.join(weights), "weights").unwrap(),
        "torch.save",
    );
    fails(
        &|run| {
            let (mut tensors, _) = contents(MODEL);
            tensors.pop_first();
            fs::write(run.join(weights), torch_archive(&tensors)).unwrap();
        },
        "missing",
    );
    fails(
        &|run| {
            let (mut tensors, _) = contents(MODEL);
            let (name, tensor) = tensors.pop_last().unwrap();
            let elements = tensor.element_count();
            tensors.insert(name, tensor.reshaped(vec![1, 1, elements]).unwrap());
            fs::write(run.join(weights), torch_archive(&tensors)).unwrap();
        },
        "misshapen",
    );
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}
