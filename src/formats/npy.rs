//! Numpy's `.npy` arrays of numbers, format versions 1 to 3.
//!
//! A header may have at most 64 KiB, an array at most 32 dimensions. Format:
//! <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>.

mod header;
pub(crate) mod write;

use safetensors::tensor::Dtype;

use crate::error::Fault;
use crate::formats::raw_tensor::{RawTensor, byte_length, gather};

pub(crate) use header::Header;

/// Reads a whole `.npy` file and converts it to row-major, little-endian order.
///
/// # Errors
/// Returns an error if the bytes are not a `.npy` file of numbers, or do not have the length that its shape requires.
pub fn parse(bytes: &[u8]) -> Result<RawTensor, Fault> {
    let (header, data) = Header::parse(bytes)?;
    array(&header.element, &header.shape, header.fortran_order, data)
}

/// Builds an array from the parts that numpy stores.
///
/// `element` is numpy's name of the element type (such as `<f4`); `fortran_order` means that the first index varies
/// fastest in `data`.
///
/// # Errors
/// Returns an error if the elements are not numbers, or `data` does not have the length that type and shape require.
pub(crate) fn array(
    element: &str,
    shape: &[usize],
    fortran_order: bool,
    data: &[u8],
) -> Result<RawTensor, Fault> {
    let element = Element::parse(element)?;
    let expected = byte_length(element.dtype, shape)?;
    if data.len() != expected {
        return Err(Fault::new(
            format!("{} bytes of array data", data.len()),
            format!("{expected} for shape {shape:?}"),
        ));
    }
    let width = element.dtype.bitsize() / 8;
    let mut bytes = if fortran_order && !data.is_empty() {
        gather(data, width, shape, &column_major_strides(shape))
    } else {
        data.to_vec()
    };
    if element.big_endian {
        bytes.chunks_exact_mut(width).for_each(<[u8]>::reverse);
    }
    RawTensor::new(element.dtype, shape.to_vec(), bytes)
}

/// An element type in numpy's array protocol: byte order, kind, size in bytes.
struct Element {
    dtype: Dtype,
    big_endian: bool,
}

impl Element {
    fn parse(text: &str) -> Result<Self, Fault> {
        let (order, kind) = match text.as_bytes().first() {
            Some(b'<' | b'>' | b'|' | b'=') => text.split_at(1),
            _ => ("<", text),
        };
        let dtype = match kind {
            "f2" => Dtype::F16,
            "f4" => Dtype::F32,
            "f8" => Dtype::F64,
            "i1" => Dtype::I8,
            "i2" => Dtype::I16,
            "i4" => Dtype::I32,
            "i8" => Dtype::I64,
            "u1" => Dtype::U8,
            "u2" => Dtype::U16,
            "u4" => Dtype::U32,
            "u8" => Dtype::U64,
            "b1" => Dtype::BOOL,
            _ => {
                return Err(Fault::new(
                    format!("elements of type `{text}`"),
                    "floating-point numbers of 2, 4 or 8 bytes, integers or booleans",
                ));
            }
        };
        Ok(Self {
            dtype,
            big_endian: order == ">",
        })
    }
}

/// Returns the stride of each dimension, in elements, if the first index varies fastest.
fn column_major_strides(shape: &[usize]) -> Vec<usize> {
    shape
        .iter()
        .scan(1, |next, &size| {
            let stride = *next;
            *next *= size;
            Some(stride)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0x93];
        bytes.extend_from_slice(b"NUMPY");
        bytes.extend_from_slice(&[version, 0]);
        match version {
            1 => bytes.extend_from_slice(&(header.len() as u16).to_le_bytes()),
            _ => bytes.extend_from_slice(&(header.len() as u32).to_le_bytes()),
        }
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    fn header(element: &str, fortran_order: &str, shape: &str) -> String {
        format!("{{'descr': '{element}', 'fortran_order': {fortran_order}, 'shape': {shape}, }}\n")
    }

    fn f32_bytes(values: &[f32]) -> Vec<u8> {
        values.iter().flat_map(|v| v.to_le_bytes()).collect()
    }

    #[test]
    fn all_three_versions_are_read() {
        let data = f32_bytes(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        for version in 1..=3 {
            let array = parse(&file(version, &header("<f4", "False", "(2, 3)"), &data)).unwrap();
            assert_eq!(array.shape(), [2, 3]);
            assert_eq!(array.to_f32().unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        }
        assert!(parse(&file(4, &header("<f4", "False", "(2, 3)"), &data)).is_err());
    }

    #[test]
    fn column_major_arrays_are_converted_to_row_major_order() {
        let data = f32_bytes(&[1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        let array = parse(&file(1, &header("<f4", "True", "(2, 3)"), &data)).unwrap();
        assert_eq!(array.to_f32().unwrap(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    }

    #[test]
    fn column_major_order_is_converted_in_three_dimensions() {
        let (a, b, c) = (2, 3, 4);
        let mut column_major = vec![0i32; a * b * c];
        for (i, j, k) in
            (0..a).flat_map(|i| (0..b).flat_map(move |j| (0..c).map(move |k| (i, j, k))))
        {
            column_major[i + a * j + a * b * k] = (i * b * c + j * c + k) as i32;
        }
        let data: Vec<u8> = column_major.iter().flat_map(|v| v.to_le_bytes()).collect();
        let array = parse(&file(1, &header("<i4", "True", "(2, 3, 4)"), &data)).unwrap();
        assert_eq!(array.to_i64().unwrap(), (0..24).collect::<Vec<_>>());
    }

    #[test]
    fn big_endian_numbers_are_converted_to_little_endian() {
        let data: Vec<u8> = [1.5f64, -2.0]
            .iter()
            .flat_map(|v| v.to_be_bytes())
            .collect();
        let array = parse(&file(1, &header(">f8", "False", "(2,)"), &data)).unwrap();
        assert_eq!(array.to_f32().unwrap(), [1.5, -2.0]);
    }

    #[test]
    fn a_scalar_and_an_empty_array_are_read() {
        let single = parse(&file(1, &header("|u1", "False", "()"), &[9])).unwrap();
        assert_eq!((single.shape(), single.bytes()), (&[][..], &[9][..]));
        let empty = parse(&file(1, &header("<f4", "True", "(0, 512)"), &[])).unwrap();
        assert_eq!(empty.element_count(), 0);
    }

    #[test]
    fn a_shape_that_does_not_match_the_data_is_refused() {
        for shape in [
            "(7,)",
            "(5,)",
            "(2, 3, 2)",
            "(4294967296, 4294967296, 4294967296)",
            "(99999999999999999999,)",
            "(-6,)",
        ] {
            let result = parse(&file(
                1,
                &header("<f4", "False", shape),
                &f32_bytes(&[0.0; 6]),
            ));
            assert!(result.is_err(), "{shape}");
        }
    }

    #[test]
    fn text_objects_and_records_are_refused() {
        for element in ["<U4", "|O", "|S8", "<c8", "<M8[ns]", "<f16", "f"] {
            let fault = parse(&file(1, &header(element, "False", "(1,)"), &[0; 8])).unwrap_err();
            assert!(fault.found.contains(element), "{fault}");
        }
        let record = "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n";
        assert!(parse(&file(1, record, &[0; 4])).is_err());
    }

    #[test]
    fn every_truncation_is_refused() {
        let bytes = file(1, &header("<f4", "False", "(2, 3)"), &f32_bytes(&[0.5; 6]));
        for length in 0..bytes.len() {
            assert!(parse(&bytes[..length]).is_err(), "{length}");
        }
    }
}
