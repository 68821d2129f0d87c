//! Bounded reading of safetensors containers, which models and clip features are stored in.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};

use crate::error::{Error, Fault, Result};

/// The longest header that is read, in bytes; the published network's has 60 thousand.
const MAX_HEADER_BYTES: u64 = 8 << 20;
/// The most tensors in a file.
const MAX_TENSORS: usize = 20_000;

/// A parsed container over its bytes.
pub struct Container<'a> {
    /// The tensors.
    pub tensors: SafeTensors<'a>,
    /// The file's own key and value pairs.
    pub metadata: HashMap<String, String>,
}

/// Reads a file of at most `max_bytes`.
///
/// # Errors
/// When the file cannot be read or is larger.
pub fn read_bounded(path: &Path, max_bytes: u64) -> Result<Vec<u8>> {
    let size = fs::metadata(path).map_err(Error::io(path))?.len();
    if size > max_bytes {
        return Err(Fault::new(
            format!("{size} bytes"),
            format!("at most {max_bytes} bytes"),
        )
        .in_file(path));
    }
    fs::read(path).map_err(Error::io(path))
}

impl<'a> Container<'a> {
    /// Parses the header and checks it against the bytes that follow.
    ///
    /// # Errors
    /// When the bytes are no safetensors container or exceed the limits above.
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
    /// When there is none or another.
    pub fn expect_format(&self, format: &str) -> Result<(), Fault> {
        match self.metadata.get("format") {
            Some(found) if found == format => Ok(()),
            found => Err(Fault::new(
                found.map_or("no format in the metadata".into(), |found| {
                    format!("format «{found}»")
                }),
                format!("format «{format}»"),
            )),
        }
    }
}

/// The numbers of a floating-point tensor in single precision.
///
/// # Errors
/// When the tensor holds another kind of number, or one that is not finite.
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
        Some(place) => Err(Fault::new(
            format!("{} at place {place} of {name}", values[place]),
            "finite numbers",
        )),
    }
}

/// A floating-point tensor in single precision on `device`.
///
/// # Errors
/// As for [`floats`].
pub fn tensor(name: &str, view: &TensorView<'_>, device: &Device) -> Result<Tensor> {
    let values = floats(name, view)?;
    Ok(Tensor::from_vec(values, view.shape(), device)?.to_dtype(DType::F32)?)
}
