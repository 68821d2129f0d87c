//! What is drawn on a plain ground: titles, slides and charts.
//!
//! Their texture is in few places and much alike from one to the next, lines of text above all, so that signatures of
//! blocks do not tell them apart. Here pixels are compared.

use crate::video::frame::{Frame, HEIGHT, LUMA_STEPS, WIDTH, luma_step};

/// A picture has a plain ground if this share of its pixels is within a step of the most common luma.
const GROUND_SHARE: f32 = 0.5;
/// Pixels that differ from the ground by fewer 8-bit levels are noise.
const NOISE: i32 = 6;
/// As much ink as this, in levels over all pixels, is not enough to tell pictures apart.
const FAINT: f32 = 150.0;
/// Ink that moved by up to this many pixels is the same.
const REACH: usize = 2;
/// Different lines of text cover each other in part; their score is raised by this factor.
const GAIN: f32 = 1.4;
/// The score of pictures without common ink. An object that leaps again and again keeps below the score of a cut among
/// its own.
const FULL_SCORE: f32 = 0.9;

/// The difference of each pixel from a plain ground, in 8-bit levels of luma.
#[derive(Clone)]
pub(super) struct Ink {
    levels: Vec<i32>,
}

impl Ink {
    /// Returns the ink of a frame, or `None` if it has no plain ground.
    pub(super) fn of(frame: &Frame) -> Option<Self> {
        let counts = frame.luma_counts();
        let around = |step: usize| step.saturating_sub(1)..(step + 2).min(LUMA_STEPS);
        let pixels_around = |step: &usize| counts[around(*step)].iter().sum::<u32>();
        let common = (0..LUMA_STEPS).max_by_key(pixels_around)?;
        let pixels = pixels_around(&common);
        if (pixels as f32) < GROUND_SHARE * frame.luma.len() as f32 {
            return None;
        }
        let of_ground = frame
            .luma
            .iter()
            .filter(|&&luma| around(common).contains(&luma_step(luma)));
        let ground = of_ground.sum::<f32>() / pixels as f32;
        Some(Self {
            levels: frame
                .luma
                .iter()
                .map(|luma| ((luma - ground) * 255.0).round() as i32)
                .collect(),
        })
    }

    /// Returns how much of the ink was replaced by other ink, 0 to [`FULL_SCORE`]: the share that is gone or the share
    /// that is new, whichever is less, so that a title that appears or goes does not count.
    pub(super) fn replaced(&self, other: &Self) -> f32 {
        let reach = REACH as isize;
        let shifts =
            (-reach..=reach).flat_map(|down| (-reach..=reach).map(move |right| (right, down)));
        let least = shifts
            .map(|(right, down)| self.replaced_at(other, right, down))
            .fold(1.0, f32::min);
        (GAIN * least).min(FULL_SCORE)
    }

    /// Returns the score of the other ink moved to the left and up.
    fn replaced_at(&self, other: &Self, right: isize, down: isize) -> f32 {
        let (mut all_here, mut gone, mut all_there, mut new) = (0, 0, 0, 0);
        for y in 0..HEIGHT {
            let there_y = y.checked_add_signed(down).filter(|&y| y < HEIGHT);
            for x in 0..WIDTH {
                let there_x = x.checked_add_signed(right).filter(|&x| x < WIDTH);
                let here = self.levels[y * WIDTH + x];
                let there = match (there_x, there_y) {
                    (Some(x), Some(y)) => other.levels[y * WIDTH + x],
                    _ => 0,
                };
                let change = (here - there).abs();
                if here.abs() > NOISE {
                    all_here += here.abs();
                    gone += change.min(here.abs());
                }
                if there.abs() > NOISE {
                    all_there += there.abs();
                    new += change.min(there.abs());
                }
            }
        }
        let share = |part: i32, all: i32| part as f32 / (all as f32 + FAINT);
        share(gone, all_here).min(share(new, all_there))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws lines of text, different for each seed, on a ground.
    fn slide(seed: u32, lines: std::ops::Range<usize>, shift: usize, ground: u8, ink: u8) -> Ink {
        let frame = Frame::draw(|x, y| {
            let (line, row) = (y / 8, y % 8);
            let x = x + shift;
            let key = (seed * 7919 + line as u32 * 263 + x as u32 / 2).wrapping_mul(0x9e37_79b9);
            let is_ink =
                lines.contains(&line) && row < 4 && (14..80).contains(&x) && key >> 30 != 0;
            [if is_ink { ink } else { ground }; 3]
        });
        Ink::of(&frame).unwrap()
    }

    #[test]
    fn another_slide_has_other_ink_whether_dark_or_bright() {
        for (ground, ink) in [(255, 20), (10, 220), (60, 110)] {
            for lines in [3..4, 1..6] {
                let first = slide(1, lines.clone(), 0, ground, ink);
                let second = slide(2, lines, 0, ground, ink);
                assert!(first.replaced(&second) > 0.3, "{}", first.replaced(&second));
                assert!(first.replaced(&first) < 0.01);
            }
        }
    }

    #[test]
    fn lines_that_appear_go_or_move_a_little_are_the_same_ink() {
        let one = slide(1, 1..2, 0, 255, 20);
        let both = slide(1, 1..4, 0, 255, 20);
        let moved = slide(1, 1..4, 2, 255, 20);
        for (from, to) in [(&one, &both), (&both, &one), (&both, &moved)] {
            assert!(from.replaced(to) < 0.1, "{}", from.replaced(to));
        }
    }

    #[test]
    fn pictures_full_of_texture_have_no_ground() {
        assert!(Ink::of(&Frame::scene(1, 0.0, 1.0)).is_none());
    }
}
