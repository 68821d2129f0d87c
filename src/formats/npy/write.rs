//! Writes numpy's `.npy` arrays, format version 1.0.

/// The alignment of an array's data, in bytes.
const ALIGNMENT: usize = 64;
/// The first bytes of an array: numpy's magic and version 1.0.
const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";

/// The type of an array's elements.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Element {
    /// Bytes.
    U8,
    /// 64-bit integers.
    I64,
    /// 32-bit integers.
    I32,
    /// Truth values of one byte.
    Bool,
    /// Single-precision numbers.
    F32,
    /// Python objects, pickled.
    Object,
}

impl Element {
    const fn name(self) -> &'static str {
        match self {
            Self::U8 => "|u1",
            Self::I64 => "<i8",
            Self::I32 => "<i4",
            Self::Bool => "|b1",
            Self::F32 => "<f4",
            Self::Object => "|O",
        }
    }
}

/// Returns the start of an array, up to its data.
pub(crate) fn header(element: Element, shape: &[usize]) -> Vec<u8> {
    let lengths: String = shape.iter().map(|length| format!("{length}, ")).collect();
    let mut text = format!(
        "{{'descr': '{}', 'fortran_order': False, 'shape': ({lengths}), }}",
        element.name()
    );
    let start = MAGIC.len() + 2;
    let end = (start + text.len() + 1).next_multiple_of(ALIGNMENT);
    text.extend(std::iter::repeat_n(' ', end - start - text.len() - 1));
    text.push('\n');
    let mut header = MAGIC.to_vec();
    header.extend((text.len() as u16).to_le_bytes());
    header.extend(text.into_bytes());
    header
}

/// Returns the bytes of the `.npy` file of single-precision `values` in this shape.
pub(crate) fn encode_f32(shape: &[usize], values: &[f32]) -> Vec<u8> {
    let mut bytes = header(Element::F32, shape);
    bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::npy;

    #[test]
    fn the_data_of_an_array_are_aligned() {
        for shape in [&[1][..], &[123_456, 128]] {
            assert_eq!(header(Element::U8, shape).len() % ALIGNMENT, 0);
        }
    }

    #[test]
    fn rows_are_read_back_as_written() {
        let array = npy::parse(&encode_f32(&[2, 3], &[0.0, 1.0, -2.5, 3.0, 4.0, 5.0])).unwrap();
        assert_eq!(array.shape(), [2, 3]);
        assert_eq!(array.to_f32().unwrap(), [0.0, 1.0, -2.5, 3.0, 4.0, 5.0]);
    }
}
