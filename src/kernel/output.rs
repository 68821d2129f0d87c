//! A result that several tasks fill at once.

use super::isa::{LANES, Lanes};
use std::marker::PhantomData;

/// A new vector that tasks are filling, each writing elements of its own.
pub(super) struct Output<'a> {
    start: *mut f32,
    len: usize,
    owner: PhantomData<&'a mut [f32]>,
}

// SAFETY: the only access is `write`, whose callers promise that no two tasks write the same element.
unsafe impl Sync for Output<'_> {}

impl Output<'_> {
    /// Returns a vector of `len` numbers that `fill` has written.
    ///
    /// # Safety
    ///
    /// `fill` must write every element.
    pub(super) unsafe fn filled_by(len: usize, fill: impl FnOnce(&Output)) -> Vec<f32> {
        let mut numbers = Vec::with_capacity(len);
        fill(&Output {
            start: numbers.as_mut_ptr(),
            len,
            owner: PhantomData,
        });
        // SAFETY: the capacity is `len`, and the caller promises that every element was written.
        unsafe { numbers.set_len(len) };
        numbers
    }

    /// Writes `numbers` to the elements from `at` on.
    ///
    /// # Safety
    ///
    /// No other task may write or read these elements.
    ///
    /// # Panics
    ///
    /// Panics if the elements lie outside the result.
    #[inline(always)]
    pub(super) unsafe fn write(&self, at: usize, numbers: &[f32]) {
        assert!(at + numbers.len() <= self.len);
        // SAFETY: the elements lie within the allocation, and the caller promises that no other task uses them.
        unsafe {
            let to = self.start.add(at);
            std::ptr::copy_nonoverlapping(numbers.as_ptr(), to, numbers.len());
        }
    }

    /// Writes the first `count` numbers of `lanes`, or all of them, to the elements from `at` on.
    ///
    /// # Safety
    ///
    /// No other task may write or read these elements.
    ///
    /// # Panics
    ///
    /// Panics if the elements lie outside the result.
    #[inline(always)]
    pub(super) unsafe fn write_lanes(&self, at: usize, lanes: &Lanes, count: usize) {
        // A whole vector has a branch of its own so that it becomes one store.
        // SAFETY: the caller promises what `write` requires.
        unsafe {
            if count >= LANES {
                self.write(at, lanes);
            } else {
                self.write(at, &lanes[..count]);
            }
        }
    }
}
