//! The small models, what PyTorch computes with them, and the pictures that it was given.

use std::fs;
use std::path::{Path, PathBuf};

use diff_bgm::embeddings::Rgb;
use diff_bgm::formats::safetensors_file::{Container, floats};

/// Widths and heights of the pictures.
pub(crate) const SIZES: [(usize, usize); 6] =
    [(60, 45), (45, 64), (20, 24), (32, 32), (191, 33), (96, 54)];

/// Returns the folder of a small model.
pub(crate) fn model(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/models")
        .join(name)
}

/// Draws the picture of a size, as `make.py` does.
pub(crate) fn picture((width, height): (usize, usize)) -> Rgb {
    let level = |x: usize, y: usize, channel: usize| {
        ((x * x * 3 + y * 11 + x * y + channel * 70) / (1 + channel) % 256) as u8
    };
    let pixel = |at: usize| [0, 1, 2].map(|channel| level(at % width, at / width, channel));
    Rgb::new(width, (0..width * height).map(pixel).collect())
}

/// What PyTorch computes.
pub(crate) struct Expected(Vec<u8>);

impl Expected {
    pub(crate) fn read() -> Self {
        Self(fs::read(model("expected.safetensors")).unwrap())
    }

    pub(crate) fn numbers(&self, name: &str) -> Vec<f32> {
        let file = Container::parse(&self.0).unwrap();
        floats(name, &file.tensors.tensor(name).unwrap()).unwrap()
    }

    pub(crate) fn tokens(&self, name: &str) -> Vec<u32> {
        let file = Container::parse(&self.0).unwrap();
        let view = file.tensors.tensor(name).unwrap();
        let (numbers, _) = view.data().as_chunks::<8>();
        numbers
            .iter()
            .map(|bytes| i64::from_le_bytes(*bytes) as u32)
            .collect()
    }

    pub(crate) fn captions(&self) -> Vec<String> {
        let file = Container::parse(&self.0).unwrap();
        serde_json::from_str(&file.metadata["captions"]).unwrap()
    }
}

/// Asserts that numbers agree to 1e-4 of the largest.
pub(crate) fn assert_near(found: &[f32], expected: &[f32], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected
        .iter()
        .fold(0.0_f32, |largest, number| largest.max(number.abs()));
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let distance = (found - expected).abs();
        assert!(
            distance <= 1e-4 * largest,
            "{what}: number {at} is {found}, not {expected}"
        );
    }
}
