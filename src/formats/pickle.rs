//! Python pickles, read as data: no name that occurs in one is looked up and no code is run.
//!
//! Protocols 0 to 5 as torch and numpy write them; format: `pickletools` of the Python library. Values refer to each
//! other by index into one list, so whatever a pickle does with its memo, the list never has more entries than the
//! pickle has opcodes, nesting costs no stack, and cycles do no harm.

mod machine;
mod reader;
mod value;

use std::borrow::Cow;

use crate::error::Fault;

pub use machine::{MAX_MARKS, MAX_OPCODES, MAX_STACK};
pub use value::{Object, Value};

/// The largest pickle that is read, in bytes.
pub const MAX_BYTES: usize = 256 << 20;

/// A pickle as data.
#[derive(Debug)]
pub struct Pickle<'a> {
    nodes: Vec<Node<'a>>,
    root: NodeId,
}

/// The place of a value in [`Pickle::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NodeId(u32);

/// One value, referring to others.
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
    Global(Box<Name>),
    Object(Box<Made>),
    /// A reference to something outside the pickle, such as a tensor's storage.
    Persistent(NodeId),
}

/// The name of something in a Python module.
#[derive(Debug)]
struct Name {
    module: String,
    name: String,
}

/// What a named function or class would make.
#[derive(Debug)]
struct Made {
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
    /// When the bytes are no pickle, it does what torch and numpy never do, or it exceeds a limit: [`MAX_BYTES`],
    /// [`MAX_OPCODES`], [`MAX_STACK`], [`MAX_MARKS`].
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

    /// Reads the pickle at the start of `bytes`, and returns it with the bytes after it.
    ///
    /// # Errors
    /// As for [`Pickle::parse`].
    pub fn parse_first(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), Fault> {
        machine::run(bytes)
    }

    /// The names of everything outside the pickle that it refers to.
    pub fn persistent_names(&self) -> impl Iterator<Item = Value<'_>> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Persistent(name) => Some(Value::new(self, *name)),
            _ => None,
        })
    }

    /// The value that was pickled.
    pub fn root(&self) -> Value<'_> {
        Value::new(self, self.root)
    }
}

#[cfg(test)]
mod tests;
