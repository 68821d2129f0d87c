//! Writes archives, with deflated members, into memory.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::error::Fault;
use crate::formats::npy::write::{Element, header};
use crate::formats::npz::Object;
use crate::formats::npz::pickled_write::pickled;

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

    /// Appends the one-dimensional array of objects called `name`.
    ///
    /// # Errors
    /// Returns an error if an object has a type that numpy's arrays do not have, or the archive would grow too large.
    pub(crate) fn objects(&mut self, name: &str, objects: &[Object]) -> Result<(), Fault> {
        let data = pickled(objects)?;
        self.array(name, Element::Object, &[objects.len()], [data].into_iter())
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
    use crate::formats::raw_tensor::RawTensor;
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
    fn objects_are_read_back_as_written() {
        let notes = [76_i64, 61].map(i64::to_le_bytes).concat();
        let objects = [
            Object::Array(RawTensor::new(Dtype::I64, vec![1, 2], notes).unwrap()),
            Object::Array(RawTensor::new(Dtype::I64, vec![0, 5], Vec::new()).unwrap()),
            Object::Table([(0, 0), (16, 1), (70_000, 300)].into()),
        ];
        let mut writer = NpzWriter::new();
        writer.objects("notes", &objects).unwrap();
        let mut archive = Npz::open(Cursor::new(writer.finish().unwrap())).unwrap();
        assert_eq!(archive.objects("notes").unwrap(), objects);
    }
}
