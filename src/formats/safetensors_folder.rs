//! Folders of large models as a model hub distributes them: `model.safetensors`, or several of them and an index.
//!
//! Tensors are read one at a time, so that a model of a gigabyte needs no second gigabyte while it is loaded.

mod index;
mod shard;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::bounded_file::read_bounded;
use crate::error::{Error, Fault, Result};

pub use index::ShardIndex;
pub use shard::Shard;

/// The file of a model in one piece.
const WHOLE: &str = "model.safetensors";
/// The index of a model in several pieces.
const INDEX: &str = "model.safetensors.index.json";
/// The most bytes of an index.
const MAX_INDEX_BYTES: u64 = 8 << 20;
/// What other programs write instead; a pickle, which is not opened.
const PICKLE: &str = "pytorch_model.bin";

/// The tensors of a folder.
#[derive(Debug)]
pub struct SafetensorsFolder {
    files: Vec<OneFile>,
    /// The file of each tensor.
    places: BTreeMap<String, usize>,
}

/// One file and its header.
#[derive(Debug)]
struct OneFile {
    path: PathBuf,
    file: File,
    shard: Shard,
}

impl SafetensorsFolder {
    /// Opens the files in `folder` and reads their headers.
    ///
    /// # Errors
    /// Returns an error that names the file if one is missing, cut short or not a safetensors file, or if the index and the
    /// files contradict each other.
    pub fn open(folder: &Path) -> Result<Self> {
        if folder.join(WHOLE).is_file() {
            return Self::of_files(vec![OneFile::open(folder.join(WHOLE))?]);
        }
        let path = folder.join(INDEX);
        if !path.is_file() {
            return Err(Error::Usage(missing(folder)));
        }
        let bytes = read_bounded(&path, MAX_INDEX_BYTES)?;
        let index = ShardIndex::parse(&bytes).map_err(|fault| fault.in_file(&path))?;
        let open = |shard: &str| OneFile::open(folder.join(shard));
        let all = Self::of_files(index.shards().map(open).collect::<Result<_>>()?)?;
        for (name, shard) in index.tensors() {
            let path = folder.join(shard);
            if all.file_of(name).map(|file| &file.path) != Some(&path) {
                let found = format!("no `{name}`, which {INDEX} says is there");
                return Err(Fault::new(found, "the shards of one model").in_file(path));
            }
        }
        Ok(all)
    }

    fn of_files(files: Vec<OneFile>) -> Result<Self> {
        let mut places = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            for name in file.shard.names() {
                if let Some(other) = places.insert(name.clone(), at) {
                    let other = files[other].path.display();
                    let found = format!("`{name}`, which is in {other} too");
                    return Err(Fault::new(found, "each tensor once").in_file(&file.path));
                }
            }
        }
        Ok(Self { files, places })
    }

    /// Returns the names of all tensors.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// Returns the shape of a tensor, or `None` if there is none of this name.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.file_of(name)?.shard.shape(name)
    }

    /// Reads the numbers of a tensor as `f32`.
    ///
    /// # Errors
    /// Returns an error if there is none of this name, it cannot be read, is not floating-point, or holds a number that is
    /// not finite.
    pub fn floats(&self, name: &str) -> Result<Vec<f32>> {
        let absent = || Fault::new("a folder without it", format!("the tensor `{name}`"));
        let OneFile { path, file, shard } = self.file_of(name).ok_or_else(absent)?;
        shard
            .floats(name, file)
            .map_err(|fault| fault.in_file(path))
    }

    fn file_of(&self, name: &str) -> Option<&OneFile> {
        Some(&self.files[*self.places.get(name)?])
    }
}

impl OneFile {
    fn open(path: PathBuf) -> Result<Self> {
        let file = File::open(&path).map_err(Error::io(&path))?;
        let length = file.metadata().map_err(Error::io(&path))?.len();
        let shard = Shard::read(&file, length).map_err(|fault| fault.in_file(&path))?;
        Ok(Self { path, file, shard })
    }
}

/// Says what a folder lacks.
fn missing(folder: &Path) -> String {
    let folder_shown = folder.display();
    if !folder.is_dir() {
        return format!(
            "{folder_shown} is not a folder. Give the folder of a model, with config.json and {WHOLE}."
        );
    }
    let pickle = if folder.join(PICKLE).is_file() {
        format!(
            " Its {PICKLE} is a pickle, which is not opened; docs/embeddings.md says how to convert it."
        )
    } else {
        String::new()
    };
    format!(
        "{folder_shown} has neither {WHOLE} nor {INDEX}. Download the model's whole folder.{pickle}"
    )
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;
    use crate::formats::raw_tensor::RawTensor;
    use crate::formats::safetensors_file::encode;

    fn file(tensors: &[(&str, f32)]) -> Vec<u8> {
        let tensor = |&(name, value): &(&str, f32)| {
            let tensor = RawTensor::from_f32(vec![2], &[value, value]).unwrap();
            (name.to_owned(), tensor)
        };
        encode(&BTreeMap::new(), &tensors.iter().map(tensor).collect())
    }

    fn message(folder: &Path) -> String {
        SafetensorsFolder::open(folder).unwrap_err().to_string()
    }

    #[test]
    fn a_model_in_one_file_and_one_in_shards_are_read_alike() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("x-1.safetensors"), file(&[("a", 1.0)])).unwrap();
        std::fs::write(path("x-2.safetensors"), file(&[("b", 2.0), ("c", 3.0)])).unwrap();
        let index = r#"{"weight_map": {"a": "x-1.safetensors", "b": "x-2.safetensors", "c": "x-2.safetensors"}}"#;
        std::fs::write(path(INDEX), index).unwrap();
        let shards = SafetensorsFolder::open(folder.path()).unwrap();
        std::fs::write(path(WHOLE), file(&[("a", 1.0), ("b", 2.0), ("c", 3.0)])).unwrap();
        let whole = SafetensorsFolder::open(folder.path()).unwrap();
        for model in [shards, whole] {
            assert_eq!(model.names().collect::<Vec<_>>(), ["a", "b", "c"]);
            assert_eq!(model.shape("c"), Some(&[2][..]));
            assert_eq!(model.floats("b").unwrap(), [2.0, 2.0]);
            assert!(model.floats("d").is_err());
        }
    }

    #[test]
    fn what_is_missing_or_cut_short_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        assert!(message(&path("nowhere")).contains("not a folder"));
        assert!(message(folder.path()).contains("neither"));
        std::fs::write(path(PICKLE), "").unwrap();
        assert!(message(folder.path()).contains("pickle"));
        std::fs::write(path(INDEX), r#"{"weight_map": {"a": "../a.safetensors"}}"#).unwrap();
        assert!(message(folder.path()).contains("../a.safetensors"));
        std::fs::write(path(INDEX), r#"{"weight_map": {"a": "a.safetensors"}}"#).unwrap();
        assert!(message(folder.path()).contains("a.safetensors"));
        std::fs::write(path("a.safetensors"), file(&[("b", 1.0)])).unwrap();
        assert!(message(folder.path()).contains("no `a`"));
        let bytes = file(&[("a", 1.0)]);
        for length in 0..bytes.len() {
            std::fs::write(path("a.safetensors"), &bytes[..length]).unwrap();
            assert!(
                message(folder.path()).contains("a.safetensors: "),
                "{length}"
            );
        }
    }

    proptest! {
        #[test]
        fn random_changes_never_panic(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let mut shard = file(&[("a", 1.0), ("b", 2.0)]);
            let mut index = br#"{"weight_map": {"a": "x-1.safetensors"}}"#.to_vec();
            for (at, byte) in changes {
                let (in_shard, in_index) = (at.index(shard.len()), at.index(index.len()));
                shard[in_shard] = byte;
                index[in_index] = byte;
            }
            if let Ok(read) = Shard::read(&shard[..], shard.len() as u64) {
                for name in read.names() {
                    let _ = read.floats(&name, Cursor::new(&shard));
                }
            }
            if let Ok(read) = ShardIndex::parse(&index) {
                prop_assert!(read.shards().all(|name| !name.contains('/')));
            }
        }
    }
}
