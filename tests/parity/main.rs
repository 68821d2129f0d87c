//! Networks, samplers and training give the numbers recorded with their PyTorch reference implementations.
//!
//! Most fixtures were recorded with weights that follow a formula, so that no weights need to be stored.

mod checkpoint;
mod cues;
mod formula;
mod inpaint;
mod network;
mod parts;
mod sampling;
mod training;

use std::collections::HashMap;
use std::path::PathBuf;

use candle_core::{Device, Tensor};

/// Loads the tensors of a file in `tests/fixtures`.
fn fixture(name: &str) -> HashMap<String, Tensor> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    candle_core::safetensors::load(path, &Device::Cpu).unwrap()
}

/// Panics unless every value is within `tolerance`, relative to the largest expected value.
fn assert_close(name: &str, found: &Tensor, expected: &Tensor, tolerance: f64) {
    assert_eq!(found.dims(), expected.dims(), "shape of {name}");
    let values = |tensor: &Tensor| tensor.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let (found, expected) = (values(found), values(expected));
    let largest = expected
        .iter()
        .fold(0.0, |max: f32, value| max.max(value.abs()));
    let error = found
        .iter()
        .zip(&expected)
        .map(|(found, expected)| (found - expected).abs())
        .fold(0.0, |max: f32, error| {
            if error.is_nan() {
                f32::NAN
            } else {
                max.max(error)
            }
        });
    assert!(
        f64::from(error) <= tolerance * f64::from(largest),
        "{name}: largest error {error}, largest value {largest}"
    );
}
