//! Folders of large models as a model hub distributes them: `model.safetensors`, or several of them and an index.
//!
//! Tensors are read one at a time, so that a model of a gigabyte needs no second gigabyte while it is loaded.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use safetensors::tensor::{Metadata, TensorInfo, TensorView};
use serde::Deserialize;

use super::bounded_file::read_bounded;
use super::safetensors_file::{MAX_HEADER_BYTES, MAX_TENSORS, floats};
use crate::error::{Error, Fault, Result};

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
    header: Metadata,
    /// Where the tensors' bytes start.
    start: u64,
}

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
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
        let index = folder.join(INDEX);
        if !index.is_file() {
            return Err(Error::Usage(missing(folder)));
        }
        let bytes = read_bounded(&index, MAX_INDEX_BYTES)?;
        let Index { weight_map } = serde_json::from_slice(&bytes).map_err(|error| {
            Fault::new(error.to_string(), "an index with a `weight_map`").in_file(&index)
        })?;
        let mut shards: Vec<&String> = weight_map.values().collect();
        shards.sort_unstable();
        shards.dedup();
        let open = |shard: &String| {
            if Path::new(shard)
                .file_name()
                .is_none_or(|name| name != shard.as_str())
            {
                let found = format!("a shard called `{shard}`");
                return Err(Fault::new(found, "the name of a file beside it").in_file(&index));
            }
            OneFile::open(folder.join(shard))
        };
        let files = shards
            .iter()
            .copied()
            .map(open)
            .collect::<Result<Vec<_>>>()?;
        let all = Self::of_files(files)?;
        for (name, shard) in &weight_map {
            let place = all.places.get(name).map(|&place| &all.files[place].path);
            if place != Some(&folder.join(shard)) {
                let found = format!("no `{name}`, which {INDEX} says is there");
                return Err(
                    Fault::new(found, "the shards of one model").in_file(folder.join(shard))
                );
            }
        }
        Ok(all)
    }

    fn of_files(files: Vec<OneFile>) -> Result<Self> {
        let mut places = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            for name in file.header.offset_keys() {
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
        let file = &self.files[*self.places.get(name)?];
        Some(&file.header.info(name)?.shape)
    }

    /// Reads the numbers of a tensor as `f32`.
    ///
    /// # Errors
    /// Returns an error if there is none of this name, it cannot be read, is not floating-point, or holds a number that is
    /// not finite.
    pub fn floats(&self, name: &str) -> Result<Vec<f32>> {
        let absent = || Fault::new("a folder without it", format!("the tensor `{name}`"));
        let place = *self.places.get(name).ok_or_else(absent)?;
        let file = &self.files[place];
        let info = file.header.info(name).ok_or_else(absent)?;
        let bytes = file.read(info)?;
        let view = TensorView::new(info.dtype, info.shape.clone(), &bytes)
            .map_err(|error| file.fault(error, "a readable tensor"))?;
        floats(name, &view).map_err(|fault| fault.in_file(&file.path))
    }
}

impl OneFile {
    fn open(path: PathBuf) -> Result<Self> {
        let expected = "a safetensors file";
        let mut file = File::open(&path).map_err(Error::io(&path))?;
        let length = file.metadata().map_err(Error::io(&path))?.len();
        let fault = |found: String, expected: String| Fault::new(found, expected).in_file(&path);
        if length < 8 {
            return Err(fault(format!("{length} bytes"), expected.to_owned()));
        }
        let mut size = [0; 8];
        file.read_exact(&mut size).map_err(Error::io(&path))?;
        let header_bytes = u64::from_le_bytes(size);
        if header_bytes > MAX_HEADER_BYTES.min(length - 8) {
            let found = format!("a header of {header_bytes} bytes in a file of {length}");
            return Err(fault(found, expected.to_owned()));
        }
        let mut header = vec![0; header_bytes as usize];
        file.read_exact(&mut header).map_err(Error::io(&path))?;
        let header: Metadata = serde_json::from_slice(&header)
            .map_err(|error| fault(format!("a broken header ({error})"), expected.to_owned()))?;
        if header.offset_keys().len() > MAX_TENSORS {
            let found = format!("{} tensors", header.offset_keys().len());
            return Err(fault(found, format!("at most {MAX_TENSORS}")));
        }
        let start = 8 + header_bytes;
        let whole = start + header.data_len() as u64;
        if length != whole {
            return Err(fault(
                format!("{length} bytes"),
                format!("{whole}, as its header says; download it again if it is incomplete"),
            ));
        }
        Ok(Self {
            path,
            file,
            header,
            start,
        })
    }

    fn read(&self, info: &TensorInfo) -> Result<Vec<u8>> {
        let (first, end) = info.data_offsets;
        let mut bytes = vec![0; end - first];
        let mut file = &self.file;
        file.seek(SeekFrom::Start(self.start + first as u64))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(Error::io(&self.path))?;
        Ok(bytes)
    }

    fn fault(&self, found: impl ToString, expected: &str) -> Error {
        Fault::new(found.to_string(), expected).in_file(&self.path)
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
}
