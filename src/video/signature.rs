//! Signatures of frames, whose difference ignores motion and changes of brightness.

use std::cell::OnceCell;

use super::frame::{Frame, HEIGHT, WIDTH};

mod block;
mod ink;

use block::{BLOCK_HEIGHT, BLOCK_WIDTH, Block, NOISE, block_variances};
use ink::Ink;

/// Frames are compared at half their size.
const THUMB_WIDTH: usize = WIDTH / 2;
const THUMB_HEIGHT: usize = HEIGHT / 2;
/// A block is searched for up to this many pixels away: a motion of a twelfth of the picture.
const REACH: usize = 4;
const PADDED_WIDTH: usize = THUMB_WIDTH + 2 * REACH;
const PADDED_HEIGHT: usize = THUMB_HEIGHT + 2 * REACH;
const BLOCKS: usize = (THUMB_WIDTH / BLOCK_WIDTH) * (THUMB_HEIGHT / BLOCK_HEIGHT);

/// The level from which luma is counted, so that squares stay small.
const MIDDLE: f32 = 128.0;
/// Number of levels in the colour histograms.
const LEVELS: usize = 64;
/// The distance, as a share of the range, at which the colours of two flat pictures clearly differ.
const CLEAR_COLOUR_STEP: f32 = 0.05;
/// How many times the contrast a change of colour must be to count as much as a change of texture.
const COLOUR_AGAINST_CONTRAST: f32 = 3.0;

/// The data kept of a frame to compare it with others.
#[derive(Clone)]
pub(crate) struct Signature {
    /// Luma in 8-bit levels from the middle at half size, with its border repeated [`REACH`] pixels outwards.
    luma: Vec<f32>,
    /// The variance of the block at each place of `luma`, once it is asked for.
    variances: OnceCell<Vec<f32>>,
    /// Standard deviation of luma, 0 to 1.
    contrast: f32,
    /// Cumulative histograms of red, green and blue.
    colours: [[f32; LEVELS]; 3],
    /// What is drawn on a plain ground, if the picture has one.
    ink: Option<Ink>,
}

impl Signature {
    pub(crate) fn of(frame: &Frame) -> Self {
        let thumb_at = |x: usize, y: usize| {
            let first = 2 * y * WIDTH + 2 * x;
            let luma = &frame.luma;
            (luma[first] + luma[first + 1] + luma[first + WIDTH] + luma[first + WIDTH + 1])
                * (255.0 / 4.0)
                - MIDDLE
        };
        let inside = |padded: usize, size: usize| padded.saturating_sub(REACH).min(size - 1);
        let luma = (0..PADDED_WIDTH * PADDED_HEIGHT)
            .map(|at| {
                let (x, y) = (at % PADDED_WIDTH, at / PADDED_WIDTH);
                thumb_at(inside(x, THUMB_WIDTH), inside(y, THUMB_HEIGHT))
            })
            .collect();
        Self {
            luma,
            variances: OnceCell::new(),
            contrast: frame.contrast(),
            colours: cumulative_histograms(frame),
            ink: Ink::of(frame),
        }
    }

    /// Returns the standard deviation of luma, 0 to 1.
    pub(crate) fn contrast(&self) -> f32 {
        self.contrast
    }

    /// Returns luma in 8-bit levels from the middle at half size, with a repeated border: as many numbers for every frame.
    pub(crate) fn luma(&self) -> &[f32] {
        &self.luma
    }

    fn variances(&self) -> &[f32] {
        (self.variances).get_or_init(|| block_variances(&self.luma))
    }

    /// Returns how different two frames are, 0 (the same apart from motion and light) to 1.
    pub(crate) fn difference(&self, other: &Self) -> f32 {
        self.unexplained_by(other)
            .max(other.unexplained_by(self))
            .max(self.colour_difference(other))
            .max(self.ink_difference(other))
    }

    /// Returns the share of this frame's texture that is not found nearby in the other.
    ///
    /// Each block is compared with its surroundings in the other frame by normalised correlation, which tolerates motion
    /// and changes of light and works for dark pictures as well as bright ones. No block weighs more than the average
    /// one, so that an object entering an empty picture does not count as another picture.
    fn unexplained_by(&self, other: &Self) -> f32 {
        let places = (0..THUMB_HEIGHT)
            .step_by(BLOCK_HEIGHT)
            .flat_map(|y| (0..THUMB_WIDTH).step_by(BLOCK_WIDTH).map(move |x| (x, y)));
        let blocks: Vec<_> = places
            .map(|(x, y)| (x, y, Block::cut(&self.luma, x + REACH, y + REACH)))
            .collect();
        let all_texture: f32 = blocks.iter().map(|(_, _, block)| block.variance).sum();
        let mean = all_texture / BLOCKS as f32;
        let (mut texture, mut unexplained) = (0.0, 0.0);
        for (x, y, block) in &blocks {
            let weight = block.variance.min(mean);
            if weight > 0.0 {
                texture += weight;
                unexplained += weight * (1.0 - block.best_match(other, *x, *y));
            }
        }
        unexplained / (texture.max(0.5 * all_texture) + 4.0 * NOISE * BLOCKS as f32)
    }

    /// Returns how different the frames' colours are relative to their contrast, 0 to 1. This decides between pictures
    /// without texture.
    fn colour_difference(&self, other: &Self) -> f32 {
        let step = self.colour_step(other);
        let mean_contrast = 0.5 * (self.contrast + other.contrast);
        let contrast = COLOUR_AGAINST_CONTRAST * mean_contrast;
        step * step / (step * step + contrast * contrast + CLEAR_COLOUR_STEP * CLEAR_COLOUR_STEP)
    }

    /// Returns how much of the ink on a plain ground was replaced, or 0 if either picture has no such ground.
    fn ink_difference(&self, other: &Self) -> f32 {
        match (&self.ink, &other.ink) {
            (Some(ink), Some(other)) => ink.replaced(other),
            _ => 0.0,
        }
    }

    /// Returns the earth mover's distance of the colour histograms, averaged over the channels, as a share of the range.
    fn colour_step(&self, other: &Self) -> f32 {
        let levels = self.colours.as_flattened().iter();
        let distance: f32 = levels
            .zip(other.colours.as_flattened())
            .map(|(here, there)| (here - there).abs())
            .sum();
        distance / (3 * LEVELS) as f32
    }
}

/// Returns the cumulative histograms of red, green and blue.
fn cumulative_histograms(frame: &Frame) -> [[f32; LEVELS]; 3] {
    let mut counts = [[0_u32; LEVELS]; 3];
    for pixel in &frame.rgb {
        for (counts, &level) in counts.iter_mut().zip(pixel) {
            counts[usize::from(level) * LEVELS / 256] += 1;
        }
    }
    counts.map(|counts| {
        let mut sum = 0.0;
        counts.map(|count| {
            sum += count as f32 / frame.rgb.len() as f32;
            sum
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::video::frame::scene_level;

    fn difference(a: &Frame, b: &Frame) -> f32 {
        Signature::of(a).difference(&Signature::of(b))
    }

    #[test]
    fn a_frame_resembles_itself_moved_dimmed_or_brightened() {
        let frame = Frame::scene(1, 0.0, 1.0);
        for (shift, gain, offset) in [
            (0.0, 1.0, 0.0),
            (6.0, 1.0, 0.0),
            (0.0, 0.6, 0.0),
            (0.0, 1.0, 40.0),
            (4.0, 0.8, 20.0),
        ] {
            let other = Frame::draw(|x, y| {
                let level = scene_level(1, x as f32 + shift, y as f32);
                [(gain * level + offset) as u8; 3]
            });
            let difference = difference(&frame, &other);
            assert!(difference < 0.2, "{shift} {gain} {offset}: {difference}");
        }
    }

    #[test]
    fn another_scene_differs_whether_bright_or_dark() {
        for gain in [1.0, 0.15] {
            let difference = difference(&Frame::scene(1, 0.0, gain), &Frame::scene(4, 0.0, gain));
            assert!(difference > 0.45, "{gain}: {difference}");
        }
    }

    #[test]
    fn flat_pictures_differ_by_colour_only() {
        let flat = |colour| Frame::draw(move |_, _| colour);
        assert!(difference(&flat([200, 30, 30]), &flat([30, 30, 200])) > 0.8);
        assert!(difference(&flat([100, 100, 100]), &flat([103, 103, 103])) < 0.2);
    }

    #[test]
    fn an_object_entering_an_empty_picture_does_not_count_as_another_picture() {
        let title = |width: usize| {
            Frame::draw(move |x, y| {
                let lit = x < width && (20..30).contains(&y) && x / 3 % 2 == 0;
                [if lit { 220 } else { 20 }; 3]
            })
        };
        let difference = difference(&title(30), &title(0));
        assert!(difference < 0.3, "{difference}");
    }

    #[test]
    fn difference_is_symmetric() {
        let (a, b) = (
            Signature::of(&Frame::scene(1, 0.0, 1.0)),
            Signature::of(&Frame::scene(2, 3.0, 0.7)),
        );
        assert_eq!(a.difference(&b), b.difference(&a));
    }
}
