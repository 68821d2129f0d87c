//! The machine's list of values and its stack.

use super::super::{Node, NodeId};
use super::Machine;
use crate::error::Fault;

impl<'a> Machine<'a> {
    pub(super) fn node(&self, id: NodeId) -> &Node<'a> {
        &self.nodes[id.0 as usize]
    }

    pub(super) fn add(&mut self, node: Node<'a>) -> Result<NodeId, Fault> {
        let id =
            u32::try_from(self.nodes.len()).map_err(|_| self.input.fault("too many values"))?;
        self.nodes.push(node);
        Ok(NodeId(id))
    }

    pub(super) fn push(&mut self, node: Node<'a>) -> Result<(), Fault> {
        let id = self.add(node)?;
        self.stack.push(id);
        Ok(())
    }

    pub(super) fn top(&self) -> Result<NodeId, Fault> {
        let floor = self.marks.last().copied().unwrap_or(0);
        self.stack[floor..]
            .last()
            .copied()
            .ok_or_else(|| self.input.fault("an empty stack"))
    }

    pub(super) fn pop(&mut self) -> Result<NodeId, Fault> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    pub(super) fn pop_to_mark(&mut self) -> Result<Vec<NodeId>, Fault> {
        let mark = self
            .marks
            .pop()
            .ok_or_else(|| self.input.fault("the end of a collection that never began"))?;
        Ok(self.stack.split_off(mark))
    }

    pub(super) fn pairs(&self, values: &[NodeId]) -> Result<Vec<(NodeId, NodeId)>, Fault> {
        match values.as_chunks() {
            (pairs, []) => Ok(pairs.iter().map(|&[key, value]| (key, value)).collect()),
            _ => Err(self.input.fault("a key without a value")),
        }
    }
}
