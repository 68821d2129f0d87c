//! An array of numbers as files store it: element type, shape and bytes.

use std::fmt::Display;

use half::{bf16, f16};
use safetensors::tensor::{Dtype, TensorView};

use crate::error::Fault;

/// The most dimensions that an array may have.
pub(crate) const MAX_DIMENSIONS: usize = 32;

/// An array whose elements are in row-major order and little-endian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawTensor {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Vec<u8>,
}

/// Returns the size in bytes of an array of this type and shape.
///
/// # Errors
/// Returns an error if elements are narrower than a byte, there are more than [`MAX_DIMENSIONS`], or the size overflows.
pub(crate) fn byte_length(dtype: Dtype, shape: &[usize]) -> Result<usize, Fault> {
    if !dtype.bitsize().is_multiple_of(8) {
        return Err(Fault::new(
            format!("elements of type {dtype}"),
            "elements of whole bytes",
        ));
    }
    if shape.len() > MAX_DIMENSIONS {
        return Err(Fault::new(
            format!("{} dimensions", shape.len()),
            format!("at most {MAX_DIMENSIONS}"),
        ));
    }
    shape
        .iter()
        .try_fold(dtype.bitsize() / 8, |bytes, &size| bytes.checked_mul(size))
        .ok_or_else(|| {
            Fault::new(
                format!("an array of shape {shape:?}"),
                "a shape that fits in memory",
            )
        })
}

/// Copies a strided array of `shape` from `data` into row-major order.
///
/// Elements have `width` bytes; neighbours along each dimension lie `strides` elements apart.
///
/// # Panics
/// Panics if the strides lead beyond the data.
pub(crate) fn gather(data: &[u8], width: usize, shape: &[usize], strides: &[usize]) -> Vec<u8> {
    let length = width * shape.iter().product::<usize>();
    let mut bytes = Vec::with_capacity(length);
    let mut index = vec![0; shape.len()];
    while bytes.len() < length {
        let place: usize = index.iter().zip(strides).map(|(i, s)| i * s).sum();
        bytes.extend_from_slice(&data[place * width..(place + 1) * width]);
        for (position, &size) in index.iter_mut().zip(shape).rev() {
            *position += 1;
            if *position < size {
                break;
            }
            *position = 0;
        }
    }
    bytes
}

impl RawTensor {
    /// Makes an array from its parts.
    ///
    /// # Errors
    /// Returns an error if `bytes` does not have the length that type and shape require.
    pub(crate) fn new(dtype: Dtype, shape: Vec<usize>, bytes: Vec<u8>) -> Result<Self, Fault> {
        let expected = byte_length(dtype, &shape)?;
        if bytes.len() != expected {
            return Err(Fault::new(
                format!("{} bytes of data", bytes.len()),
                format!("{expected} for {dtype} of shape {shape:?}"),
            ));
        }
        Ok(Self {
            dtype,
            shape,
            bytes,
        })
    }

    /// Makes an array of `f32`.
    ///
    /// # Errors
    /// Returns an error if the number of values is not the product of `shape`.
    pub fn from_f32(shape: Vec<usize>, values: &[f32]) -> Result<Self, Fault> {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        Self::new(Dtype::F32, shape, bytes)
    }

    /// Makes a one-dimensional array of `f64`.
    pub fn from_f64_list(values: &[f64]) -> Self {
        Self {
            dtype: Dtype::F64,
            shape: vec![values.len()],
            bytes: values.iter().flat_map(|v| v.to_le_bytes()).collect(),
        }
    }

    /// Returns the element type.
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Returns the sizes of the dimensions, outermost first.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns the elements, row-major and little-endian.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the number of elements.
    pub fn element_count(&self) -> usize {
        self.shape.iter().product()
    }

    /// Returns the same elements under another shape.
    ///
    /// # Errors
    /// Returns an error if the shape has another number of elements.
    pub fn reshaped(self, shape: Vec<usize>) -> Result<Self, Fault> {
        Self::new(self.dtype, shape, self.bytes)
    }

    /// Converts the elements to `f32`, rounding wider types.
    ///
    /// # Errors
    /// Returns an error if the elements are not real numbers.
    pub fn to_f32(&self) -> Result<Vec<f32>, Fault> {
        Ok(match self.dtype {
            Dtype::F32 => self.map(f32::from_le_bytes),
            Dtype::F16 => self.map(|b| f16::from_le_bytes(b).to_f32()),
            Dtype::BF16 => self.map(|b| bf16::from_le_bytes(b).to_f32()),
            Dtype::F64 => self.map(|b| f64::from_le_bytes(b) as f32),
            Dtype::U64 => self.map(|b| u64::from_le_bytes(b) as f32),
            _ => self.to_i64()?.into_iter().map(|v| v as f32).collect(),
        })
    }

    /// Converts the elements to `f64`.
    ///
    /// # Errors
    /// Returns an error if the elements are not real numbers.
    pub(crate) fn to_f64(&self) -> Result<Vec<f64>, Fault> {
        Ok(match self.dtype {
            Dtype::F64 => self.map(f64::from_le_bytes),
            Dtype::F32 | Dtype::F16 | Dtype::BF16 => {
                self.to_f32()?.into_iter().map(f64::from).collect()
            }
            _ => self.to_i64()?.into_iter().map(|v| v as f64).collect(),
        })
    }

    /// Converts the elements to `i64`; booleans become 0 and 1.
    ///
    /// # Errors
    /// Returns an error if the elements are not integers, or one exceeds `i64`.
    pub fn to_i64(&self) -> Result<Vec<i64>, Fault> {
        Ok(match self.dtype {
            Dtype::I64 => self.map(i64::from_le_bytes),
            Dtype::I32 => self.map(|b| i32::from_le_bytes(b).into()),
            Dtype::I16 => self.map(|b| i16::from_le_bytes(b).into()),
            Dtype::I8 => self.map(|b| i8::from_le_bytes(b).into()),
            Dtype::U32 => self.map(|b| u32::from_le_bytes(b).into()),
            Dtype::U16 => self.map(|b| u16::from_le_bytes(b).into()),
            Dtype::U8 => self.map(|[b]: [u8; 1]| b.into()),
            Dtype::BOOL => self.map(|[b]: [u8; 1]| i64::from(b != 0)),
            Dtype::U64 => self
                .map(u64::from_le_bytes)
                .into_iter()
                .map(|v| i64::try_from(v).map_err(|_| wrong_element(v, "a number below 2^63")))
                .collect::<Result<_, _>>()?,
            other => {
                return Err(wrong_element(
                    format!("elements of type {other}"),
                    "integers",
                ));
            }
        })
    }

    fn map<const N: usize, T>(&self, element: impl Fn([u8; N]) -> T) -> Vec<T> {
        let (elements, _) = self.bytes.as_chunks::<N>();
        elements.iter().map(|&bytes| element(bytes)).collect()
    }
}

fn wrong_element(found: impl Display, expected: &str) -> Fault {
    Fault::new(found.to_string(), expected)
}

impl From<&TensorView<'_>> for RawTensor {
    fn from(view: &TensorView<'_>) -> Self {
        Self {
            dtype: view.dtype(),
            shape: view.shape().to_vec(),
            bytes: view.data().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_of_every_width_convert_to_the_same_f32() {
        let value = -1.5f32;
        for (dtype, bytes) in [
            (Dtype::F16, f16::from_f32(value).to_le_bytes().to_vec()),
            (Dtype::BF16, bf16::from_f32(value).to_le_bytes().to_vec()),
            (Dtype::F32, value.to_le_bytes().to_vec()),
            (Dtype::F64, f64::from(value).to_le_bytes().to_vec()),
        ] {
            let tensor = RawTensor::new(dtype, vec![1], bytes).unwrap();
            assert_eq!(tensor.to_f32().unwrap(), [value]);
            assert_eq!(tensor.to_f64().unwrap(), [f64::from(value)]);
            assert!(tensor.to_i64().is_err());
        }
    }

    #[test]
    fn signed_integers_keep_their_sign() {
        let tensor = RawTensor::new(Dtype::I16, vec![2], vec![0xFF, 0xFF, 2, 1]).unwrap();
        assert_eq!(tensor.to_i64().unwrap(), [-1, 258]);
        assert_eq!(tensor.to_f32().unwrap(), [-1.0, 258.0]);
    }

    #[test]
    fn bytes_that_do_not_match_the_shape_are_refused() {
        assert!(RawTensor::new(Dtype::F32, vec![2, 2], vec![0; 15]).is_err());
        assert!(RawTensor::new(Dtype::F32, vec![usize::MAX, 8], vec![]).is_err());
        assert!(RawTensor::new(Dtype::F32, vec![1; 100], vec![0; 4]).is_err());
    }
}
