//! A draft that the project keeps.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::generator::Draft;
use crate::instance::looks::LooksId;
use crate::music::note::Note;

/// A draft and its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// The name shown to the user.
    pub name: String,
    /// The notes and how they were made. Never changed, so copies of a state share them.
    #[serde(serialize_with = "write_draft", deserialize_with = "read_draft")]
    pub draft: Arc<Draft>,
    /// When it was made, in seconds since 1970.
    pub made_unix_seconds: u64,
    /// What was painted of which take, as in `bars 9–12 of 2`, if it was not made whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub painted: Option<String>,
    /// Those of its notes that the user moved, changed or drew. They stay when their bars are painted again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edited: Vec<Note>,
    /// The picture that it was made for, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_for: Option<LooksId>,
}

impl Take {
    /// Returns the number that its name begins with, or `None` if it was renamed to something else.
    pub fn number(&self) -> Option<usize> {
        self.name.split(' ').next()?.parse().ok()
    }
}

fn write_draft<S: Serializer>(draft: &Draft, serializer: S) -> Result<S::Ok, S::Error> {
    draft.serialize(serializer)
}

fn read_draft<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Draft>, D::Error> {
    Draft::deserialize(deserializer).map(Arc::new)
}
