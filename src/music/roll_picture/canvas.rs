//! A small canvas: smooth rectangles and lettering on an opaque picture.

use std::ops::Range;

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

/// A colour, red, green and blue.
pub(super) type Colour = [u8; 3];

/// An opaque picture of 8 bits a channel.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// A rectangle by its edges in pixels; fractions of a pixel are painted in part.
#[derive(Clone, Copy)]
pub(super) struct Rect {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) right: f32,
    pub(super) bottom: f32,
}

/// Size and weight of letters.
#[derive(Clone, Copy)]
pub(super) struct Lettering {
    size: RasterHeight,
    weight: FontWeight,
}

impl Lettering {
    pub(super) const LABEL: Self = Self {
        size: RasterHeight::Size24,
        weight: FontWeight::Regular,
    };
    pub(super) const TITLE: Self = Self {
        size: RasterHeight::Size32,
        weight: FontWeight::Bold,
    };

    /// How many pixels wide `text` is.
    pub(super) fn width(self, text: &str) -> f32 {
        (text.chars().count() * get_raster_width(self.weight, self.size)) as f32
    }

    /// How many pixels high a line is.
    pub(super) fn height(self) -> f32 {
        self.size.val() as f32
    }
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize, background: Colour) -> Self {
        Self {
            width,
            height,
            pixels: vec![background; width * height],
        }
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// Red, green and blue of every pixel, row by row.
    pub(super) fn bytes(&self) -> &[u8] {
        self.pixels.as_flattened()
    }

    /// Fills a rectangle; an `alpha` of 1 covers, 0 leaves what is there.
    pub(super) fn fill(&mut self, rect: Rect, colour: Colour, alpha: f32) {
        self.fill_rounded(rect, 0.0, colour, alpha);
    }

    /// Fills a rectangle whose corners are rounded by `radius` pixels.
    pub(super) fn fill_rounded(&mut self, rect: Rect, radius: f32, colour: Colour, alpha: f32) {
        let radius = radius
            .min((rect.right - rect.left) / 2.0)
            .min((rect.bottom - rect.top) / 2.0);
        for y in pixels(rect.top, rect.bottom, self.height) {
            for x in pixels(rect.left, rect.right, self.width) {
                let coverage = overlap(x, rect.left, rect.right)
                    * overlap(y, rect.top, rect.bottom)
                    * corner_coverage(x, y, rect, radius);
                self.blend(x, y, colour, alpha * coverage);
            }
        }
    }

    /// Writes a line of text with its upper left corner at `left`, `top`; characters without a picture become "?".
    pub(super) fn write(
        &mut self,
        text: &str,
        left: f32,
        top: f32,
        lettering: Lettering,
        colour: Colour,
    ) {
        let mut x = left.round() as usize;
        for character in text.chars() {
            let glyph = |c| get_raster(c, lettering.weight, lettering.size);
            let Some(glyph) = glyph(character).or_else(|| glyph('?')) else {
                continue;
            };
            for (row, intensities) in glyph.rows().enumerate() {
                for (column, &intensity) in intensities.iter().enumerate() {
                    let y = top.round() as usize + row;
                    self.blend(x + column, y, colour, f32::from(intensity) / 255.0);
                }
            }
            x += glyph.width();
        }
    }

    fn blend(&mut self, x: usize, y: usize, colour: Colour, alpha: f32) {
        if x >= self.width || y >= self.height {
            return;
        }
        let pixel = &mut self.pixels[y * self.width + x];
        for (there, new) in pixel.iter_mut().zip(colour) {
            let (from, to) = (f32::from(*there), f32::from(new));
            *there = (from + (to - from) * alpha).round() as u8;
        }
    }
}

/// The pixels that the stretch from `from` to `to` touches, within `0..limit`.
fn pixels(from: f32, to: f32, limit: usize) -> Range<usize> {
    let first = from.floor().max(0.0) as usize;
    let end = (to.ceil().max(0.0) as usize).min(limit);
    first.min(end)..end
}

/// How much of pixel `at` lies between `from` and `to`.
fn overlap(at: usize, from: f32, to: f32) -> f32 {
    let at = at as f32;
    ((at + 1.0).min(to) - at.max(from)).clamp(0.0, 1.0)
}

/// How much of a pixel near a rounded corner lies within it; 1 elsewhere.
fn corner_coverage(x: usize, y: usize, rect: Rect, radius: f32) -> f32 {
    let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
    let beyond_x = (rect.left + radius - x).max(x - (rect.right - radius));
    let beyond_y = (rect.top + radius - y).max(y - (rect.bottom - radius));
    if beyond_x > 0.0 && beyond_y > 0.0 {
        (radius + 0.5 - beyond_x.hypot(beyond_y)).clamp(0.0, 1.0)
    } else {
        1.0
    }
}
