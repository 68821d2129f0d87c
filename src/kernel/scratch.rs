//! Working memory that a thread keeps between tasks.

use super::isa::{LANES, Lanes};
use std::cell::RefCell;

thread_local! {
    static SCRATCH: RefCell<Vec<Lanes>> = const { RefCell::new(Vec::new()) };
}

/// Calls `work` with `len` vectors of arbitrary numbers. Calls must not nest.
pub(super) fn with_scratch<R>(len: usize, work: impl FnOnce(&mut [Lanes]) -> R) -> R {
    SCRATCH.with_borrow_mut(|scratch| {
        if scratch.len() < len {
            scratch.clear();
            scratch.resize(len, [0.0; LANES]);
        }
        work(&mut scratch[..len])
    })
}
