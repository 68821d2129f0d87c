//! The two containers of `torch.save`: the pickle of what was saved, and the storages beside it.

use std::collections::BTreeMap;
use std::io::{Read, Seek, SeekFrom};

use super::tensor::StorageRef;
use crate::error::Fault;
use crate::formats::pickle::{self, Pickle, Value};
use crate::formats::zip_file::ZipFile;

/// The largest stream of pickles (PyTorch before 1.6) that is read, in bytes; archives are not read as a whole.
const MAX_STREAM_BYTES: u64 = 1 << 30;

/// The number that a stream of pickles starts with.
const STREAM_MAGIC: i128 = 0x1950_A86A_20F9_469C_FC6C;
/// The version of the stream.
const STREAM_PROTOCOL: i128 = 1001;
const EXPECTED: &str = "a file of `torch.save`";

/// An open file.
pub(super) struct Container<R> {
    /// The pickle of what was saved.
    pub(super) pickle: Vec<u8>,
    pub(super) storages: Storages<R>,
}

/// The storages of a file: the raw bytes that tensors are views of.
pub(super) enum Storages<R> {
    Archive {
        archive: ZipFile<R>,
        /// The folder in the archive that holds everything.
        folder: String,
    },
    Stream(BTreeMap<String, Vec<u8>>),
}

impl<R: Read + Seek> Container<R> {
    pub(super) fn open(mut file: R) -> Result<Self, Fault> {
        let unreadable = |error: std::io::Error| Fault::new(error.to_string(), EXPECTED);
        let mut start = Vec::new();
        (&mut file)
            .take(4)
            .read_to_end(&mut start)
            .map_err(unreadable)?;
        file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        if start == b"PK\x03\x04" {
            return Self::open_archive(file);
        }
        let mut bytes = Vec::new();
        file.take(MAX_STREAM_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() as u64 > MAX_STREAM_BYTES {
            return Err(Fault::new(
                format!("more than {MAX_STREAM_BYTES} bytes that are not a zip archive"),
                EXPECTED,
            ));
        }
        Self::open_stream(&bytes)
    }

    /// Opens an archive of the members `<folder>/data.pkl`, `<folder>/byteorder` and `<folder>/data/<storage>`.
    fn open_archive(file: R) -> Result<Self, Fault> {
        let mut archive = ZipFile::open(file)?;
        let names = archive.names();
        let folder = names
            .iter()
            .find_map(|name| name.strip_suffix("data.pkl"))
            .filter(|folder| folder.ends_with('/'))
            .ok_or_else(|| Fault::new("an archive without `data.pkl`", EXPECTED))?;
        let byte_order = format!("{folder}byteorder");
        if names.contains(&byte_order) && archive.read(&byte_order, 16)? != b"little" {
            return Err(Fault::new(
                "numbers of another byte order",
                "a file that was saved on a little-endian machine",
            ));
        }
        Ok(Self {
            pickle: archive.read(&format!("{folder}data.pkl"), pickle::MAX_BYTES as u64)?,
            storages: Storages::Archive {
                folder: folder.to_owned(),
                archive,
            },
        })
    }

    /// Opens a stream: pickles of a magic number, a version, the machine, what was saved and the list of storages, then
    /// each storage as its number of elements and its bytes.
    fn open_stream(bytes: &[u8]) -> Result<Self, Fault> {
        let (magic, rest) = Pickle::parse_first(bytes)
            .map_err(|_| Fault::new("neither a zip archive nor a pickle", EXPECTED))?;
        if magic.root().int() != Some(STREAM_MAGIC) {
            return Err(Fault::new("a pickle that torch did not write", EXPECTED));
        }
        let (version, rest) = Pickle::parse_first(rest)?;
        if version.root().int() != Some(STREAM_PROTOCOL) {
            return Err(Fault::new(
                "another version of the format before PyTorch 1.6",
                format!("version {STREAM_PROTOCOL}"),
            ));
        }
        let (machine, rest) = Pickle::parse_first(rest)?;
        if machine.root().get("little_endian").and_then(Value::bool) != Some(true) {
            return Err(Fault::new(
                "numbers of another byte order",
                "a file that was saved on a little-endian machine",
            ));
        }
        let (saved, after_saved) = Pickle::parse_first(rest)?;
        let (keys, data) = Pickle::parse_first(after_saved)?;
        Ok(Self {
            storages: Storages::Stream(stream_storages(&saved, &keys, data)?),
            pickle: rest[..rest.len() - after_saved.len()].to_vec(),
        })
    }
}

fn stream_storages(
    saved: &Pickle<'_>,
    keys: &Pickle<'_>,
    mut data: &[u8],
) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let mut widths = BTreeMap::new();
    for name in saved.persistent_names() {
        let storage = StorageRef::parse(name)?;
        widths.insert(storage.key, storage.dtype.bitsize() as u64 / 8);
    }
    let keys = keys
        .root()
        .sequence()
        .ok_or_else(|| keys.root().instead_of("the list of storages"))?;
    let mut storages = BTreeMap::new();
    for key in keys {
        let cut_off = || Fault::new("a file that ends in a storage", "a whole file");
        let (key, width) = key
            .text()
            .and_then(|key| Some((key, widths.get(key)?)))
            .ok_or_else(|| Fault::new("a storage that no tensor uses", EXPECTED))?;
        let (elements, rest) = data.split_first_chunk().ok_or_else(cut_off)?;
        let (bytes, rest) = u64::from_le_bytes(*elements)
            .checked_mul(*width)
            .and_then(|length| rest.split_at_checked(length.try_into().ok()?))
            .ok_or_else(cut_off)?;
        storages.insert(key.to_owned(), bytes.to_vec());
        data = rest;
    }
    Ok(storages)
}

impl<R: Read + Seek> Storages<R> {
    /// Reads the bytes of a storage, which may be at most `max_bytes`; a stream's storage is read only once.
    pub(super) fn read(&mut self, key: &str, max_bytes: u64) -> Result<Vec<u8>, Fault> {
        match self {
            Self::Archive { archive, folder } => {
                archive.read(&format!("{folder}data/{key}"), max_bytes)
            }
            Self::Stream(storages) => storages.remove(key).ok_or_else(|| {
                Fault::new(format!("no storage `{key}`"), "the storage of every tensor")
            }),
        }
    }
}
