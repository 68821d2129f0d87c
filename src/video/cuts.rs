//! Finds the hard cuts from one shot to the next.
//!
//! Every frame gets a score: how different its [`Signature`] is from that of the frame before, apart from motion. A cut
//! is a frame whose score stands out from those around it. Fades, dissolves and fast motion spread over many frames, so
//! none of them stands out; a flash stands out, but the picture from before it returns.

use std::collections::VecDeque;
use std::rc::Rc;

use super::signature::Signature;
use crate::time::Seconds;

/// The lowest score of a cut between two still shots.
const CUT_SCORE: f32 = 0.36;
/// How much of the surrounding restlessness is added to [`CUT_SCORE`].
const RESTLESSNESS_SHARE: f32 = 0.65;
/// Restlessness is measured this long before and after a frame.
const NEIGHBOURHOOD_SECONDS: f64 = 0.36;
/// A picture that returns within this time was interrupted by a flash, not cut.
const LONGEST_FLASH_SECONDS: f64 = 0.25;
/// A picture has returned if its difference is below this share of the difference that the flash made.
const RETURN_SHARE: f32 = 0.5;
/// A picture whose contrast grows by this factor within two frames is fading.
const FADE_GROWTH: f32 = 1.5;
/// Frames further apart than this show separate pictures rather than steps of a fade.
const LONGEST_FADE_STEP_SECONDS: f64 = 0.25;
/// The shortest shot; of two cuts closer together, the first counts.
const SHORTEST_SHOT_SECONDS: f64 = 0.16;
/// Times that differ by less than this are the same.
const ROUNDING_SECONDS: f64 = 1e-6;

/// Finds cuts in consecutive frames. It keeps the signatures of the last quarter of a second.
pub(crate) struct CutFinder {
    frames: Vec<ScoredFrame>,
    /// The latest frames, newest last, with their times.
    recent: VecDeque<(f64, Rc<Signature>)>,
    /// Frames that are cuts unless the picture before them returns.
    suspects: Vec<Suspect>,
}

/// What is kept of every frame.
struct ScoredFrame {
    /// When it is first shown, in seconds.
    time: f64,
    /// How much it differs from the frame before; 0 for the first and for the edges of flashes.
    score: f32,
    contrast: f32,
}

struct Suspect {
    /// The index of the frame that may be a cut.
    index: usize,
    /// The frame before it.
    before: Rc<Signature>,
}

impl CutFinder {
    pub(crate) fn new() -> Self {
        Self {
            frames: Vec::new(),
            recent: VecDeque::new(),
            suspects: Vec::new(),
        }
    }

    /// Scores the next frame, which is first shown at `time`.
    pub(crate) fn push(&mut self, time: Seconds, signature: &Rc<Signature>) {
        let (index, time) = (self.frames.len(), time.0);
        self.clear_flashes(time, signature);
        let mut score = match self.recent.back() {
            Some((_, before)) => signature.difference(before),
            None => 0.0,
        };
        if score >= CUT_SCORE {
            if self.was_seen_before(time, signature, score) {
                score = 0.0;
            } else if let Some((_, before)) = self.recent.back().cloned() {
                self.suspects.push(Suspect { index, before });
            }
        }
        self.frames.push(ScoredFrame {
            time,
            score,
            contrast: signature.contrast(),
        });
        self.recent.push_back((time, Rc::clone(signature)));
        while self.recent.len() > 1 && !is_within(self.recent[0].0, time, LONGEST_FLASH_SECONDS) {
            self.recent.pop_front();
        }
    }

    /// Returns the index of the first frame of each new shot.
    pub(crate) fn finish(self) -> Vec<usize> {
        let mut cuts: Vec<usize> = Vec::new();
        for (index, frame) in self.frames.iter().enumerate() {
            let near = |other: &&ScoredFrame| {
                let (first, last) = (other.time.min(frame.time), other.time.max(frame.time));
                is_within(first, last, NEIGHBOURHOOD_SECONDS)
            };
            let before = self.frames[..index].iter().rev().take_while(near);
            let after = self.frames[index + 1..].iter().take_while(near);
            let restlessness = second_largest(before).max(second_largest(after));
            let far_enough = cuts.last().is_none_or(|&last| {
                let shot = frame.time - self.frames[last].time;
                shot > SHORTEST_SHOT_SECONDS - ROUNDING_SECONDS
            });
            let stands_out = frame.score >= CUT_SCORE + RESTLESSNESS_SHARE * restlessness;
            if far_enough && stands_out && !self.is_fade(index) {
                cuts.push(index);
            }
        }
        cuts
    }

    /// Returns whether frame `index` starts a fade in from, or ends a fade out to, a flat picture: the texture there is
    /// faint, and keeps growing away from the flat picture.
    fn is_fade(&self, index: usize) -> bool {
        let grows = |from: usize, towards: Option<usize>| {
            let (from, later) = (
                &self.frames[from],
                towards.and_then(|at| self.frames.get(at)),
            );
            later.is_some_and(|later| {
                (later.time - from.time).abs() <= LONGEST_FADE_STEP_SECONDS
                    && later.contrast > FADE_GROWTH * from.contrast
            })
        };
        let before = index.saturating_sub(1);
        if self.frames[before].contrast < self.frames[index].contrast {
            grows(index, index.checked_add(2))
        } else {
            grows(before, before.checked_sub(2))
        }
    }

    /// Clears the score of suspects whose earlier picture returns with a frame at `time`.
    fn clear_flashes(&mut self, time: f64, signature: &Signature) {
        let frames = &mut self.frames;
        self.suspects.retain(|suspect| {
            let frame = &mut frames[suspect.index];
            if !is_within(frame.time, time, LONGEST_FLASH_SECONDS) {
                return false;
            }
            let has_returned = signature.difference(&suspect.before) < RETURN_SHARE * frame.score;
            if has_returned {
                frame.score = 0.0;
            }
            !has_returned
        });
    }

    /// Returns whether a frame at `time` with this score resembles an earlier frame, as at the end of a flash.
    fn was_seen_before(&self, time: f64, signature: &Signature, score: f32) -> bool {
        let earlier = self.recent.iter().rev().skip(1);
        // The flash began after the frame that it resembles.
        let mut flash_began = self.recent.back().map_or(time, |(time, _)| *time);
        for (seen_at, seen) in earlier {
            if !is_within(flash_began, time, LONGEST_FLASH_SECONDS) {
                return false;
            }
            if signature.difference(seen) < RETURN_SHARE * score {
                return true;
            }
            flash_began = *seen_at;
        }
        false
    }
}

/// Returns whether `later` is at most `seconds` after `earlier`.
fn is_within(earlier: f64, later: f64, seconds: f64) -> bool {
    later - earlier <= seconds + ROUNDING_SECONDS
}

/// Returns the second largest score, or 0. The largest may be a cut of its own, which does not make a shot restless.
fn second_largest<'a>(frames: impl Iterator<Item = &'a ScoredFrame>) -> f32 {
    let (mut largest, mut second) = (0.0_f32, 0.0_f32);
    for frame in frames {
        second = second.max(frame.score.min(largest));
        largest = largest.max(frame.score);
    }
    second
}

#[cfg(test)]
mod tests;
