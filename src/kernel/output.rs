//! Results that several tasks fill at once.

use super::isa::{LANES, Lanes};
use std::marker::PhantomData;

/// A new vector of numbers while tasks fill it, each its own places.
pub(super) struct Output<'a> {
    start: *mut f32,
    len: usize,
    owner: PhantomData<&'a mut [f32]>,
}

// SAFETY: the only access is `write`, whose callers promise that no two tasks write the same place.
unsafe impl Sync for Output<'_> {}

impl Output<'_> {
    /// A vector of `len` numbers, filled by `fill`.
    ///
    /// # Safety
    /// `fill` must write every place.
    pub(super) unsafe fn filled_by(len: usize, fill: impl FnOnce(&Output)) -> Vec<f32> {
        let mut numbers = Vec::with_capacity(len);
        fill(&Output {
            start: numbers.as_mut_ptr(),
            len,
            owner: PhantomData,
        });
        // SAFETY: the capacity is `len`, and the caller promises that every place was written.
        unsafe { numbers.set_len(len) };
        numbers
    }

    /// Writes `numbers` from place `at` on.
    ///
    /// # Safety
    /// No other task may write or read these places.
    #[inline(always)]
    pub(super) unsafe fn write(&self, at: usize, numbers: &[f32]) {
        assert!(at + numbers.len() <= self.len);
        // SAFETY: the places lie within the allocation, and the caller promises that nobody else uses them.
        unsafe {
            let to = self.start.add(at);
            std::ptr::copy_nonoverlapping(numbers.as_ptr(), to, numbers.len());
        }
    }

    /// Writes the first `count` of a vector's numbers from place `at` on.
    ///
    /// # Safety
    /// No other task may write or read these places.
    #[inline(always)]
    pub(super) unsafe fn write_lanes(&self, at: usize, lanes: &Lanes, count: usize) {
        // SAFETY: as the caller promises. A whole vector is told apart so that it becomes one store.
        unsafe {
            if count >= LANES {
                self.write(at, lanes);
            } else {
                self.write(at, &lanes[..count]);
            }
        }
    }
}
