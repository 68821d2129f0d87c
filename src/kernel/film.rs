//! Consecutive frames of a video in pieces, of which the earlier ones are forgotten while later ones come.

use super::tensor::slice;
use candle_core::{Result, Storage, Tensor};
use std::collections::VecDeque;
use std::ops::Range;

/// Frames, each `[channels, height, width]`, counted from the first of the video.
#[derive(Debug, Default)]
pub(crate) struct Film {
    /// Each is `[frames, channels, height, width]`.
    pieces: VecDeque<Tensor>,
    /// The first frame of the first piece.
    first: usize,
    end: usize,
}

/// The numbers of the frames that a film still has.
pub(super) struct Frames<'a> {
    first: usize,
    frames: Vec<&'a [f32]>,
}

impl<'a> Frames<'a> {
    /// Returns a frame, or `None` if the film does not have it.
    #[inline(always)]
    pub(super) fn get(&self, frame: usize) -> Option<&'a [f32]> {
        let at = frame.checked_sub(self.first)?;
        self.frames.get(at).copied()
    }
}

impl Film {
    /// Adds frames, `[frames, channels, height, width]`.
    ///
    /// # Errors
    ///
    /// Returns an error if they are of another shape than those before, or if candle tracks them.
    pub(crate) fn push(&mut self, piece: Tensor) -> Result<()> {
        let (count, ..) = piece.dims4()?;
        let shape = &piece.dims()[1..];
        if self.shape().is_some_and(|before| before != shape) || piece.track_op() {
            candle_core::bail!("a film of frames {:?} got {:?}", self.shape(), piece.dims());
        }
        self.pieces.push_back(piece.contiguous()?);
        self.end += count;
        Ok(())
    }

    /// Returns how many frames have come.
    pub(crate) fn end(&self) -> usize {
        self.end
    }

    /// Returns channels, height and width of a frame, if there is one.
    pub(super) fn shape(&self) -> Option<&[usize]> {
        self.pieces.back().map(|piece| &piece.dims()[1..])
    }

    /// Forgets pieces that end before this frame; the last piece stays.
    pub(crate) fn forget(&mut self, before: usize) {
        while self.pieces.len() > 1 {
            let next = self.first + self.pieces[0].dims()[0];
            if next > before {
                break;
            }
            self.first = next;
            self.pieces.pop_front();
        }
    }

    /// Returns whether the film still has all of these frames.
    pub(super) fn has(&self, frames: &Range<usize>) -> bool {
        frames.is_empty() || (self.first <= frames.start && frames.end <= self.end)
    }

    /// Returns the frames that the film still has as one tensor, and the number of the first.
    ///
    /// # Errors
    ///
    /// Returns an error if there are none.
    pub(super) fn whole(&self) -> Result<(usize, Tensor)> {
        let pieces: Vec<&Tensor> = self.pieces.iter().collect();
        Ok((self.first, Tensor::cat(&pieces, 0)?))
    }

    /// Calls `f` with the numbers of the frames.
    ///
    /// # Errors
    ///
    /// Returns the error of `f`, or another if the frames are not `f32` on the CPU.
    pub(super) fn with_frames<R>(&self, f: impl FnOnce(&Frames<'_>) -> Result<R>) -> Result<R> {
        let guards: Vec<_> = (self.pieces.iter())
            .map(|piece| piece.storage_and_layout())
            .collect();
        let mut frames = Vec::new();
        for ((storage, layout), piece) in guards.iter().zip(&self.pieces) {
            let Storage::Cpu(storage) = &**storage else {
                candle_core::bail!("a CPU kernel got a tensor on another device");
            };
            let numbers = slice(storage, layout)?;
            let count = piece.dims()[0];
            frames.extend(numbers.chunks_exact((numbers.len() / count.max(1)).max(1)));
        }
        let first = self.first;
        f(&Frames { first, frames })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::tensor;

    #[test]
    fn frames_keep_their_numbers_while_earlier_ones_are_forgotten() {
        let pieces = [(3, 1), (2, 2), (4, 3)].map(|(count, seed)| tensor(&[count, 2, 1, 3], seed));
        let all = Tensor::cat(&pieces, 0).unwrap();
        let mut film = Film::default();
        for piece in pieces {
            film.push(piece).unwrap();
        }
        film.forget(4);
        assert!(film.has(&(3..9)) && !film.has(&(2..3)) && !film.has(&(8..10)));
        let numbers: Vec<f32> = all.flatten_all().unwrap().to_vec1().unwrap();
        film.with_frames(|frames| {
            for frame in 0..10 {
                let expected = (3..9)
                    .contains(&frame)
                    .then(|| &numbers[6 * frame..6 * frame + 6]);
                assert_eq!(frames.get(frame), expected, "{frame}");
            }
            Ok(())
        })
        .unwrap();
        film.forget(100);
        assert_eq!((film.end(), film.has(&(5..9))), (9, true));
        assert!(film.push(tensor(&[1, 2, 3, 1], 4)).is_err());
    }
}
