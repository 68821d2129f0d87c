//! Tensors in files of `torch.save`, read without running any code.
//!
//! Reads both containers: the zip archive of PyTorch 1.6 and later, and the stream of pickles before it. Each requested
//! tensor is copied into an array of its own.
//!
//! # Limits
//! At most 16,384 tensors, 2 GiB of storages, 2 GiB of tensors, and 1 GiB for a stream of pickles, besides the limits of
//! [`pickle`](crate::formats::pickle).

mod container;
mod tensor;
pub(crate) mod write;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::path::Path;
use std::rc::Rc;

use crate::error::{Error, Fault, Result};
use crate::formats::pickle::{Pickle, Value};
use crate::formats::raw_tensor::RawTensor;

use container::{Container, Storages};
use tensor::StoredTensor;

/// The most tensors that are read from a file.
const MAX_TENSORS: usize = 16_384;
/// The most bytes of storages that are read from a file, and of tensors that are copied out of them.
const MAX_TENSOR_BYTES: u64 = 2 << 30;

/// The weights in a checkpoint.
#[derive(Debug)]
pub struct StateDict {
    /// The tensors by name.
    pub tensors: BTreeMap<String, RawTensor>,
    /// Names of the skipped entries: everything besides the weights.
    pub skipped: Vec<String>,
}

/// Reads a file that holds a single tensor.
///
/// # Errors
/// Returns an error if the file cannot be read, is not a file of `torch.save`, or holds something else.
pub(crate) fn read_tensor(path: &Path) -> Result<RawTensor> {
    tensor_in(open(path)?).map_err(|fault| fault.in_file(path))
}

/// Reads the weights of a network: a state dict, or a dictionary with one as its entry `model`.
///
/// # Errors
/// Returns an error if the file cannot be read, is not a file of `torch.save`, holds no weights, or exceeds a limit.
pub(crate) fn read_state_dict(path: &Path) -> Result<StateDict> {
    state_dict_in(open(path)?).map_err(|fault| fault.in_file(path))
}

/// Reads the single tensor in an open file.
///
/// # Errors
/// Returns an error if the file is not a file of `torch.save`, holds something else, or exceeds a limit.
pub fn tensor_in(file: impl Read + Seek) -> Result<RawTensor, Fault> {
    let Container { pickle, storages } = Container::open(file)?;
    let pickle = Pickle::parse(&pickle)?;
    if !StoredTensor::is_tensor(pickle.root()) {
        return Err(pickle.root().instead_of("a single tensor"));
    }
    Tensors::new(storages).read(pickle.root())
}

/// Reads the weights of a network in an open file.
///
/// # Errors
/// Returns an error if the file is not a file of `torch.save`, holds no weights, or exceeds a limit.
pub fn state_dict_in(file: impl Read + Seek) -> Result<StateDict, Fault> {
    let Container { pickle, storages } = Container::open(file)?;
    let pickle = Pickle::parse(&pickle)?;
    let root = pickle.root();
    let not_weights = "a state dict, or a dictionary with one as its entry `model`";
    let name = |key: Value<'_>| {
        key.text()
            .map(str::to_owned)
            .ok_or_else(|| key.instead_of("a name"))
    };

    let mut skipped = Vec::new();
    let mut weights = root;
    if let Some(model) = root.get("model") {
        weights = model;
        for (key, _) in root.entries().into_iter().flatten() {
            skipped.push(name(key)?);
        }
        skipped.retain(|name| name != "model");
    }
    let entries = weights
        .entries()
        .ok_or_else(|| weights.instead_of(not_weights))?;
    if entries.len() > MAX_TENSORS {
        return Err(Fault::new(
            format!("{} entries", entries.len()),
            format!("at most {MAX_TENSORS} tensors"),
        ));
    }
    let mut reader = Tensors::new(storages);
    let mut tensors = BTreeMap::new();
    for (key, value) in entries {
        let name = name(key)?;
        if StoredTensor::is_tensor(value) {
            let tensor = reader.read(value).map_err(|fault| {
                Fault::new(format!("`{name}`: {}", fault.found), fault.expected)
            })?;
            tensors.insert(name, tensor);
        } else {
            skipped.push(name);
        }
    }
    if tensors.is_empty() {
        return Err(Fault::new("a dictionary without tensors", not_weights));
    }
    Ok(StateDict { tensors, skipped })
}

fn open(path: &Path) -> Result<BufReader<File>> {
    File::open(path)
        .map(BufReader::new)
        .map_err(Error::io(path))
}

/// Copies tensors out of a file, reading each storage once.
struct Tensors<R> {
    storages: Storages<R>,
    read: BTreeMap<String, Rc<[u8]>>,
    storage_bytes_left: u64,
    tensor_bytes_left: u64,
}

impl<R: Read + Seek> Tensors<R> {
    fn new(storages: Storages<R>) -> Self {
        Self {
            storages,
            read: BTreeMap::new(),
            storage_bytes_left: MAX_TENSOR_BYTES,
            tensor_bytes_left: MAX_TENSOR_BYTES,
        }
    }

    fn read(&mut self, value: Value<'_>) -> Result<RawTensor, Fault> {
        let stored = StoredTensor::parse(value)?;
        let too_many = || {
            Fault::new(
                format!("more than {MAX_TENSOR_BYTES} bytes of tensors"),
                "a smaller checkpoint",
            )
        };
        self.tensor_bytes_left = self
            .tensor_bytes_left
            .checked_sub(stored.byte_length()? as u64)
            .ok_or_else(too_many)?;
        let storage = match self.read.get(stored.storage) {
            Some(storage) => storage.clone(),
            None => {
                let storage: Rc<[u8]> = self
                    .storages
                    .read(stored.storage, self.storage_bytes_left)?
                    .into();
                self.storage_bytes_left -= storage.len() as u64;
                self.read.insert(stored.storage.to_owned(), storage.clone());
                storage
            }
        };
        stored.copy_out(&storage)
    }
}

#[cfg(test)]
mod tests;
