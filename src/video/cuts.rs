//! Finds the hard cuts from one shot to the next.
//!
//! Every frame gets a score: how different its [`Signature`] is from that of the frame before, apart from motion. A cut
//! is a frame whose score stands out from those around it. Fades, dissolves and fast motion spread over many frames, so
//! none of them stands out; a flash stands out, but the picture from before it returns.

use std::collections::VecDeque;

use super::frame::Frame;

mod signature;

use signature::Signature;

/// The lowest score of a cut between two still shots.
const CUT_SCORE: f32 = 0.36;
/// How much of the surrounding restlessness is added to [`CUT_SCORE`].
const RESTLESSNESS_SHARE: f32 = 0.65;
/// Restlessness is measured this long before and after a frame.
const NEIGHBOURHOOD_SECONDS: f64 = 1.0 / 3.0;
/// A picture that returns within this time was interrupted by a flash, not cut.
const LONGEST_FLASH_SECONDS: f64 = 0.25;
/// A picture has returned if its difference is below this share of the difference that the flash made.
const RETURN_SHARE: f32 = 0.5;
/// A picture whose contrast grows by this factor within two frames is fading.
const FADE_GROWTH: f32 = 1.5;
/// The shortest shot; of two cuts closer together, the first counts.
const SHORTEST_SHOT_SECONDS: f64 = 0.2;

/// Finds cuts in consecutive frames. It keeps the signatures of the last quarter of a second.
pub(crate) struct CutFinder {
    frame_rate_hz: f64,
    longest_flash: usize,
    /// The score of every frame so far; 0 for the first and for the edges of flashes.
    scores: Vec<f32>,
    /// The contrast of every frame so far.
    contrasts: Vec<f32>,
    /// The latest frames, newest last.
    recent: VecDeque<Signature>,
    /// Frames that are cuts unless the picture before them returns.
    suspects: Vec<Suspect>,
}

struct Suspect {
    /// The index of the frame that may be a cut.
    index: usize,
    /// The frame before it.
    before: Signature,
}

impl CutFinder {
    /// Makes a finder for frames at a constant rate.
    pub(crate) fn new(frame_rate_hz: f64) -> Self {
        Self {
            frame_rate_hz,
            longest_flash: (LONGEST_FLASH_SECONDS * frame_rate_hz).ceil() as usize,
            scores: Vec::new(),
            contrasts: Vec::new(),
            recent: VecDeque::new(),
            suspects: Vec::new(),
        }
    }

    /// Scores the next frame.
    pub(crate) fn push(&mut self, frame: &Frame) {
        let signature = Signature::of(frame);
        let index = self.scores.len();
        self.clear_flashes(index, &signature);
        let score = match self.recent.back() {
            Some(before) => signature.difference(before),
            None => 0.0,
        };
        if score >= CUT_SCORE && self.was_seen_before(&signature, score) {
            self.scores.push(0.0);
        } else {
            self.scores.push(score);
            if score >= CUT_SCORE
                && let Some(before) = self.recent.back().cloned()
            {
                self.suspects.push(Suspect { index, before });
            }
        }
        self.contrasts.push(signature.contrast());
        self.recent.push_back(signature);
        if self.recent.len() > self.longest_flash + 1 {
            self.recent.pop_front();
        }
    }

    /// Returns the index of the first frame of each new shot.
    pub(crate) fn finish(self) -> Vec<usize> {
        let neighbourhood = (NEIGHBOURHOOD_SECONDS * self.frame_rate_hz).ceil() as usize;
        let shortest = (SHORTEST_SHOT_SECONDS * self.frame_rate_hz) as usize;
        let mut cuts: Vec<usize> = Vec::new();
        for (index, &score) in self.scores.iter().enumerate() {
            let before = &self.scores[index.saturating_sub(neighbourhood)..index];
            let after = &self.scores[index + 1..self.scores.len().min(index + 1 + neighbourhood)];
            let restlessness = second_largest(before).max(second_largest(after));
            let far_enough = cuts.last().is_none_or(|&last| index - last >= shortest);
            let stands_out = score >= CUT_SCORE + RESTLESSNESS_SHARE * restlessness;
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
            let later = towards.and_then(|frame| self.contrasts.get(frame));
            later.is_some_and(|&later| later > FADE_GROWTH * self.contrasts[from])
        };
        let before = index.saturating_sub(1);
        if self.contrasts[before] < self.contrasts[index] {
            grows(index, index.checked_add(2))
        } else {
            grows(before, before.checked_sub(2))
        }
    }

    /// Clears the score of suspects whose earlier picture returns with frame `index`.
    fn clear_flashes(&mut self, index: usize, signature: &Signature) {
        let scores = &mut self.scores;
        self.suspects.retain(|suspect| {
            let score = &mut scores[suspect.index];
            let has_returned = signature.difference(&suspect.before) < RETURN_SHARE * *score;
            if has_returned {
                *score = 0.0;
            }
            !has_returned && index < suspect.index + self.longest_flash
        });
    }

    /// Returns whether a frame with this score resembles an earlier frame, as at the end of a flash.
    fn was_seen_before(&self, signature: &Signature, score: f32) -> bool {
        let earlier = self.recent.iter().rev().skip(1);
        earlier
            .into_iter()
            .any(|seen| signature.difference(seen) < RETURN_SHARE * score)
    }
}

/// Returns the second largest value, or 0. The largest may be a cut of its own, which does not make a shot restless.
fn second_largest(scores: &[f32]) -> f32 {
    let (mut largest, mut second) = (0.0_f32, 0.0_f32);
    for &score in scores {
        second = second.max(score.min(largest));
        largest = largest.max(score);
    }
    second
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::frame::scene_level;

    const RATE_HZ: f64 = 24.0;

    fn cuts_of(frames: impl IntoIterator<Item = Frame>) -> Vec<usize> {
        let mut finder = CutFinder::new(RATE_HZ);
        for frame in frames {
            finder.push(&frame);
        }
        finder.finish()
    }

    #[test]
    fn a_hard_cut_is_found_at_the_first_frame_of_the_new_shot() {
        let frames = (0..40).map(|i| Frame::scene(1 + i / 20, i as f32, 1.0));
        assert_eq!(cuts_of(frames), [20]);
    }

    #[test]
    fn a_cut_between_dark_shots_is_found() {
        let frames = (0..40).map(|i| Frame::scene(1 + i / 20, 0.5 * i as f32, 0.15));
        assert_eq!(cuts_of(frames), [20]);
    }

    #[test]
    fn fades_are_not_cuts() {
        let frames = (0..72).map(|i| {
            let gain = match i {
                0..24 => 1.0 - i as f32 / 24.0,
                24..48 => 0.0,
                _ => (i - 48) as f32 / 24.0,
            };
            Frame::scene(1 + i / 36, 0.0, gain)
        });
        assert_eq!(cuts_of(frames), [0; 0]);
    }

    #[test]
    fn a_dissolve_is_not_a_cut() {
        let frames = (0..60).map(|i| {
            let new = ((i as f32 - 24.0) / 12.0).clamp(0.0, 1.0);
            Frame::draw(|x, y| {
                let (x, y) = (x as f32, y as f32);
                [((1.0 - new) * scene_level(1, x, y) + new * scene_level(4, x, y)) as u8; 3]
            })
        });
        assert_eq!(cuts_of(frames), [0; 0]);
    }

    #[test]
    fn flashes_and_strobes_are_not_cuts() {
        let white = || Frame::draw(|_, _| [255; 3]);
        let flash = (0..48).map(|i| {
            if i / 3 == 7 {
                white()
            } else {
                Frame::scene(1, i as f32, 1.0)
            }
        });
        assert_eq!(cuts_of(flash), [0; 0]);
        let strobe = (0..48).map(|i| {
            if i % 4 < 2 {
                white()
            } else {
                Frame::scene(1, 0.0, 1.0)
            }
        });
        assert_eq!(cuts_of(strobe), [0; 0]);
    }

    #[test]
    fn a_cut_soon_after_a_flash_is_found() {
        let frames = (0..48).map(|i| match i {
            16..18 => Frame::draw(|_, _| [255; 3]),
            _ => Frame::scene(1 + i / 24, 0.0, 1.0),
        });
        assert_eq!(cuts_of(frames), [24]);
    }

    #[test]
    fn slow_and_fast_pans_are_not_cuts() {
        for pixels_a_frame in [0.5, 4.0, 15.0] {
            let frames = (0..48).map(|i| {
                let moving = (i as f32 - 20.0).clamp(0.0, 16.0);
                Frame::scene(3, pixels_a_frame * moving, 1.0)
            });
            assert_eq!(cuts_of(frames), [0; 0], "{pixels_a_frame}");
        }
    }

    #[test]
    fn cuts_every_half_second_are_all_found() {
        let frames = (0..72).map(|i| Frame::scene(1 + i / 12, 0.0, 1.0));
        assert_eq!(cuts_of(frames), [12, 24, 36, 48, 60]);
    }

    #[test]
    fn a_single_frame_or_none_has_no_cut() {
        assert_eq!(cuts_of([]), [0; 0]);
        assert_eq!(cuts_of([Frame::scene(1, 0.0, 1.0)]), [0; 0]);
    }
}
