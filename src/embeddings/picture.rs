//! A picture, and how it becomes what a model sees.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::model_folder::read_json;
use super::resample::{Filter, resize};
use crate::error::{Fault, Result};

/// The file that says how pictures are prepared; without it they are as the model's authors have them.
const PROCESSOR: &str = "preprocessor_config.json";
/// Mean and deviation of red, green and blue, as OpenAI's CLIP has them.
const MEAN: [f32; 3] = [0.481_454_66, 0.457_827_5, 0.408_210_73];
const DEVIATION: [f32; 3] = [0.268_629_54, 0.261_302_6, 0.275_777_1];
/// The largest side of what a model sees, in pixels.
pub(super) const MAX_SIDE: usize = 2048;

/// A picture of red, green and blue, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgb {
    width: usize,
    pixels: Vec<[u8; 3]>,
}

impl Rgb {
    /// Makes a picture of rows of `width` pixels. What does not fill a row is dropped.
    pub fn new(width: usize, mut pixels: Vec<[u8; 3]>) -> Self {
        let whole_rows = pixels.len() - pixels.len() % width.max(1);
        pixels.truncate(whole_rows);
        Self { width, pixels }
    }

    /// Returns the pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the rows.
    pub fn height(&self) -> usize {
        self.pixels.len() / self.width.max(1)
    }

    /// Returns the pixels, row by row.
    pub fn pixels(&self) -> &[[u8; 3]] {
        &self.pixels
    }
}

/// How a model's authors prepare pictures where the folder does not say so.
#[derive(Clone, Copy, Debug)]
pub(super) enum Usual {
    /// The shorter side is resized, and the middle cut out: CLIP.
    Cropped,
    /// The whole picture is resized to a square: BLIP.
    Stretched,
}

/// How pictures are prepared for a model.
#[derive(Clone, Debug)]
pub(super) struct Preparation {
    size: Size,
    filter: Filter,
    /// Width and height of what a model sees.
    side: usize,
    rescale: f32,
    mean: [f32; 3],
    deviation: [f32; 3],
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Size {
    ShorterSide(usize),
    Exactly { width: usize, height: usize },
}

/// The settings of a reference processor; what is left out is usual.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Processor {
    do_resize: bool,
    size: Value,
    resample: Filter,
    do_center_crop: Option<bool>,
    crop_size: Value,
    do_rescale: bool,
    rescale_factor: f64,
    do_normalize: bool,
    image_mean: [f32; 3],
    image_std: [f32; 3],
}

impl Default for Processor {
    fn default() -> Self {
        Self {
            do_resize: true,
            size: Value::Null,
            resample: Filter::Bicubic,
            do_center_crop: None,
            crop_size: Value::Null,
            do_rescale: true,
            rescale_factor: 1.0 / 255.0,
            do_normalize: true,
            image_mean: MEAN,
            image_std: DEVIATION,
        }
    }
}

impl Preparation {
    /// Reads the preparation of a model that sees squares of `side` pixels from its folder.
    ///
    /// # Errors
    /// Returns an error if the file is broken, or prepares pictures of another size.
    pub(super) fn of_folder(folder: &Path, usual: Usual, side: usize) -> Result<Self> {
        let path = folder.join(PROCESSOR);
        let processor = match path.is_file() {
            true => read_json(&path)?,
            false => Processor::default(),
        };
        Self::new(&processor, usual, side).map_err(|fault| fault.in_file(path))
    }

    fn new(processor: &Processor, usual: Usual, side: usize) -> Result<Self, Fault> {
        let number = |value: &Value| value.as_u64().map(|number| number as usize);
        let pair = |value: &Value| Some((number(&value["width"])?, number(&value["height"])?));
        let wrong_size = |value: &Value| {
            Fault::new(
                format!("a size of {value}"),
                format!("one for pictures of {side} × {side}"),
            )
        };
        let size = match (&processor.size, usual) {
            (Value::Null, Usual::Cropped) => Size::ShorterSide(side),
            (Value::Null, Usual::Stretched) => Size::Exactly {
                width: side,
                height: side,
            },
            (Value::Number(_), Usual::Cropped) => {
                Size::ShorterSide(number(&processor.size).unwrap_or_default())
            }
            (value @ Value::Number(_), Usual::Stretched) => {
                let side = number(value).unwrap_or_default();
                Size::Exactly {
                    width: side,
                    height: side,
                }
            }
            (value, _) => match (number(&value["shortest_edge"]), pair(value)) {
                (Some(shorter), _) => Size::ShorterSide(shorter),
                (None, Some((width, height))) => Size::Exactly { width, height },
                (None, None) => return Err(wrong_size(value)),
            },
        };
        let crops = processor
            .do_center_crop
            .unwrap_or(matches!(usual, Usual::Cropped));
        let crop = match &processor.crop_size {
            Value::Null => Some((side, side)),
            value => number(value)
                .map(|side| (side, side))
                .or_else(|| pair(value)),
        };
        let fits = match size {
            Size::ShorterSide(shorter) => crops && (side..=MAX_SIDE).contains(&shorter),
            Size::Exactly { width, height } if crops => {
                width.min(height) >= side && width.max(height) <= MAX_SIDE
            }
            Size::Exactly { width, height } => (width, height) == (side, side),
        };
        if !fits || crops && crop != Some((side, side)) {
            return Err(wrong_size(&processor.size));
        }
        if !(processor.do_resize && processor.do_rescale) {
            let found = "pictures that are not resized or not rescaled";
            return Err(Fault::new(found, "`do_resize` and `do_rescale`"));
        }
        let (mean, deviation) = match processor.do_normalize {
            true => (processor.image_mean, processor.image_std),
            false => ([0.0; 3], [1.0; 3]),
        };
        let is_finite = mean
            .iter()
            .chain(&deviation)
            .all(|number| number.is_finite());
        if !is_finite || deviation.contains(&0.0) || !processor.rescale_factor.is_finite() {
            let found = format!("a mean of {mean:?} and a deviation of {deviation:?}");
            return Err(Fault::new(found, "finite numbers, deviations other than 0"));
        }
        Ok(Self {
            size,
            filter: processor.resample,
            side,
            rescale: processor.rescale_factor as f32,
            mean,
            deviation,
        })
    }

    /// Returns planes of red, green and blue, `[3, side, side]`.
    pub(super) fn planes(&self, picture: &Rgb) -> Vec<f32> {
        let (width, height) = match self.size {
            Size::Exactly { width, height } => (width, height),
            Size::ShorterSide(shorter) => {
                let (short, long) = (
                    picture.width.min(picture.height()),
                    picture.width.max(picture.height()),
                );
                let long = (shorter as f64 * long as f64 / short as f64) as usize;
                if picture.width <= picture.height() {
                    (shorter, long)
                } else {
                    (long, shorter)
                }
            }
        };
        let resized = resize(picture, width, height, self.filter);
        let (left, top) = ((width - self.side) / 2, (height - self.side) / 2);
        let mut planes = Vec::with_capacity(3 * self.side * self.side);
        for channel in 0..3 {
            for row in resized.pixels.chunks_exact(width).skip(top).take(self.side) {
                planes.extend(row[left..left + self.side].iter().map(|pixel| {
                    let level = f32::from(pixel[channel]) * self.rescale;
                    (level - self.mean[channel]) / self.deviation[channel]
                }));
            }
        }
        planes
    }

    /// Returns pictures as squares of `patch` pixels, `[pictures, patches, 3 · patch²]`, in the order in which a convolution
    /// reads them.
    pub(super) fn patches(&self, pictures: &[Rgb], patch: usize) -> Vec<f32> {
        let across = self.side / patch;
        let mut patches = Vec::with_capacity(pictures.len() * 3 * self.side * self.side);
        for picture in pictures {
            let planes = self.planes(picture);
            for place in 0..across * across {
                let (left, top) = (place % across * patch, place / across * patch);
                for channel in 0..3 {
                    for row in 0..patch {
                        let at = (channel * self.side + top + row) * self.side + left;
                        patches.extend_from_slice(&planes[at..at + patch]);
                    }
                }
            }
        }
        patches
    }
}

#[cfg(test)]
mod tests;
