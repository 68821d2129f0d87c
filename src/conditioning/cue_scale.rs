//! The scale of a model's cues: from their own units to the −1…1 that it reads.

use crate::conditioning::beat_rows::BeatRows;
use crate::diffusion::config::ModelConfig;
use crate::error::Fault;
use crate::music::cues::{BeatCues, Cue};

/// Maps cues to their quantile in a model's training music: −1 is the least, 0 the median, 1 the most.
#[derive(Clone, Debug)]
pub struct CueScale {
    /// The model's cues, in its order, each with its ascending quantiles.
    cues: Vec<(Cue, Vec<f32>)>,
}

impl CueScale {
    /// Returns the scale of a model of the `cues` family.
    ///
    /// # Errors
    /// Returns an error if the model follows no cues.
    pub fn new(config: &ModelConfig) -> Result<Self, Fault> {
        if config.cue_names.is_empty() {
            return Err(Fault::new(
                format!("a model of the `{}` family", config.cond_type.name()),
                "one of the `cues` family",
            ));
        }
        let cues = (config.cues().iter().enumerate())
            .map(|(column, &cue)| {
                let quantiles = config.cue_quantiles.iter().map(|row| row[column]);
                (cue, quantiles.collect())
            })
            .collect();
        Ok(Self { cues })
    }

    /// Returns the model's cues, in its order.
    pub fn cues(&self) -> Vec<Cue> {
        self.cues.iter().map(|(cue, _)| *cue).collect()
    }

    /// Maps one beat's value of each of the model's cues to −1…1.
    pub fn place(&self, beat: &BeatCues) -> Vec<f32> {
        self.cues
            .iter()
            .map(|(cue, quantiles)| place(beat.get(*cue), quantiles))
            .collect()
    }

    /// Maps `placed`, −1 to 1, back to the cue's own unit, or returns `None` if the model lacks the cue.
    pub fn value(&self, cue: Cue, placed: f32) -> Option<f32> {
        let (_, quantiles) = self.cues.iter().find(|(known, _)| *known == cue)?;
        let last = quantiles.len().checked_sub(1)?;
        let place = (placed.clamp(-1.0, 1.0) + 1.0) / 2.0 * last as f32;
        let (below, above) = (place as usize, (place as usize + 1).min(last));
        Some(quantiles[below] + (quantiles[above] - quantiles[below]) * place.fract())
    }

    /// Returns rows that ask for all cues of `beats`: values, then masks of 1.
    pub fn rows(&self, beats: &[BeatCues]) -> BeatRows {
        BeatRows::new(beats.iter().map(|beat| {
            let mut row = self.place(beat);
            row.resize(2 * self.cues.len(), 1.0);
            row
        }))
    }
}

/// Returns the place of `value` among ascending `quantiles`, −1 to 1, interpolated linearly; after the last of equal ones.
fn place(value: f32, quantiles: &[f32]) -> f32 {
    let after = quantiles.partition_point(|&quantile| quantile <= value);
    let share = match (after.checked_sub(1), quantiles.get(after)) {
        (None, _) => 0.0,
        (Some(_), None) => 1.0,
        (Some(below), Some(&above)) => {
            let (value, low, high) = (
                f64::from(value),
                f64::from(quantiles[below]),
                f64::from(above),
            );
            (below as f64 + (value - low) / (high - low)) / (quantiles.len() - 1) as f64
        }
    };
    (2.0 * share - 1.0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placed_value_maps_back() {
        let scale = CueScale {
            cues: vec![(Cue::Mode, vec![0.0, 1.0, 3.0])],
        };
        let value = |placed| scale.value(Cue::Mode, placed);
        assert_eq!([value(-1.0), value(-0.5)], [Some(0.0), Some(0.5)]);
        assert_eq!([value(0.5), value(7.0)], [Some(2.0), Some(3.0)]);
        assert_eq!(scale.value(Cue::Density, 0.0), None);
    }

    #[test]
    fn values_are_interpolated_between_the_quantiles_around_them() {
        let quantiles = [0.0, 1.0, 3.0, 3.0, 5.0];
        for (value, expected) in [
            (-1.0, -1.0),
            (0.0, -1.0),
            (0.5, -0.75),
            (2.0, -0.25),
            (3.0, 0.5),
            (4.0, 0.75),
            (5.0, 1.0),
            (9.0, 1.0),
        ] {
            assert_eq!(place(value, &quantiles), expected, "{value}");
        }
    }
}
