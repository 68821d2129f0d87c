//! Working memory that a thread keeps from one task to the next.

use super::isa::{Isa, Kernel, LANES, Lanes, Simd};
use std::cell::RefCell;

thread_local! {
    static SCRATCH: RefCell<Vec<Lanes>> = const { RefCell::new(Vec::new()) };
}

/// A [`Kernel`] that needs working memory.
pub(super) trait ScratchKernel {
    /// Does the work. `scratch` holds arbitrary numbers; like [`Kernel::run`], this must be `#[inline(always)]`.
    fn run<S: Simd>(self, simd: S, scratch: &mut [Lanes]);
}

/// Runs `kernel` with `len` vectors of working memory. Calls must not nest.
pub(super) fn run_with_scratch<K: ScratchKernel>(isa: Isa, len: usize, kernel: K) {
    SCRATCH.with_borrow_mut(|scratch| {
        if scratch.len() < len {
            scratch.clear();
            scratch.resize(len, [0.0; LANES]);
        }
        let scratch = &mut scratch[..len];
        isa.run(WithScratch { kernel, scratch });
    });
}

struct WithScratch<'a, K> {
    kernel: K,
    scratch: &'a mut [Lanes],
}

impl<K: ScratchKernel> Kernel for WithScratch<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.kernel.run(simd, self.scratch);
    }
}
