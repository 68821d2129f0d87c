//! Typed access to the values of a pickle.

use std::borrow::Cow;

use super::{Call, Node, NodeId, Pickle};
use crate::error::Fault;

/// A value in a [`Pickle`].
#[derive(Clone, Copy)]
pub struct Value<'p> {
    pickle: &'p Pickle<'p>,
    pub(super) id: NodeId,
}

/// An object as the call that would make it.
pub(crate) struct Object<'p> {
    /// The function or class, such as `collections.OrderedDict`.
    pub(crate) constructor: String,
    /// The tuple of arguments.
    pub(crate) arguments: Value<'p>,
    /// The state that would be set afterwards.
    pub(crate) state: Option<Value<'p>>,
}

impl<'p> Value<'p> {
    pub(super) fn new(pickle: &'p Pickle<'p>, id: NodeId) -> Self {
        Self { pickle, id }
    }

    pub(super) fn node(self) -> &'p Node<'p> {
        &self.pickle.nodes[self.id.0 as usize]
    }

    fn at(self, id: NodeId) -> Self {
        Self { id, ..self }
    }

    /// Returns the text, or `None` if this is not text.
    pub fn text(self) -> Option<&'p str> {
        match self.node() {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the bytes, or `None` if these are not bytes. Protocols below 3 store them as text, one character per byte.
    pub fn bytes(self) -> Option<Cow<'p, [u8]>> {
        match self.node() {
            Node::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
            Node::Object(call) if self.name_of(call) == "_codecs.encode" => {
                let [text, encoding] = self.at(call.arguments).first()?;
                let (text, encoding) = (text.text()?, encoding.text()?);
                let bytes: Option<Vec<u8>> = text
                    .chars()
                    .map(|character| u8::try_from(character).ok())
                    .collect();
                bytes.filter(|_| encoding == "latin1").map(Cow::Owned)
            }
            _ => None,
        }
    }

    /// Returns the boolean, or `None` if this is not one.
    pub(crate) fn bool(self) -> Option<bool> {
        match self.node() {
            Node::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Returns the integer, or `None` if this is not one.
    pub(crate) fn int(self) -> Option<i128> {
        match self.node() {
            Node::Int(int) => Some(*int),
            _ => None,
        }
    }

    /// Returns the floating-point number, or `None` if this is not one.
    pub fn float(self) -> Option<f64> {
        match self.node() {
            Node::Float(float) => Some(*float),
            _ => None,
        }
    }

    /// Returns the integer as a size or an index, or `None` if this is not one.
    pub(crate) fn size(self) -> Option<usize> {
        self.int()?.try_into().ok()
    }

    /// Returns the elements, or `None` if this is not a tuple or a list.
    pub(crate) fn sequence(self) -> Option<impl ExactSizeIterator<Item = Self>> {
        match self.node() {
            Node::Tuple(items) | Node::List(items) => {
                Some(items.iter().map(move |&id| self.at(id)))
            }
            _ => None,
        }
    }

    /// Returns the first `N` elements, or `None` if this is not a tuple or a list of at least `N`.
    pub(crate) fn first<const N: usize>(self) -> Option<[Self; N]> {
        match self.node() {
            Node::Tuple(items) | Node::List(items) => {
                items.first_chunk().map(|ids| ids.map(|id| self.at(id)))
            }
            _ => None,
        }
    }

    /// Returns the sizes, or `None` if this is not a tuple or a list of at most `most` integers.
    pub fn sizes(self, most: usize) -> Option<Vec<usize>> {
        let sequence = self.sequence()?;
        if sequence.len() > most {
            return None;
        }
        sequence.map(Self::size).collect()
    }

    /// Returns the keys and values in order, or `None` if this is not a dictionary.
    pub(crate) fn entries(
        self,
    ) -> Option<impl DoubleEndedIterator<Item = (Self, Self)> + ExactSizeIterator> {
        let entries = match self.node() {
            Node::Dict(entries) => entries,
            Node::Object(call) if self.name_of(call) == "collections.OrderedDict" => &call.entries,
            _ => return None,
        };
        Some(
            entries
                .iter()
                .map(move |&(key, value)| (self.at(key), self.at(value))),
        )
    }

    /// Returns the value under a text key of a dictionary, or `None`; if the key occurs twice, the last value, as in Python.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entries()?
            .rev()
            .find(|(candidate, _)| candidate.text() == Some(key))
            .map(|(_, value)| value)
    }

    /// Returns the full name, such as `torch.FloatStorage`, or `None` if this is not a function or class.
    pub(crate) fn global(self) -> Option<String> {
        match self.node() {
            Node::Global(name) => Some(format!("{}.{}", name.module, name.name)),
            _ => None,
        }
    }

    /// Returns the object, or `None` if this is not the result of a call.
    pub(crate) fn object(self) -> Option<Object<'p>> {
        match self.node() {
            Node::Object(call) => Some(Object {
                constructor: self.name_of(call),
                arguments: self.at(call.arguments),
                state: call.state.map(|state| self.at(state)),
            }),
            _ => None,
        }
    }

    /// Returns the name of something outside the pickle, or `None` if this is not such a reference.
    pub(crate) fn persistent(self) -> Option<Self> {
        match self.node() {
            Node::Persistent(name) => Some(self.at(*name)),
            _ => None,
        }
    }

    fn name_of(self, call: &Call) -> String {
        self.at(call.constructor).global().unwrap_or_default()
    }

    /// Describes the kind of value for a message.
    pub fn describe(self) -> String {
        match self.node() {
            Node::None => "None".to_owned(),
            Node::Bool(_) => "a boolean".to_owned(),
            Node::Int(_) | Node::Float(_) => "a number".to_owned(),
            Node::Text(_) => "text".to_owned(),
            Node::Bytes(_) => "bytes".to_owned(),
            Node::Tuple(_) => "a tuple".to_owned(),
            Node::List(_) => "a list".to_owned(),
            Node::Dict(_) => "a dictionary".to_owned(),
            Node::Set(_) => "a set".to_owned(),
            Node::Global(_) => format!("the name {}", short(self.global())),
            Node::Object(call) => format!("an object of {}", short(Some(self.name_of(call)))),
            Node::Persistent(_) => "a reference to outside the pickle".to_owned(),
        }
    }

    /// Returns the fault that this value was found where `expected` was expected.
    pub(crate) fn instead_of(self, expected: &str) -> Fault {
        Fault::new(self.describe(), expected)
    }
}

/// Shortens a name to fit in a message.
fn short(name: Option<String>) -> String {
    name.unwrap_or_default().chars().take(80).collect()
}
