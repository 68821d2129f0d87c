//! A small canvas: smooth rectangles and lettering on an opaque picture, and the colours that all pictures share.

use std::ops::Range;
use std::path::Path;

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use crate::error::{Error, Result};
use crate::formats::atomic_file;

/// A colour, red, green and blue.
pub(crate) type Colour = [u8; 3];

pub(crate) const BACKGROUND: Colour = [0x14, 0x16, 0x1b];
pub(crate) const LINE: Colour = [0x2a, 0x2f, 0x3a];
pub(crate) const NOTE: Colour = [0x7f, 0xb4, 0xff];
pub(crate) const CUT: Colour = [0xf2, 0xb8, 0x4b];
pub(crate) const MUTED: Colour = [0x8a, 0x92, 0xa3];

/// An opaque picture of 8 bits a channel.
pub(crate) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// A rectangle by its edges in pixels; fractions of a pixel are painted in part.
#[derive(Clone, Copy)]
pub(crate) struct Rect {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

/// Size and weight of letters.
#[derive(Clone, Copy)]
pub(crate) struct Lettering {
    size: RasterHeight,
    weight: FontWeight,
}

impl Lettering {
    pub(crate) const LABEL: Self = Self {
        size: RasterHeight::Size24,
        weight: FontWeight::Regular,
    };
    pub(crate) const TITLE: Self = Self {
        size: RasterHeight::Size32,
        weight: FontWeight::Bold,
    };

    /// How many pixels wide `text` is.
    pub(crate) fn width(self, text: &str) -> f32 {
        (text.chars().count() * get_raster_width(self.weight, self.size)) as f32
    }

    /// How many pixels high a line is.
    pub(crate) fn height(self) -> f32 {
        self.size.val() as f32
    }
}

impl Canvas {
    pub(crate) fn new(width: usize, height: usize, background: Colour) -> Self {
        Self {
            width,
            height,
            pixels: vec![background; width * height],
        }
    }

    pub(crate) fn height(&self) -> usize {
        self.height
    }

    /// Writes it as a PNG, whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] where `path` cannot be written.
    pub(crate) fn write_png(&self, path: &Path) -> Result<()> {
        atomic_file::write_file(path, |file| {
            let mut encoder = png::Encoder::new(file, self.width as u32, self.height as u32);
            encoder.set_color(png::ColorType::Rgb);
            encoder.set_depth(png::BitDepth::Eight);
            encoder
                .write_header()
                .and_then(|mut writer| writer.write_image_data(self.pixels.as_flattened()))
                .map_err(|error| Error::io(path)(error.into()))
        })
    }

    /// Fills a rectangle; an `alpha` of 1 covers, 0 leaves what is there.
    pub(crate) fn fill(&mut self, rect: Rect, colour: Colour, alpha: f32) {
        self.fill_rounded(rect, 0.0, colour, alpha);
    }

    /// Fills a rectangle whose corners are rounded by `radius` pixels.
    pub(crate) fn fill_rounded(&mut self, rect: Rect, radius: f32, colour: Colour, alpha: f32) {
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
    pub(crate) fn write(
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
