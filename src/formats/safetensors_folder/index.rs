//! The index of a model in several files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::error::{Fault, Result};

/// Which file holds each tensor of a model.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ShardIndex {
    weight_map: BTreeMap<String, String>,
}

impl ShardIndex {
    /// Parses `model.safetensors.index.json`.
    ///
    /// # Errors
    /// Returns an error if it is not JSON with a `weight_map`, or if a file is not one beside it.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let index: Self = serde_json::from_slice(bytes)
            .map_err(|error| Fault::new(error.to_string(), "an index with a `weight_map`"))?;
        let is_beside = |shard: &str| {
            Path::new(shard)
                .file_name()
                .is_some_and(|name| name == shard)
        };
        if let Some(shard) = index.shards().find(|shard| !is_beside(shard)) {
            let found = format!("a shard called `{shard}`");
            return Err(Fault::new(found, "the name of a file beside it"));
        }
        Ok(index)
    }

    /// Returns the names of the files in order, each once.
    pub fn shards(&self) -> impl Iterator<Item = &str> {
        let names: BTreeSet<&str> = self.weight_map.values().map(String::as_str).collect();
        names.into_iter()
    }

    /// Returns the name of each tensor with that of its file.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &str)> {
        let pairs = self.weight_map.iter();
        pairs.map(|(name, shard)| (name.as_str(), shard.as_str()))
    }
}
