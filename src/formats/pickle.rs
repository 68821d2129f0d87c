//! Python pickles, read as data: no name in a pickle is looked up and no code is run.
//!
//! Reads protocols 0 to 5 as torch and numpy write them; the format is documented in Python's `pickletools`. Calls of
//! functions and classes are kept as a name with its arguments.
//!
//! # Limits
//! At most 256 MiB, 2²¹ opcodes, 2²⁰ values on the stack and 1000 open lists, tuples and dictionaries. Values refer
//! to each other by index into one list, which never has more entries than the pickle has opcodes, whatever the pickle
//! does with its memo. Deep nesting therefore uses no call stack, and cycles do no harm.

mod machine;
mod reader;
mod value;
pub(crate) mod write;

use std::borrow::Cow;

use crate::error::Fault;

pub use value::Value;

/// The largest pickle that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 256 << 20;

/// A parsed pickle.
#[derive(Debug)]
pub struct Pickle<'a> {
    nodes: Vec<Node<'a>>,
    root: NodeId,
}

/// The index of a value in [`Pickle::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NodeId(u32);

/// One value, which refers to others by [`NodeId`].
#[derive(Debug)]
enum Node<'a> {
    None,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(Cow<'a, str>),
    Bytes(&'a [u8]),
    Tuple(Vec<NodeId>),
    List(Vec<NodeId>),
    Dict(Vec<(NodeId, NodeId)>),
    Set(Vec<NodeId>),
    Global(Box<GlobalName>),
    Object(Box<Call>),
    /// A reference to something outside the pickle, such as a tensor's storage.
    Persistent(NodeId),
}

/// The name of a function or class in a Python module.
#[derive(Debug)]
struct GlobalName {
    module: String,
    name: String,
}

/// A call of a function or class, kept as data.
#[derive(Debug)]
struct Call {
    /// A [`Node::Global`].
    constructor: NodeId,
    /// A [`Node::Tuple`].
    arguments: NodeId,
    state: Option<NodeId>,
    entries: Vec<(NodeId, NodeId)>,
}

impl<'a> Pickle<'a> {
    /// Reads one pickle that fills all of `bytes`.
    ///
    /// # Errors
    /// Returns an error if the bytes are not a pickle, use an opcode that torch and numpy never write, or exceed a
    /// limit of this module.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Fault> {
        let (pickle, rest) = Self::parse_first(bytes)?;
        if rest.is_empty() {
            Ok(pickle)
        } else {
            Err(Fault::new(
                format!("{} bytes after the end of a pickle", rest.len()),
                "one pickle",
            ))
        }
    }

    /// Reads the pickle at the start of `bytes` and returns it with the bytes after it.
    ///
    /// # Errors
    /// As for [`Pickle::parse`].
    pub(crate) fn parse_first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Fault> {
        machine::run(bytes)
    }

    /// Returns the names of everything outside the pickle that it refers to, such as the storages of tensors.
    pub fn persistent_names(&self) -> impl Iterator<Item = Value<'_>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Persistent(name) => Some(Value::new(self, *name)),
            _ => None,
        })
    }

    /// Returns the value that was pickled.
    pub fn root(&self) -> Value<'_> {
        Value::new(self, self.root)
    }
}

#[cfg(test)]
mod tests;
