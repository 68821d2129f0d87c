//! The stack machine that executes a pickle's opcodes, without those that could run code.

mod scalar;
mod stack;

use std::collections::BTreeMap;

use super::reader::Reader;
use super::{Call, GlobalName, MAX_BYTES, Node, NodeId, Pickle};
use crate::error::Fault;
use scalar::number;

/// The most opcodes of a pickle, and therefore the most values.
pub(super) const MAX_OPCODES: usize = 1 << 21;
/// The most values on the stack.
pub(super) const MAX_STACK: usize = 1 << 20;
/// The most open marks: lists, tuples and dictionaries that have begun inside others.
const MAX_MARKS: usize = 1000;

/// The highest protocol.
const MAX_PROTOCOL: u8 = 5;

struct Machine<'a> {
    input: Reader<'a>,
    nodes: Vec<Node<'a>>,
    stack: Vec<NodeId>,
    /// Heights of the stack at the open marks.
    marks: Vec<usize>,
    memo: BTreeMap<u64, NodeId>,
}

/// Runs the pickle at the start of `bytes` and returns its value with the bytes after it.
pub(super) fn run(bytes: &[u8]) -> Result<(Pickle<'_>, &[u8]), Fault> {
    let over = |what: &str, limit: usize| {
        Fault::new(
            format!("a pickle with more {what} than Diff-BGM reads"),
            format!("at most {limit}"),
        )
    };
    let mut machine = Machine {
        input: Reader::new(&bytes[..bytes.len().min(MAX_BYTES)]),
        nodes: Vec::new(),
        stack: Vec::new(),
        marks: Vec::new(),
        memo: BTreeMap::new(),
    };
    for _ in 0..MAX_OPCODES {
        match machine.input.byte()? {
            b'.' => {
                let root = machine.pop()?;
                let rest = &bytes[bytes.len().min(MAX_BYTES) - machine.input.rest().len()..];
                let nodes = machine.nodes;
                return Ok((Pickle { nodes, root }, rest));
            }
            opcode => machine.step(opcode)?,
        }
        if machine.stack.len() > MAX_STACK {
            return Err(over("values on its stack", MAX_STACK));
        }
        if machine.marks.len() > MAX_MARKS {
            return Err(over("open lists, tuples and dictionaries", MAX_MARKS));
        }
    }
    Err(over("opcodes", MAX_OPCODES))
}

impl<'a> Machine<'a> {
    fn step(&mut self, opcode: u8) -> Result<(), Fault> {
        match opcode {
            0x80 => {
                if self.input.byte()? > MAX_PROTOCOL {
                    return Err(self.input.fault("an unknown protocol"));
                }
            }
            // A frame only announces how many bytes follow.
            0x95 => {
                self.input.u64()?;
            }
            b'(' => self.marks.push(self.stack.len()),
            b'0' => {
                // Like Python, drop the mark if there is no value above it.
                if self.marks.last() == Some(&self.stack.len()) {
                    self.marks.pop();
                } else {
                    self.pop()?;
                }
            }
            b'1' => {
                self.pop_to_mark()?;
            }
            b'2' => self.stack.push(self.top()?),
            b'p' | b'q' | b'r' | 0x94 | b'g' | b'h' | b'j' => self.use_memo(opcode)?,
            b'}' | b']' | b')' | 0x8F | b'd' | b'l' | b't' | 0x85..=0x87 | 0x91 => {
                self.collect(opcode)?;
            }
            b's' | b'u' | b'a' | b'e' | 0x90 => self.extend(opcode)?,
            b'c' | 0x93 | b'R' | 0x81 | b'b' | b'P' | b'Q' => self.make(opcode)?,
            _ => {
                let scalar = self.scalar(opcode)?;
                self.push(scalar)?;
            }
        }
        Ok(())
    }

    /// Runs an opcode that stores the top of the stack in the memo or fetches a value from it.
    fn use_memo(&mut self, opcode: u8) -> Result<(), Fault> {
        let key = match opcode {
            b'p' | b'g' => {
                let digits = self.input.text_line()?;
                number(&self.input, digits)?
            }
            b'q' | b'h' => self.input.byte()?.into(),
            b'r' | b'j' => self.input.u32()?.into(),
            _ => self.memo.len() as u64,
        };
        if matches!(opcode, b'g' | b'h' | b'j') {
            let id = *self
                .memo
                .get(&key)
                .ok_or_else(|| self.input.fault("a memo entry that was never stored"))?;
            self.stack.push(id);
        } else {
            self.memo.insert(key, self.top()?);
        }
        Ok(())
    }

    /// Runs an opcode that makes a tuple, list, set or dictionary.
    fn collect(&mut self, opcode: u8) -> Result<(), Fault> {
        let collection = match opcode {
            b'}' => Node::Dict(Vec::new()),
            b']' => Node::List(Vec::new()),
            b')' => Node::Tuple(Vec::new()),
            0x8F => Node::Set(Vec::new()),
            b'd' => {
                let values = self.pop_to_mark()?;
                Node::Dict(self.pairs(&values)?)
            }
            b'l' => Node::List(self.pop_to_mark()?),
            b't' => Node::Tuple(self.pop_to_mark()?),
            0x91 => Node::Set(self.pop_to_mark()?),
            short_tuple => {
                let mut values = Vec::new();
                for _ in 0x85..=short_tuple {
                    values.push(self.pop()?);
                }
                values.reverse();
                Node::Tuple(values)
            }
        };
        self.push(collection)
    }

    /// Runs an opcode that adds values to the list, set, dictionary or object below them on the stack.
    fn extend(&mut self, opcode: u8) -> Result<(), Fault> {
        let values = match opcode {
            b'a' => vec![self.pop()?],
            b's' => {
                let value = self.pop()?;
                vec![self.pop()?, value]
            }
            _ => self.pop_to_mark()?,
        };
        let target = self.top()?;
        if matches!(opcode, b's' | b'u') {
            let pairs = self.pairs(&values)?;
            match &mut self.nodes[target.0 as usize] {
                Node::Dict(entries) => entries.extend(pairs),
                Node::Object(call) => call.entries.extend(pairs),
                _ => {
                    return Err(self
                        .input
                        .fault("entries for a value that is not a dictionary"));
                }
            }
        } else {
            match &mut self.nodes[target.0 as usize] {
                Node::List(items) | Node::Set(items) => items.extend(values),
                _ => return Err(self.input.fault("items for a value that is not a list")),
            }
        }
        Ok(())
    }

    /// Runs an opcode that names something outside the pickle, or calls it.
    fn make(&mut self, opcode: u8) -> Result<(), Fault> {
        let value = match opcode {
            b'c' => {
                let module = self.input.text_line()?.to_owned();
                let name = self.input.text_line()?.to_owned();
                Node::Global(Box::new(GlobalName { module, name }))
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Node::Text(module), Node::Text(name)) = (self.node(module), self.node(name))
                else {
                    return Err(self.input.fault("a name that is not text"));
                };
                Node::Global(Box::new(GlobalName {
                    module: module.to_string(),
                    name: name.to_string(),
                }))
            }
            b'R' | 0x81 => {
                let (arguments, constructor) = (self.pop()?, self.pop()?);
                if !matches!(self.node(constructor), Node::Global(_))
                    || !matches!(self.node(arguments), Node::Tuple(_))
                {
                    return Err(self.input.fault("a call of a value that is not a name"));
                }
                Node::Object(Box::new(Call {
                    constructor,
                    arguments,
                    state: None,
                    entries: Vec::new(),
                }))
            }
            b'b' => {
                let state = self.pop()?;
                let target = self.top()?;
                let Node::Object(call) = &mut self.nodes[target.0 as usize] else {
                    return Err(self
                        .input
                        .fault("a state for a value that is not an object"));
                };
                call.state = Some(state);
                return Ok(());
            }
            b'P' => {
                let name = self.input.text_line()?;
                let name = self.add(Node::Text(name.into()))?;
                Node::Persistent(name)
            }
            _ => Node::Persistent(self.pop()?),
        };
        self.push(value)
    }
}
