//! The rows of a film while its frames come in.

use std::collections::HashMap;

use super::{Embedded, FilmEmbedder};
use crate::embeddings::picture::Rgb;
use crate::error::{Fault, Result};
use crate::features::{MAX_ROWS, Track};
use crate::video::Sample;

/// Pictures that the networks see at once, if together they have at most so many pixels.
const BATCH: usize = 8;
const BATCH_PIXELS: usize = 16 << 20;
/// The rows so far, one for each frame that was looked at, and the frames that are still to be looked at.
pub(super) struct Rows<'a> {
    models: &'a FilmEmbedder,
    waiting: Vec<Rgb>,
    waiting_pixels: usize,
    /// The interval of each frame.
    intervals: Vec<usize>,
    visual: Vec<Vec<f32>>,
    captions: Vec<String>,
    moods: Vec<Vec<f32>>,
    /// The rows of captions, which often repeat.
    known: HashMap<String, Vec<f32>>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(models: &'a FilmEmbedder) -> Self {
        Self {
            models,
            waiting: Vec::new(),
            waiting_pixels: 0,
            intervals: Vec::new(),
            visual: Vec::new(),
            captions: Vec::new(),
            moods: Vec::new(),
            known: HashMap::new(),
        }
    }

    pub(super) fn push(&mut self, sample: Sample) -> Result<()> {
        if sample.interval >= MAX_ROWS {
            let found = format!("more than {MAX_ROWS} pictures");
            return Err(Fault::new(found, "a shorter clip, or a longer distance (--every)").into());
        }
        self.intervals.push(sample.interval);
        self.waiting_pixels += sample.pixels.len();
        self.waiting.push(Rgb::new(sample.width, sample.pixels));
        if self.waiting.len() >= BATCH || self.waiting_pixels >= BATCH_PIXELS {
            self.look()?;
        }
        Ok(())
    }

    /// Looks at the waiting frames.
    pub(super) fn look(&mut self) -> Result<()> {
        let pictures = std::mem::take(&mut self.waiting);
        self.waiting_pixels = 0;
        if pictures.is_empty() {
            return Ok(());
        }
        if let Some(model) = &self.models.visual {
            let rows = model.embed(&pictures)?;
            if let Some(meter) = &self.models.moods {
                for row in &rows {
                    self.moods.push(meter.measure(row)?.to_vec());
                }
            }
            self.visual.extend(rows);
        }
        if let Some((model, text)) = &self.models.captions {
            for caption in model.describe(&pictures)? {
                if !self.known.contains_key(&caption.text) {
                    let row = text.embed(&caption.text, self.models.pooling)?;
                    self.known.insert(caption.text.clone(), row);
                }
                self.captions.push(caption.text);
            }
        }
        Ok(())
    }

    /// Returns a row for each of so many intervals.
    pub(super) fn finish(self, intervals: usize) -> Result<Embedded> {
        // The frame that is shown in each interval.
        let frames: Vec<usize> = (0..intervals)
            .map(|at| {
                self.intervals
                    .partition_point(|&first| first <= at)
                    .saturating_sub(1)
            })
            .collect();
        let rate_hz = 1.0 / self.models.every.0;
        let track = |rows: &[Vec<f32>]| -> Result<Option<Track>> {
            let Some(width) = rows.first().map(Vec::len) else {
                return Ok(None);
            };
            let values = frames.iter().flat_map(|&frame| rows[frame].iter().copied());
            Ok(Some(Track::new(rate_hz, width, values.collect())?))
        };
        let captions: Vec<Vec<f32>> = (self.captions.iter())
            .map(|text| self.known[text].clone())
            .collect();
        Ok(Embedded {
            visual: track(&self.visual)?,
            caption: track(&captions)?,
            moods: track(&self.moods)?,
            captions: match self.captions.is_empty() {
                true => Vec::new(),
                false => frames
                    .iter()
                    .map(|&frame| self.captions[frame].clone())
                    .collect(),
            },
        })
    }
}
