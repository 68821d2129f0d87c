//! Measures of a picture over time, in named columns.

use crate::error::Fault;
use crate::features::{PictureMeasure, Track};

/// Rows of picture measures at a steady rate, one column per measure.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureTrack {
    columns: Vec<PictureMeasure>,
    track: Track,
}

impl MeasureTrack {
    /// Makes a track from rows of values, one per column.
    ///
    /// # Errors
    /// Returns an error if a column repeats, or if [`Track::new`] refuses the rows.
    pub fn new(
        rate_hz: f64,
        columns: impl Into<Vec<PictureMeasure>>,
        values: Vec<f32>,
    ) -> Result<Self, Fault> {
        let columns = columns.into();
        for (at, column) in columns.iter().enumerate() {
            if columns[..at].contains(column) {
                return Err(Fault::new(
                    format!("the column `{}` twice", column.name()),
                    "each measure once",
                ));
            }
        }
        let track = Track::new(rate_hz, columns.len(), values)?;
        Ok(Self { columns, track })
    }

    /// Makes a track from rows whose columns have names, as files hold them.
    ///
    /// Ignores columns with an unknown name, and returns `None` if no name is known.
    ///
    /// # Errors
    /// Returns an error if the values are not whole rows, or as [`MeasureTrack::new`] does.
    pub fn from_named(
        rate_hz: f64,
        names: &[impl AsRef<str>],
        values: &[f32],
    ) -> Result<Option<Self>, Fault> {
        if names.is_empty() || !values.len().is_multiple_of(names.len()) {
            return Err(Fault::new(
                format!("{} numbers in {} columns", values.len(), names.len()),
                "whole rows",
            ));
        }
        let known: Vec<(usize, PictureMeasure)> = (names.iter().enumerate())
            .filter_map(|(at, name)| Some((at, name.as_ref().parse().ok()?)))
            .collect();
        if known.is_empty() {
            return Ok(None);
        }
        let rows = values.chunks_exact(names.len());
        let kept = rows.flat_map(|row| known.iter().map(|(at, _)| row[*at]));
        let columns: Vec<_> = known.iter().map(|(_, measure)| *measure).collect();
        Self::new(rate_hz, columns, kept.collect()).map(Some)
    }

    /// Returns the measures, in the order of the columns.
    pub fn columns(&self) -> &[PictureMeasure] {
        &self.columns
    }

    /// Returns the rows.
    pub fn track(&self) -> &Track {
        &self.track
    }

    /// Returns the number of rows.
    pub fn rows(&self) -> usize {
        self.track.rows()
    }

    /// Returns the index of a measure's column, or `None` if the track lacks it.
    pub fn index_of(&self, measure: PictureMeasure) -> Option<usize> {
        self.columns.iter().position(|column| *column == measure)
    }

    /// Returns the values of a measure, or `None` if the track lacks it.
    pub fn column(&self, measure: PictureMeasure) -> Option<impl Iterator<Item = f32> + '_> {
        let at = self.index_of(measure)?;
        let rows = self.track.values.chunks_exact(self.columns.len());
        Some(rows.map(move |row| row[at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str], values: &[f32]) -> Option<MeasureTrack> {
        MeasureTrack::from_named(2.0, names, values).unwrap()
    }

    fn column(track: &MeasureTrack, measure: PictureMeasure) -> Option<Vec<f32>> {
        track.column(measure).map(Iterator::collect)
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_among_unknown_ones() {
        let track = named(
            &["luma", "sharpness", "motion"],
            &[0.1, f32::NAN, 0.3, 0.4, 0.5, 0.6],
        )
        .unwrap();
        assert_eq!(track.rows(), 2);
        assert_eq!(column(&track, PictureMeasure::Luma), Some(vec![0.1, 0.4]));
        assert_eq!(column(&track, PictureMeasure::Motion), Some(vec![0.3, 0.6]));
        assert_eq!(column(&track, PictureMeasure::Warmth), None);
    }

    #[test]
    fn a_track_of_unknown_columns_alone_is_none() {
        assert_eq!(named(&["sharpness"], &[0.1, 0.2]), None);
    }

    #[test]
    fn repeated_columns_and_broken_rows_are_refused() {
        let fault = |names: &[&str], values: &[f32]| {
            MeasureTrack::from_named(2.0, names, values)
                .unwrap_err()
                .found
        };
        assert!(fault(&["luma", "luma"], &[0.1, 0.2]).contains("`luma` twice"));
        assert!(fault(&["luma", "motion"], &[0.1]).contains("1 numbers"));
        assert!(fault(&[], &[]).contains("0 columns"));
        assert!(fault(&["luma"], &[f32::NAN]).contains("NaN"));
        assert!(fault(&["luma"], &[]).contains("0 rows"));
    }
}
