//! Safetensors containers, in which models, clips, songs and training checkpoints are stored.
//!
//! Reading is bounded: a header may have at most 8 MiB, a file at most 20,000 tensors; callers limit the file's size.
//! Writing gives the same bytes for the same contents.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::{Map, Value, json};

use crate::error::{Fault, Result};
use crate::formats::atomic_file;
use crate::formats::raw_tensor::RawTensor;

/// The longest header that is read, in bytes; the published network's has 60,000.
pub(super) const MAX_HEADER_BYTES: u64 = 8 << 20;
/// The most tensors in a file.
pub(super) const MAX_TENSORS: usize = 20_000;

/// A parsed container, which borrows the bytes of its file.
pub struct Container<'a> {
    /// The tensors.
    pub tensors: SafeTensors<'a>,
    /// The file's metadata: its `__metadata__` pairs.
    pub metadata: HashMap<String, String>,
}

impl<'a> Container<'a> {
    /// Parses the header and checks it against the bytes that follow.
    ///
    /// # Errors
    /// Returns an error if the bytes are not a safetensors container or exceed a limit of this module.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let expected = "a safetensors file";
        let header_bytes = bytes
            .first_chunk::<8>()
            .map(|length| u64::from_le_bytes(*length))
            .ok_or_else(|| Fault::new(format!("{} bytes", bytes.len()), expected))?;
        if header_bytes > MAX_HEADER_BYTES {
            return Err(Fault::new(
                format!("a header of {header_bytes} bytes"),
                format!("{expected} with a header of at most {MAX_HEADER_BYTES} bytes"),
            ));
        }
        let broken = |error| Fault::new(format!("a broken container ({error})"), expected);
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(broken)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(broken)?;
        if tensors.len() > MAX_TENSORS {
            return Err(Fault::new(
                format!("{} tensors", tensors.len()),
                format!("at most {MAX_TENSORS} tensors"),
            ));
        }
        Ok(Self {
            tensors,
            metadata: header.metadata().clone().unwrap_or_default(),
        })
    }

    /// Checks that the metadata's `format` is the expected one.
    ///
    /// # Errors
    /// Returns an error if the format is missing or another one.
    pub fn expect_format(&self, format: &str) -> Result<(), Fault> {
        match self.metadata.get("format") {
            Some(found) if found == format => Ok(()),
            found => Err(Fault::new(
                found.map_or("no `format` in the metadata".into(), |found| {
                    describe(found)
                }),
                describe(format),
            )),
        }
    }
}

/// Describes the kind of file that `format` stands for.
fn describe(format: &str) -> String {
    let kind = match format.split_once('/') {
        Some(("diff-bgm", _)) => "a model file",
        Some(("diff-bgm-clip", _)) => "a clip file",
        Some(("diff-bgm-training", _)) => "a training checkpoint",
        Some(("diff-bgm-music", _)) => "a training cache",
        _ => "a file of another kind",
    };
    format!("{kind} (`{format}`)")
}

/// Converts a floating-point tensor to `f32`; `name` is its name for messages.
///
/// # Errors
/// Returns an error if the tensor is not floating-point, or a value is not finite.
pub fn floats(name: &str, view: &TensorView<'_>) -> Result<Vec<f32>, Fault> {
    fn each<const N: usize>(data: &[u8], convert: impl Fn([u8; N]) -> f32) -> Vec<f32> {
        data.as_chunks::<N>()
            .0
            .iter()
            .map(|bytes| convert(*bytes))
            .collect()
    }
    let values = match view.dtype() {
        Dtype::F32 => each(view.data(), f32::from_le_bytes),
        Dtype::F16 => each(view.data(), |bytes| f16::from_le_bytes(bytes).to_f32()),
        Dtype::BF16 => each(view.data(), |bytes| bf16::from_le_bytes(bytes).to_f32()),
        Dtype::F64 => each(view.data(), |bytes| f64::from_le_bytes(bytes) as f32),
        other => {
            return Err(Fault::new(
                format!("{name} of type {other:?}"),
                "floating-point numbers",
            ));
        }
    };
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(values),
        Some(index) => Err(Fault::new(
            format!("{} at index {index} of {name}", values[index]),
            "finite numbers",
        )),
    }
}

/// Converts a floating-point tensor to an `f32` tensor on `device`.
///
/// # Errors
/// As for [`floats`].
pub fn tensor(name: &str, view: &TensorView<'_>, device: &Device) -> Result<Tensor> {
    let values = floats(name, view)?;
    Ok(Tensor::from_vec(values, view.shape(), device)?.to_dtype(DType::F32)?)
}

/// Encodes a file as bytes that depend only on its contents.
///
/// The `safetensors` crate writes the metadata in random order, so the header is written here.
pub fn encode(
    metadata: &BTreeMap<String, String>,
    tensors: &BTreeMap<String, RawTensor>,
) -> Vec<u8> {
    // Widest elements first, so that every tensor is aligned to its element size.
    let mut order: Vec<_> = tensors.iter().collect();
    order.sort_by_key(|(name, tensor)| (Reverse(tensor.dtype().bitsize()), *name));

    let mut header = Map::new();
    header.insert("__metadata__".to_owned(), json!(metadata));
    let mut offset = 0;
    for (name, tensor) in &order {
        let end = offset + tensor.bytes().len();
        header.insert(
            (*name).clone(),
            json!({ "dtype": tensor.dtype(), "shape": tensor.shape(), "data_offsets": [offset, end] }),
        );
        offset = end;
    }
    let mut header = Value::Object(header).to_string().into_bytes();
    header.resize(header.len().next_multiple_of(8), b' ');

    let mut bytes = Vec::with_capacity(8 + header.len() + offset);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header);
    for (_, tensor) in order {
        bytes.extend_from_slice(tensor.bytes());
    }
    bytes
}

/// Writes the bytes of an encoded file atomically.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    atomic_file::write_bytes(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents() -> (BTreeMap<String, String>, BTreeMap<String, RawTensor>) {
        let metadata = ["one", "two", "three", "four"].map(|key| (key.to_owned(), "x".to_owned()));
        let half = RawTensor::new(Dtype::F16, vec![3], vec![1, 2, 3, 4, 5, 6]).unwrap();
        let tensors = [
            ("a".to_owned(), half),
            (
                "b".to_owned(),
                RawTensor::from_f32(vec![2, 1], &[1.0, 2.0]).unwrap(),
            ),
            ("c".to_owned(), RawTensor::from_f64_list(&[])),
        ];
        (metadata.into(), tensors.into())
    }

    #[test]
    fn a_file_is_read_back_as_written_and_always_has_the_same_bytes() {
        let (metadata, tensors) = contents();
        let bytes = encode(&metadata, &tensors);
        assert_eq!(encode(&metadata, &tensors), bytes);

        let file = Container::parse(&bytes).unwrap();
        assert_eq!(file.metadata, metadata.into_iter().collect());
        assert_eq!(file.tensors.len(), tensors.len());
        for (name, tensor) in &tensors {
            assert_eq!(
                RawTensor::from(&file.tensors.tensor(name).unwrap()),
                *tensor
            );
        }
    }

    #[test]
    fn a_file_of_another_format_is_named_by_its_kind() {
        let metadata = [("format".to_owned(), "diff-bgm-clip/1".to_owned())].into();
        let bytes = encode(&metadata, &BTreeMap::new());
        let fault = Container::parse(&bytes)
            .unwrap()
            .expect_format("diff-bgm/1")
            .unwrap_err();
        assert_eq!(
            fault.to_string(),
            "a clip file (`diff-bgm-clip/1`); expected a model file (`diff-bgm/1`)"
        );
    }

    #[test]
    fn every_truncation_is_refused() {
        let (metadata, tensors) = contents();
        let bytes = encode(&metadata, &tensors);
        for length in 0..bytes.len() {
            assert!(Container::parse(&bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_header_over_the_limit_is_refused_before_it_is_parsed() {
        let mut bytes = (MAX_HEADER_BYTES + 8).to_le_bytes().to_vec();
        bytes.resize(bytes.len() + MAX_HEADER_BYTES as usize + 8, b' ');
        let fault = Container::parse(&bytes).err().unwrap();
        assert!(fault.expected.contains("header of at most"), "{fault}");
    }
}
