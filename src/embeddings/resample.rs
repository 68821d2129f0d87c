//! Resizes pictures as Pillow does, to the bit: the filter widens when a picture shrinks, weights have 22 bits after the
//! point, and the picture is rounded between the horizontal and the vertical pass.
//!
//! The method is that of Pillow's `Image.resize` (Alex Clark and contributors, MIT-CMU licence), which the reference
//! processors call.

use serde::Deserialize;

use super::picture::Rgb;

/// Bits after the point of a weight.
const PRECISION_BITS: u32 = 32 - 8 - 2;

/// How a pixel of the new picture is made of old ones. In files, Pillow's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u8")]
pub(super) enum Filter {
    Bilinear,
    Bicubic,
}

impl TryFrom<u8> for Filter {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            2 => Ok(Self::Bilinear),
            3 => Ok(Self::Bicubic),
            other => Err(format!(
                "the resampling filter {other}; expected 2 (bilinear) or 3 (bicubic)"
            )),
        }
    }
}

impl Filter {
    /// How far it reaches, in pixels of the new picture.
    fn support(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        let x = distance.abs();
        match self {
            Self::Bilinear => (1.0 - x).max(0.0),
            // Keys' cubic with a = −1/2.
            Self::Bicubic if x < 1.0 => (1.5 * x - 2.5) * x * x + 1.0,
            Self::Bicubic if x < 2.0 => -0.5 * (((x - 5.0) * x + 8.0) * x - 4.0),
            Self::Bicubic => 0.0,
        }
    }
}

/// The old pixels that make up a new one: the first, and the weight of each.
struct Span {
    first: usize,
    weights: Vec<i32>,
}

/// Returns the span of each of `new` pixels along a line of `old`.
fn spans(old: usize, new: usize, filter: Filter) -> Vec<Span> {
    let scale = old as f64 / new as f64;
    let widening = scale.max(1.0);
    let support = filter.support() * widening;
    let span = |pixel: usize| {
        let centre = (pixel as f64 + 0.5) * scale;
        let first = (centre - support + 0.5).max(0.0) as usize;
        let end = ((centre + support + 0.5) as usize).min(old);
        let weights: Vec<f64> = (first..end)
            .map(|at| filter.weight((at as f64 - centre + 0.5) * (1.0 / widening)))
            .collect();
        let sum: f64 = weights.iter().sum();
        let fixed = |weight: f64| {
            let scaled = weight / sum * f64::from(1 << PRECISION_BITS);
            (scaled + 0.5_f64.copysign(scaled)) as i32
        };
        Span {
            first,
            weights: weights.into_iter().map(fixed).collect(),
        }
    };
    (0..new).map(span).collect()
}

/// Returns the weighted sum of pixels as a level of 0 to 255.
fn level(sum: i32) -> u8 {
    (sum >> PRECISION_BITS).clamp(0, 255) as u8
}

/// Returns the picture with another size.
pub(super) fn resize(picture: &Rgb, width: usize, height: usize, filter: Filter) -> Rgb {
    let half = 1 << (PRECISION_BITS - 1);
    let mut lines = picture.pixels().to_vec();
    if width != picture.width() {
        let spans = spans(picture.width(), width, filter);
        let row = |row: &[[u8; 3]]| -> Vec<[u8; 3]> {
            let pixel = |span: &Span| {
                let mut sums = [half; 3];
                for (weight, pixel) in span.weights.iter().zip(&row[span.first..]) {
                    for (sum, &level) in sums.iter_mut().zip(pixel) {
                        *sum += weight * i32::from(level);
                    }
                }
                sums.map(level)
            };
            spans.iter().map(pixel).collect()
        };
        lines = lines.chunks_exact(picture.width()).flat_map(row).collect();
    }
    if height != picture.height() {
        let mut sums = vec![[half; 3]; width];
        let spans = spans(picture.height(), height, filter);
        let mut resized = Vec::with_capacity(width * height);
        for span in spans {
            sums.fill([half; 3]);
            let rows = lines[span.first * width..].chunks_exact(width);
            for (weight, row) in span.weights.iter().zip(rows) {
                for (sums, pixel) in sums.iter_mut().zip(row) {
                    for (sum, &level) in sums.iter_mut().zip(pixel) {
                        *sum += weight * i32::from(level);
                    }
                }
            }
            resized.extend(sums.iter().map(|sums| sums.map(level)));
        }
        lines = resized;
    }
    Rgb::new(width, lines)
}
