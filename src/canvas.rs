//! A small canvas: anti-aliased rectangles and text on an opaque image.

use std::ops::Range;
use std::path::Path;

use noto_sans_mono_bitmap::{FontWeight, RasterHeight, get_raster, get_raster_width};

use crate::error::{Error, Result};
use crate::formats::atomic_file;
use crate::palette::Colour;

/// An opaque image with 8 bits per channel.
pub(crate) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

/// A rectangle by its edges, in pixels. Pixels that it covers in part are blended.
#[derive(Clone, Copy)]
pub(crate) struct Rect {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

/// The size and weight of text.
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

    /// Returns the width of `text`, in pixels.
    pub(crate) fn width(self, text: &str) -> f32 {
        (text.chars().count() * get_raster_width(self.weight, self.size)) as f32
    }

    /// Returns the height of a line, in pixels.
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

    /// Writes the image as a PNG file, atomically.
    ///
    /// # Errors
    /// Returns [`Error::Io`] if `path` cannot be written.
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

    /// Fills a rectangle. An `alpha` of 1 is opaque; 0 leaves the image unchanged.
    pub(crate) fn fill(&mut self, rect: Rect, colour: Colour, alpha: f32) {
        self.fill_rounded(rect, 0.0, colour, alpha);
    }

    /// Fills a rectangle with corners of `radius` pixels.
    pub(crate) fn fill_rounded(&mut self, rect: Rect, radius: f32, colour: Colour, alpha: f32) {
        let radius = radius
            .min((rect.right - rect.left) / 2.0)
            .min((rect.bottom - rect.top) / 2.0);
        for y in touched(rect.top, rect.bottom, self.height) {
            for x in touched(rect.left, rect.right, self.width) {
                let coverage = overlap(x, rect.left, rect.right)
                    * overlap(y, rect.top, rect.bottom)
                    * corner_coverage(x, y, rect, radius);
                self.blend(x, y, colour, alpha * coverage);
            }
        }
    }

    /// Places an image of a width in pixels, with its upper left corner at `left`, `top`. What lies outside is left out.
    pub(crate) fn place(&mut self, image: &[Colour], width: usize, left: usize, top: usize) {
        let lines = self.pixels.chunks_exact_mut(self.width).skip(top);
        for (line, image) in lines.zip(image.chunks_exact(width)) {
            for (pixel, &colour) in line.iter_mut().skip(left).zip(image) {
                *pixel = colour;
            }
        }
    }

    /// Writes a line of text with its upper left corner at `left`, `top`. Characters without a glyph become `?`.
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

/// Returns the pixels within `0..limit` that the range from `from` to `to` touches.
fn touched(from: f32, to: f32, limit: usize) -> Range<usize> {
    let first = from.floor().max(0.0) as usize;
    let end = (to.ceil().max(0.0) as usize).min(limit);
    first.min(end)..end
}

/// Returns the share of pixel `at` that lies between `from` and `to`.
fn overlap(at: usize, from: f32, to: f32) -> f32 {
    let at = at as f32;
    ((at + 1.0).min(to) - at.max(from)).clamp(0.0, 1.0)
}

/// Returns the share of a pixel that lies within the rounded corners; 1 away from them.
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
