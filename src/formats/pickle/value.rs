//! Looking at what a pickle holds.

use std::borrow::Cow;

use super::{Made, Node, NodeId, Pickle};
use crate::error::Fault;

/// A value in a [`Pickle`].
#[derive(Clone, Copy)]
pub struct Value<'p> {
    pickle: &'p Pickle<'p>,
    pub(super) id: NodeId,
}

/// What a named function or class would make of its arguments.
pub struct Object<'p> {
    /// The function or class, such as `collections.OrderedDict`.
    pub constructor: String,
    /// The tuple that it would be called with.
    pub arguments: Value<'p>,
    /// What it would be told afterwards.
    pub state: Option<Value<'p>>,
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

    /// The text, where this is text.
    pub fn text(self) -> Option<&'p str> {
        match self.node() {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes, where this is bytes. Below protocol 3 they are text of one character a byte.
    pub fn bytes(self) -> Option<Cow<'p, [u8]>> {
        match self.node() {
            Node::Bytes(bytes) => Some(Cow::Borrowed(bytes)),
            Node::Object(made) if self.name_of(made) == "_codecs.encode" => {
                let [text, encoding] = self.at(made.arguments).first()?;
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

    /// The truth value, where this is one.
    pub fn truth(self) -> Option<bool> {
        match self.node() {
            Node::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The whole number, where this is one.
    pub fn int(self) -> Option<i128> {
        match self.node() {
            Node::Int(int) => Some(*int),
            _ => None,
        }
    }

    /// The floating-point number, where this is one.
    pub fn float(self) -> Option<f64> {
        match self.node() {
            Node::Float(float) => Some(*float),
            _ => None,
        }
    }

    /// The whole number as a size or a place, where this is one.
    pub fn size(self) -> Option<usize> {
        self.int()?.try_into().ok()
    }

    /// The elements of a tuple or a list.
    pub fn sequence(self) -> Option<impl ExactSizeIterator<Item = Self>> {
        match self.node() {
            Node::Tuple(items) | Node::List(items) => {
                Some(items.iter().map(move |&id| self.at(id)))
            }
            _ => None,
        }
    }

    /// The first elements of a tuple or a list that has at least as many.
    pub fn first<const N: usize>(self) -> Option<[Self; N]> {
        match self.node() {
            Node::Tuple(items) | Node::List(items) => {
                items.first_chunk().map(|ids| ids.map(|id| self.at(id)))
            }
            _ => None,
        }
    }

    /// The sizes in a tuple or a list of at most `most` whole numbers.
    pub fn sizes(self, most: usize) -> Option<Vec<usize>> {
        let sequence = self.sequence()?;
        if sequence.len() > most {
            return None;
        }
        sequence.map(Self::size).collect()
    }

    /// The keys and values of a dictionary, in their order.
    pub fn entries(
        self,
    ) -> Option<impl DoubleEndedIterator<Item = (Self, Self)> + ExactSizeIterator> {
        let entries = match self.node() {
            Node::Dict(entries) => entries,
            Node::Object(made) if self.name_of(made) == "collections.OrderedDict" => &made.entries,
            _ => return None,
        };
        Some(
            entries
                .iter()
                .map(move |&(key, value)| (self.at(key), self.at(value))),
        )
    }

    /// The value of a dictionary under a text key; the last one, as in Python.
    pub fn get(self, key: &str) -> Option<Self> {
        self.entries()?
            .rev()
            .find(|(candidate, _)| candidate.text() == Some(key))
            .map(|(_, value)| value)
    }

    /// The name of a function or class, such as `torch.FloatStorage`.
    pub fn global(self) -> Option<String> {
        match self.node() {
            Node::Global(name) => Some(format!("{}.{}", name.module, name.name)),
            _ => None,
        }
    }

    /// What a function or class would make.
    pub fn object(self) -> Option<Object<'p>> {
        match self.node() {
            Node::Object(made) => Some(Object {
                constructor: self.name_of(made),
                arguments: self.at(made.arguments),
                state: made.state.map(|state| self.at(state)),
            }),
            _ => None,
        }
    }

    /// The name of something outside the pickle.
    pub fn persistent(self) -> Option<Self> {
        match self.node() {
            Node::Persistent(name) => Some(self.at(*name)),
            _ => None,
        }
    }

    fn name_of(self, made: &Made) -> String {
        self.at(made.constructor).global().unwrap_or_default()
    }

    /// What this is, in words for a message.
    pub fn describe(self) -> String {
        match self.node() {
            Node::None => "None".to_owned(),
            Node::Bool(_) => "a truth value".to_owned(),
            Node::Int(_) | Node::Float(_) => "a number".to_owned(),
            Node::Text(_) => "text".to_owned(),
            Node::Bytes(_) => "bytes".to_owned(),
            Node::Tuple(_) => "a tuple".to_owned(),
            Node::List(_) => "a list".to_owned(),
            Node::Dict(_) => "a dictionary".to_owned(),
            Node::Set(_) => "a set".to_owned(),
            Node::Global(_) => format!("the name {}", short(self.global())),
            Node::Object(made) => format!("an object of {}", short(Some(self.name_of(made)))),
            Node::Persistent(_) => "a reference to outside the pickle".to_owned(),
        }
    }

    /// A fault that says what this is.
    pub fn instead_of(self, expected: &str) -> Fault {
        Fault::new(self.describe(), expected)
    }
}

/// As much of a name as fits in a message.
fn short(name: Option<String>) -> String {
    name.unwrap_or_default().chars().take(80).collect()
}
