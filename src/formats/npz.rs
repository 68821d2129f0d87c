//! Numpy's `.npz` archives, in which the published training code keeps its songs.
//!
//! A member is an array of numbers or an array of pickled Python objects; it may have at most 256 MiB unpacked, or 4 GiB if it
//! is read row by row.

mod byte_rows;
mod pickled;
mod pickled_write;
pub(crate) mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;

use crate::error::{Error, Fault, Result};
use crate::formats::npy::{self, Header};
use crate::formats::pickle::{self, Pickle, Value};
use crate::formats::raw_tensor::RawTensor;
use crate::formats::zip_file::ZipFile;

use pickled::PickledArray;

/// The largest member that is read, in bytes.
const MAX_MEMBER_BYTES: u64 = pickle::MAX_BYTES as u64;
/// The largest member that is read row by row, in bytes.
const MAX_STREAMED_BYTES: u64 = 4 << 30;
/// How many times its own size a member may unfold to if its objects are shared.
const MAX_GROWTH: usize = 4;

/// An open archive.
pub struct Npz<R> {
    archive: ZipFile<R>,
}

/// An element of an array of objects.
#[derive(Clone, Debug, PartialEq)]
pub enum Object {
    /// An array of numbers.
    Array(RawTensor),
    /// A dictionary from integers to integers.
    Table(BTreeMap<i64, i64>),
}

impl Npz<BufReader<File>> {
    /// Opens the archive at `path`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or is not a zip archive.
    pub fn open_file(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(Error::io(path))?;
        Self::open(BufReader::new(file)).map_err(|fault| fault.in_file(path))
    }
}

impl<R: Read + Seek> Npz<R> {
    /// Opens an archive.
    ///
    /// # Errors
    /// Returns an error if it is not a zip archive.
    pub fn open(file: R) -> Result<Self, Fault> {
        let archive = ZipFile::open(file)?;
        Ok(Self { archive })
    }

    /// Returns the names of the arrays.
    pub fn names(&self) -> Vec<String> {
        let members = self.archive.names().into_iter();
        members
            .filter_map(|member| member.strip_suffix(".npy").map(str::to_owned))
            .collect()
    }

    /// Reads the array of numbers called `name`.
    ///
    /// # Errors
    /// Returns an error if there is none, or if it is damaged or too large.
    pub fn array(&mut self, name: &str) -> Result<RawTensor, Fault> {
        npy::parse(&self.member(name)?)
    }

    /// Reads the array of bytes called `name`, of the shape `[rows, width]`, without holding it in memory: `on_row` receives
    /// one row after another.
    ///
    /// # Errors
    /// Returns an error if there is none, if it is damaged, too large or of another type or shape, and that of `on_row`.
    pub fn byte_rows(
        &mut self,
        name: &str,
        shape: (usize, usize),
        on_row: &mut dyn FnMut(&[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let member = format!("{name}.npy");
        byte_rows::read(
            self.archive.stream(&member, MAX_STREAMED_BYTES)?,
            shape,
            on_row,
        )
    }

    /// Reads the elements of the one-dimensional array of objects called `name`.
    ///
    /// # Errors
    /// Returns an error if there is none, if it is damaged or too large, or if an element is not an [`Object`].
    pub fn objects(&mut self, name: &str) -> Result<Vec<Object>, Fault> {
        let member = self.member(name)?;
        let (header, data) = Header::parse(&member)?;
        if header.element != "|O" {
            return Err(Fault::new(
                format!("elements of type `{}`", header.element),
                "objects",
            ));
        }
        let pickle = Pickle::parse(data)?;
        let PickledArray::Objects(elements) = PickledArray::parse(pickle.root())? else {
            return Err(Fault::new("a pickled array of numbers", "objects"));
        };
        if header.shape != [elements.len()] {
            return Err(Fault::new(
                format!(
                    "{} objects under the shape {:?}",
                    elements.len(),
                    header.shape
                ),
                "one dimension, as long as the list of objects",
            ));
        }
        let mut bytes_left = data.len().saturating_mul(MAX_GROWTH);
        let mut take = |bytes: usize| {
            bytes_left = bytes_left.checked_sub(bytes).ok_or_else(|| {
                Fault::new("objects that are repeated too often", "each object once")
            })?;
            Ok(())
        };
        elements
            .into_iter()
            .map(|element| object(element, &mut take))
            .collect()
    }

    fn member(&mut self, name: &str) -> Result<Vec<u8>, Fault> {
        self.archive.read(&format!("{name}.npy"), MAX_MEMBER_BYTES)
    }
}

fn object(
    element: Value<'_>,
    take: &mut impl FnMut(usize) -> Result<(), Fault>,
) -> Result<Object, Fault> {
    if let Some(entries) = element.entries() {
        take(2 * entries.len())?;
        let number = |value: Value<'_>| {
            value
                .int()
                .and_then(|int| i64::try_from(int).ok())
                .ok_or_else(|| value.instead_of("an integer in a dictionary"))
        };
        return entries
            .map(|(key, value)| Ok((number(key)?, number(value)?)))
            .collect::<Result<_, _>>()
            .map(Object::Table);
    }
    match PickledArray::parse(element)? {
        PickledArray::Numbers(numbers) => {
            take(numbers.byte_length())?;
            numbers.read().map(Object::Array)
        }
        PickledArray::Objects(_) => {
            Err(Fault::new("nested arrays of objects", "arrays of numbers"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;
    use safetensors::tensor::Dtype;

    use super::*;

    /// Written by `tests/fixtures/numpy/make.py` with pickle protocols 3 and 5.
    const SONG: &[u8] = include_bytes!("../../tests/fixtures/numpy/song.npz");
    const SONG_PROTOCOL_5: &[u8] = include_bytes!("../../tests/fixtures/numpy/song-protocol-5.npz");

    #[test]
    fn a_song_of_the_published_dataset_is_read() {
        for bytes in [SONG, SONG_PROTOCOL_5] {
            let mut file = Npz::open(Cursor::new(bytes)).unwrap();
            assert_eq!(
                file.names(),
                ["notes", "start_table", "db_pos", "db_pos_filter", "chord"]
            );
            let notes = file.objects("notes").unwrap();
            let Object::Array(melody) = &notes[0] else {
                panic!("{notes:?}");
            };
            assert_eq!((melody.dtype(), melody.shape()), (Dtype::I64, &[2, 5][..]));
            assert_eq!(
                melody.to_i64().unwrap(),
                [0, 60, 4, 100, 0, 4, 64, 4, 90, 0]
            );
            let Object::Array(piano) = &notes[2] else {
                panic!("{notes:?}");
            };
            assert_eq!(piano.to_i64().unwrap(), [1, 48, 2, 80, 0, 3, 52, 2, 70, 0]);
            let Object::Table(table) = &file.objects("start_table").unwrap()[1] else {
                panic!("not a table");
            };
            assert_eq!(*table, BTreeMap::from([(0, 0), (16, 1)]));
            assert_eq!(file.array("db_pos").unwrap().to_i64().unwrap(), [0, 16]);
            let filter = file.array("db_pos_filter").unwrap();
            assert_eq!(filter.to_i64().unwrap(), [1, 0]);
            assert_eq!(file.array("chord").unwrap().shape(), [8, 14]);
        }
    }

    #[test]
    fn arrays_of_objects_and_of_numbers_are_not_confused() {
        let mut file = Npz::open(Cursor::new(SONG)).unwrap();
        assert!(file.array("notes").is_err());
        assert!(file.objects("chord").is_err());
        assert!(file.array("melody").is_err());
    }

    #[test]
    fn bytes_are_read_row_by_row_in_their_own_shape_only() {
        const PARTS: &[u8] = include_bytes!("../../tests/fixtures/numpy/parts.npz");
        let mut file = Npz::open(Cursor::new(PARTS)).unwrap();
        let whole = file.array("chords").unwrap();
        let mut rows = Vec::new();
        let mut on_row = |row: &[u8]| {
            rows.extend_from_slice(row);
            Ok(())
        };
        file.byte_rows("chords", (336, 24), &mut on_row).unwrap();
        assert_eq!(rows, whole.bytes());
        for (name, shape, words) in [
            ("chords", (337, 24), "[336, 24]"),
            ("chords", (335, 24), "[336, 24]"),
            ("starts", (20, 5), "<i8"),
            ("melody", (336, 24), "melody"),
        ] {
            let fault = file.byte_rows(name, shape, &mut |_| Ok(())).unwrap_err();
            assert!(fault.to_string().contains(words), "{fault}");
        }
        let stop = &mut |_: &[u8]| Err(Fault::new("a row", "none"));
        assert!(file.byte_rows("chords", (336, 24), stop).is_err());
    }

    proptest! {
        #[test]
        fn random_changes_to_the_objects_never_panic(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut file = Npz::open(Cursor::new(SONG)).unwrap();
            let member = file.member("notes").unwrap();
            let (_, data) = Header::parse(&member).unwrap();
            let mut data = data.to_vec();
            for (index, byte) in changes {
                let at = index.index(data.len());
                data[at] = byte;
            }
            if let Ok(pickle) = Pickle::parse(&data) {
                let _ = object(pickle.root(), &mut |_| Ok(()));
                if let Ok(PickledArray::Objects(elements)) = PickledArray::parse(pickle.root()) {
                    for element in elements {
                        let _ = object(element, &mut |_| Ok(()));
                    }
                }
            }
        }
    }
}
