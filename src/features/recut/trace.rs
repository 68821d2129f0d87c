//! What the frames of a clip are recognised by, at a steady rate.

use super::{Basis, SAME};
use crate::features::{ClipFeatures, FINGERPRINT_WIDTH, PictureMeasure};
use crate::time::Seconds;

/// How different two fingerprints are that hardly show the same picture: a third of what separates any two pictures.
const FINGERPRINTS_APART: f32 = 11.0;
/// The same for rows of measures.
const MEASURES_APART: f32 = 9.0;

/// Rows of bytes at a steady rate.
#[derive(Clone, Debug)]
pub(super) struct Trace {
    pub(super) rate_hz: f64,
    pub(super) duration: Seconds,
    width: usize,
    rows: Vec<u8>,
}

/// The traces of two clips, made of the same things.
#[derive(Clone, Debug)]
pub(super) struct Traces {
    pub(super) old: Trace,
    pub(super) new: Trace,
    pub(super) basis: Basis,
    /// The difference at which two rows are taken for different pictures.
    pub(super) apart: f32,
}

impl Trace {
    pub(super) fn rows(&self) -> usize {
        self.rows.len() / self.width
    }

    pub(super) fn row(&self, index: usize) -> &[u8] {
        &self.rows[index * self.width..(index + 1) * self.width]
    }

    /// Returns the time in the middle of a row, the last of which the clip's end may cut short.
    pub(super) fn middle(&self, row: usize) -> f64 {
        ((row as f64 + 0.5) / self.rate_hz).min(self.duration.0 - SAME)
    }

    /// Returns the row at a time, or `None` outside the clip.
    pub(super) fn row_at(&self, time: f64) -> Option<usize> {
        let row = (time * self.rate_hz).floor();
        (row >= 0.0 && row < self.rows() as f64).then_some(row as usize)
    }

    fn of_fingerprint(clip: &ClipFeatures) -> Option<Self> {
        let fingerprint = clip.fingerprint.as_ref()?;
        Some(Self {
            rate_hz: fingerprint.rate_hz(),
            duration: clip.duration,
            width: FINGERPRINT_WIDTH,
            rows: fingerprint.values().to_vec(),
        })
    }

    fn of_measures(clip: &ClipFeatures) -> Option<Self> {
        let measures = clip.measures.as_ref()?;
        let columns = PictureMeasure::MEASURED.map(|measure| {
            let column = measures.column(measure);
            column.map(|column| {
                column
                    .map(|value| level(measure, value))
                    .collect::<Vec<u8>>()
            })
        });
        let columns: Vec<Vec<u8>> = columns.into_iter().collect::<Option<_>>()?;
        let rows = (0..measures.rows()).flat_map(|row| columns.iter().map(move |of| of[row]));
        Some(Self {
            rate_hz: measures.track().rate_hz,
            duration: clip.duration,
            width: columns.len(),
            rows: rows.collect(),
        })
    }
}

/// Returns a measure in levels, small motion in finer ones.
fn level(measure: PictureMeasure, value: f32) -> u8 {
    let share = match measure {
        PictureMeasure::Motion => value.max(0.0).sqrt(),
        PictureMeasure::Warmth | PictureMeasure::Valence | PictureMeasure::Arousal => {
            (value + 1.0) / 2.0
        }
        PictureMeasure::Complexity | PictureMeasure::Luma => value,
    };
    (255.0 * share.clamp(0.0, 1.0)).round() as u8
}

impl Traces {
    /// Returns the traces of two clips, of fingerprints if both have them, otherwise of measures; `None` if either has neither.
    pub(super) fn of(old: &ClipFeatures, new: &ClipFeatures) -> Option<Self> {
        let fingerprints = Trace::of_fingerprint(old).zip(Trace::of_fingerprint(new));
        let (traces, basis, apart) = match fingerprints {
            Some(traces) => (traces, Basis::Fingerprints, FINGERPRINTS_APART),
            None => {
                let traces = Trace::of_measures(old).zip(Trace::of_measures(new))?;
                (traces, Basis::Measures, MEASURES_APART)
            }
        };
        let (old, new) = traces;
        Some(Self {
            old,
            new,
            basis,
            apart,
        })
    }

    /// Returns the mean difference of the levels of two rows, 0 to 255.
    pub(super) fn difference(&self, old: usize, new: usize) -> f32 {
        let (old, new) = (self.old.row(old), self.new.row(new));
        let levels = old.iter().zip(new);
        let sum: u32 = levels
            .map(|(one, other)| u32::from(one.abs_diff(*other)))
            .sum();
        sum as f32 / old.len() as f32
    }

    /// Returns the difference of a row of the new clip and what the old one shows `offset` seconds later, or `None` if that is
    /// outside it.
    pub(super) fn difference_at(&self, new: usize, offset: f64) -> Option<f32> {
        let old = self.old.row_at(self.new.middle(new) + offset)?;
        Some(self.difference(old, new))
    }

    /// Returns the rows of the new clip that lie in some of its seconds.
    pub(super) fn new_rows(&self, from: f64, to: f64) -> std::ops::Range<usize> {
        let row = |time: f64| (time * self.new.rate_hz).round().max(0.0) as usize;
        let end = row(to).min(self.new.rows());
        row(from).min(end)..end
    }

    /// Returns the time in which neither clip has more than one row.
    pub(super) fn period(&self) -> f64 {
        1.0 / self.old.rate_hz.min(self.new.rate_hz)
    }
}
