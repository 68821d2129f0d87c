//! The musical cues that a clip's picture suggests.
//!
//! Motion suggests density, visual complexity polyphony, brightness register, and warm colour the major mode; a cut
//! suggests an accent on its beat. The first idea, that rhythm can follow motion without paired training data, is
//! CMT's (Di et al., 2021); the pairings follow known cross-modal correspondences.

use crate::conditioning::placement::Placement;
use crate::features::{ClipFeatures, PictureCue};
use crate::music::cues::smoothed;

/// Curves of −1…1, one value a beat, that the picture suggests.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipCurves {
    beats: usize,
    /// In the order of [`PictureCue::ALL`]; empty where the clip was not analysed.
    curves: Vec<Vec<f32>>,
    /// Whether the picture cuts at a beat.
    cuts: Vec<bool>,
}

/// The values of a measure that stand for −1, 0 and 1.
struct Scale {
    low: f32,
    middle: f32,
    high: f32,
    /// Whether the measure is compared by its logarithm, as motion is, which spans orders of magnitude.
    logarithmic: bool,
}

/// How much of a curve is the clip's own course rather than its absolute level.
const RELATIVE_SHARE: f32 = 0.5;
/// A clip whose values lie closer together than this on the absolute scale counts as unchanging.
const LEAST_SPREAD: f32 = 0.1;

fn scale(cue: PictureCue) -> Scale {
    let (low, middle, high, logarithmic) = match cue {
        PictureCue::Motion => (0.0005, 0.005, 0.05, true),
        PictureCue::Complexity => (0.3, 0.5, 0.7, false),
        PictureCue::Luma => (0.15, 0.45, 0.8, false),
        PictureCue::Warmth => (-0.2, 0.03, 0.25, false),
    };
    Scale {
        low,
        middle,
        high,
        logarithmic,
    }
}

impl Scale {
    /// −1…1 by straight lines through the three points.
    fn place(&self, value: f32) -> f32 {
        let map = |value: f32| {
            if self.logarithmic {
                libm::logf(value.max(1e-6))
            } else {
                value
            }
        };
        let (value, low, middle, high) =
            (map(value), map(self.low), map(self.middle), map(self.high));
        let half = if value < middle {
            middle - low
        } else {
            high - middle
        };
        ((value - middle) / half).clamp(-1.0, 1.0)
    }
}

impl ClipCurves {
    /// The curves of `clip` over `beats` beats.
    pub fn new(clip: &ClipFeatures, placement: &Placement, beats: usize) -> Self {
        let means = clip
            .cues
            .as_ref()
            .map(|track| placement.means(track, beats));
        let curves = means.map_or_else(Vec::new, |means| {
            PictureCue::ALL
                .iter()
                .enumerate()
                .map(|(column, &cue)| {
                    let scale = scale(cue);
                    let absolute: Vec<f32> = (0..beats)
                        .map(|beat| scale.place(means.row(beat)[column]))
                        .collect();
                    // As the cues were smoothed in training.
                    smoothed(&with_own_course(&absolute))
                })
                .collect()
        });
        let mut cuts = vec![false; beats];
        for &shot in &clip.shots {
            let beat = placement.beat_at(shot).0.round();
            if (0.0..beats as f64).contains(&beat) {
                cuts[beat as usize] = true;
            }
        }
        Self {
            beats,
            curves,
            cuts,
        }
    }

    /// How many beats the curves have.
    pub fn beats(&self) -> usize {
        self.beats
    }

    /// The curve that a measure of the picture suggests, where the clip was analysed.
    pub fn curve(&self, cue: PictureCue) -> Option<&[f32]> {
        self.curves.get(cue as usize).map(Vec::as_slice)
    }

    /// Whether the picture cuts at each beat, to the nearest beat.
    pub fn cuts(&self) -> &[bool] {
        &self.cuts
    }
}

/// Blends a curve with its own rise and fall, so that a clip that is dark or calm throughout still has a course.
fn with_own_course(absolute: &[f32]) -> Vec<f32> {
    let mut sorted = absolute.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let quantile = |share: f32| {
        let place = (share * sorted.len().saturating_sub(1) as f32).round() as usize;
        sorted.get(place).copied().unwrap_or(0.0)
    };
    let (low, middle, high) = (quantile(0.1), quantile(0.5), quantile(0.9));
    if high - low < LEAST_SPREAD {
        return absolute.to_vec();
    }
    absolute
        .iter()
        .map(|&value| {
            let own = ((value - middle) / (high - low) * 2.0).clamp(-1.0, 1.0);
            (1.0 - RELATIVE_SHARE) * value + RELATIVE_SHARE * own
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::placement::Alignment;
    use crate::features::Track;
    use crate::time::{Beats, Seconds, Tempo};

    fn placement() -> Placement {
        Placement {
            tempo: Tempo::new(60.0).unwrap(),
            clip_start: Beats(0.0),
            alignment: Alignment::Time,
        }
    }

    fn clip(rows: &[[f32; 4]], shots: &[f64]) -> ClipFeatures {
        ClipFeatures {
            duration: Seconds(rows.len() as f64),
            cues: Some(Track {
                rate_hz: 1.0,
                width: 4,
                values: rows.concat(),
            }),
            shots: shots.iter().map(|&shot| Seconds(shot)).collect(),
            ..ClipFeatures::default()
        }
    }

    #[test]
    fn more_motion_suggests_a_higher_value_throughout() {
        let rows: Vec<[f32; 4]> = (0..16)
            .map(|i| [0.0006 * 1.35_f32.powi(i), 0.5, 0.45, 0.03])
            .collect();
        let curves = ClipCurves::new(&clip(&rows, &[]), &placement(), 16);
        let motion = curves.curve(PictureCue::Motion).unwrap();
        assert!(
            motion.windows(2).all(|pair| pair[0] <= pair[1]),
            "{motion:?}"
        );
        assert!(motion[0] < -0.8 && motion[15] > 0.5, "{motion:?}");
        assert_eq!(curves.curve(PictureCue::Luma).unwrap(), [0.0; 16]);
    }

    #[test]
    fn a_clip_without_analysis_suggests_only_its_cuts() {
        let clip = ClipFeatures {
            duration: Seconds(8.0),
            shots: vec![Seconds(2.4), Seconds(5.6), Seconds(70.0)],
            ..ClipFeatures::default()
        };
        let curves = ClipCurves::new(&clip, &placement(), 8);
        assert_eq!(curves.curve(PictureCue::Motion), None);
        let beats: Vec<usize> = (0..8).filter(|&beat| curves.cuts()[beat]).collect();
        assert_eq!(beats, [2, 6]);
    }
}
