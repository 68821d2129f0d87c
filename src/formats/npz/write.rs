//! Writes archives, with deflated members, into memory.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::error::Fault;

/// The alignment of an array's data, in bytes.
const ALIGNMENT: usize = 64;
/// The start of an array's member: numpy's magic and version 1.0.
const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";

/// The type of an array's elements.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Element {
    /// Bytes.
    U8,
    /// 64-bit integers.
    I64,
    /// Single-precision numbers.
    F32,
}

impl Element {
    const fn name(self) -> &'static str {
        match self {
            Self::U8 => "|u1",
            Self::I64 => "<i8",
            Self::F32 => "<f4",
        }
    }
}

/// An archive that is being written.
pub(crate) struct NpzWriter {
    archive: ZipWriter<Cursor<Vec<u8>>>,
}

impl NpzWriter {
    /// Starts an archive without arrays.
    pub(crate) fn new() -> Self {
        Self {
            archive: ZipWriter::new(Cursor::new(Vec::new())),
        }
    }

    /// Appends the array called `name`. The little-endian bytes of its elements come in chunks, so that no more than one
    /// chunk is in memory.
    ///
    /// # Errors
    /// Returns an error if the archive would grow too large.
    pub(crate) fn array(
        &mut self,
        name: &str,
        element: Element,
        shape: &[usize],
        chunks: impl Iterator<Item = Vec<u8>>,
    ) -> Result<(), Fault> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .large_file(true);
        (self.archive)
            .start_file(format!("{name}.npy"), options)
            .map_err(|error| failed(&error))?;
        let mut write = |bytes: &[u8]| self.archive.write_all(bytes);
        write(&header(element, shape)).map_err(|error| failed(&error))?;
        for chunk in chunks {
            write(&chunk).map_err(|error| failed(&error))?;
        }
        Ok(())
    }

    /// Returns the bytes of the whole archive, which depend only on its arrays.
    ///
    /// # Errors
    /// Returns an error if the archive is too large.
    pub(crate) fn finish(self) -> Result<Vec<u8>, Fault> {
        let file = self.archive.finish().map_err(|error| failed(&error))?;
        Ok(file.into_inner())
    }
}

/// Returns the start of a member, up to its data.
fn header(element: Element, shape: &[usize]) -> Vec<u8> {
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

fn failed(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(
        format!("an archive that cannot be written ({error})"),
        "arrays that fit into one",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::npz::Npz;
    use safetensors::Dtype;

    #[test]
    fn arrays_are_read_back_as_written() {
        let mut writer = NpzWriter::new();
        let numbers = [-1_i64, 7].map(|number| number.to_le_bytes().to_vec());
        writer
            .array("numbers", Element::I64, &[2], numbers.into_iter())
            .unwrap();
        let bytes = [vec![1, 2, 3], vec![4, 5, 6]];
        writer
            .array("bytes", Element::U8, &[2, 3], bytes.into_iter())
            .unwrap();
        let half = 0.5_f32.to_le_bytes().to_vec();
        writer
            .array("half", Element::F32, &[1, 1], [half].into_iter())
            .unwrap();
        let archive = writer.finish().unwrap();
        let mut archive = Npz::open(Cursor::new(archive)).unwrap();
        assert_eq!(archive.names(), ["numbers", "bytes", "half"]);
        assert_eq!(archive.array("numbers").unwrap().to_i64().unwrap(), [-1, 7]);
        let bytes = archive.array("bytes").unwrap();
        assert_eq!((bytes.dtype(), bytes.shape()), (Dtype::U8, &[2, 3][..]));
        assert_eq!(bytes.bytes(), [1, 2, 3, 4, 5, 6]);
        assert_eq!(archive.array("half").unwrap().to_f32().unwrap(), [0.5]);
    }

    #[test]
    fn the_data_of_an_array_are_aligned() {
        for shape in [&[1][..], &[123_456, 128]] {
            assert_eq!(header(Element::U8, shape).len() % ALIGNMENT, 0);
        }
    }
}
