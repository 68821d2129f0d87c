//! How the user and the clip together set the cues.

mod lane;
mod request;
mod serial;

use crate::conditioning::beat_rows::BeatRows;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::pairing::{Follow, Pairing};
use crate::features::PictureMeasure;
use crate::music::cues::{Cue, CueMap};

pub use lane::Lane;
pub use request::LaneRequest;

/// What each cue follows.
///
/// In JSON, an object with a field per cue (by its name), `energy` and, unless it is the picture, `follow`; missing fields have
/// their defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Steering {
    /// The lane of each cue.
    pub lanes: CueMap<Lane>,
    /// Raises (to 1) or lowers (to −1) density, polyphony and accents together, unless they are free.
    pub energy: f32,
    /// What lanes follow that follow the clip.
    pub follow: Follow,
}

impl Default for Steering {
    fn default() -> Self {
        Self {
            lanes: CueMap::from_fn(|cue| Pairing::of(cue).default_lane()),
            energy: 0.0,
            follow: Follow::default(),
        }
    }
}

/// How far full energy moves a cue.
const ENERGY_REACH: f32 = 0.6;
/// The accent of a beat at which the picture cuts, or a hit lies.
const CUT_ACCENT: f32 = 0.95;
/// The accents of a downbeat, of the middle of a bar and of its other beats without a cut.
const METRE_ACCENTS: [f32; 3] = [0.04, -0.1, -0.35];

impl Steering {
    /// Returns rows `[beats, 2·cues]` of `cues`: each cue's value times its mask, then the masks.
    pub fn cue_rows(&self, curves: &ClipCurves, cues: &[Cue]) -> BeatRows {
        BeatRows::new((0..curves.beats()).map(|beat| {
            let values: Vec<Option<f32>> = cues
                .iter()
                .map(|&cue| self.value(cue, beat, curves))
                .collect();
            let masks = values.iter().map(|value| f32::from(value.is_some()));
            values
                .iter()
                .map(|value| value.unwrap_or(0.0))
                .chain(masks)
                .collect()
        }))
    }

    /// Returns the activity at each beat, −1 to 1, for the loudness of notes: half of the density's lane, all of the
    /// energy, and what the climax adds.
    pub fn energy_curve(&self, curves: &ClipCurves) -> Vec<f32> {
        let measure = self.measure(Cue::Density, curves);
        let suggested = measure.and_then(|measure| curves.curve(measure));
        (0..curves.beats())
            .map(|beat| {
                let clip = suggested.map(|suggested| suggested[beat]);
                let density = self.lanes[Cue::Density].value(beat, clip).unwrap_or(0.0);
                (0.5 * density + self.energy + curves.lift(beat)).clamp(-1.0, 1.0)
            })
            .collect()
    }

    /// Returns the strength of each beat's accent, 0 to 1: at cuts and hits, or as drawn.
    pub fn accent_curve(&self, curves: &ClipCurves) -> Vec<f32> {
        (0..curves.beats())
            .map(|beat| {
                let cut = curves.cuts()[beat].then_some(CUT_ACCENT);
                let hit = Some(curves.hit(beat)).filter(|hit| *hit > 0.0);
                let clip = cut.into_iter().chain(hit).reduce(f32::max);
                let accent = self.lanes[Cue::Accent].value(beat, clip);
                accent.unwrap_or(0.0).max(0.0)
            })
            .collect()
    }

    /// Returns a steering that gives the same values without `curves`: every lane drawn, or free where it has no values.
    #[must_use]
    pub fn resolved(&self, curves: &ClipCurves) -> Self {
        let calm = Self {
            energy: 0.0,
            ..self.clone()
        };
        let thousandths = |value: f32| (value * 1000.0).round() / 1000.0;
        let lane = |cue| {
            let values = (0..curves.beats()).map(|beat| calm.value(cue, beat, curves));
            Lane::of_values(values.map(|value| value.map(thousandths)).collect())
        };
        Self {
            lanes: CueMap::from_fn(lane),
            energy: self.energy,
            follow: Follow::default(),
        }
    }

    /// Returns the measure that a cue follows: that of the mood if moods are followed and the clip has it. `None` for accents.
    pub fn measure(&self, cue: Cue, curves: &ClipCurves) -> Option<PictureMeasure> {
        let pairing = Pairing::of(cue);
        let is_given = |measure: &PictureMeasure| curves.curve(*measure).is_some();
        let mood = pairing.mood.filter(|_| self.follow == Follow::Mood);
        mood.filter(is_given).or(pairing.measure)
    }

    /// Returns the value of a cue at a beat, −1 to 1, or `None` if it is free.
    pub fn value(&self, cue: Cue, beat: usize, curves: &ClipCurves) -> Option<f32> {
        let is_cut = curves.cuts()[beat] || curves.hit(beat) > 0.0;
        let clip = match cue {
            Cue::Density => {
                (self.measure(cue, curves)).and_then(|measure| curves.density(measure, beat))
            }
            Cue::Accent if is_cut => Some(CUT_ACCENT),
            Cue::Accent => Some(metre_accent(curves.place_in_bar(beat))),
            Cue::Polyphony | Cue::Register | Cue::Mode => {
                let measure = self.measure(cue, curves);
                measure.and_then(|measure| Some(curves.curve(measure)?[beat]))
            }
        };
        let energy = match cue {
            Cue::Density | Cue::Polyphony => self.energy * ENERGY_REACH,
            Cue::Accent if !is_cut => self.energy * ENERGY_REACH,
            Cue::Register | Cue::Mode | Cue::Accent => 0.0,
        };
        self.lanes[cue]
            .value(beat, clip)
            .map(|value| (value + energy).clamp(-1.0, 1.0))
    }
}

/// Returns the accent of a place in a bar of so many quarters.
fn metre_accent((place, bar_beats): (usize, usize)) -> f32 {
    let [downbeat, middle, other] = METRE_ACCENTS;
    match place {
        0 => downbeat,
        place if 2 * place == bar_beats && bar_beats > 2 => middle,
        _ => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::placement::{Alignment, Placement};
    use crate::features::ClipFeatures;
    use crate::time::{Beats, Seconds, Tempo};

    fn cut_at_beat_5() -> ClipCurves {
        let clip = ClipFeatures {
            duration: Seconds(8.0),
            shots: vec![Seconds(5.0)],
            ..ClipFeatures::default()
        };
        let placement = Placement {
            tempo_map: Tempo::new(60.0).unwrap().into(),
            clip_start: Beats(0.0),
            alignment: Alignment::Time,
        };
        ClipCurves::new(&clip, &placement, 8)
    }

    #[test]
    fn a_cut_is_accented_above_every_other_beat() {
        let rows = Steering::default().cue_rows(&cut_at_beat_5(), &Cue::ALL);
        let accent = |beat: usize| rows.row(beat)[4];
        assert!(
            (0..8)
                .filter(|&beat| beat != 5)
                .all(|beat| accent(beat) < accent(5))
        );
    }

    #[test]
    fn moods_drive_density_and_mode_where_the_clip_has_them() {
        use crate::features::MeasureTrack;
        let columns = [
            PictureMeasure::Motion,
            PictureMeasure::Warmth,
            PictureMeasure::Valence,
            PictureMeasure::Arousal,
        ];
        let curves = |columns: &[PictureMeasure]| {
            // Still and cold for four seconds, then moving and warm; pleasant and excited, then the opposite.
            let row = |second: usize| match second < 4 {
                true => [0.0005, -0.2, 0.6, 0.6],
                false => [0.05, 0.25, -0.6, -0.6],
            };
            let rows = (0..8).flat_map(|second| row(second)[..columns.len()].to_vec());
            let clip = ClipFeatures {
                duration: Seconds(8.0),
                measures: MeasureTrack::new(1.0, columns, rows.collect()).ok(),
                ..ClipFeatures::default()
            };
            let placement = Placement {
                tempo_map: Tempo::new(60.0).unwrap().into(),
                clip_start: Beats(0.0),
                alignment: Alignment::Time,
            };
            assert_eq!(Follow::Mood.is_in(&clip), columns.len() == 4);
            ClipCurves::new(&clip, &placement, 8)
        };
        let (with, without) = (curves(&columns), curves(&columns[..2]));
        let picture = Steering::default();
        let mood = Steering {
            follow: Follow::Mood,
            ..Steering::default()
        };
        for cue in [Cue::Density, Cue::Mode] {
            let rises = |steering: &Steering, curves: &ClipCurves| {
                let value = |beat| steering.value(cue, beat, curves).unwrap();
                value(7) > value(0)
            };
            assert!(rises(&picture, &with), "{cue}");
            assert!(!rises(&mood, &with), "{cue}");
            assert!(rises(&mood, &without), "{cue}");
        }
        let loud = |steering: &Steering| {
            let energy = steering.energy_curve(&with);
            energy[7] > energy[0]
        };
        assert!(loud(&picture) && !loud(&mood));
    }

    #[test]
    fn a_cue_whose_measure_the_clip_lacks_is_free() {
        let rows = Steering::default().cue_rows(&cut_at_beat_5(), &Cue::ALL);
        assert_eq!(rows.width(), 10);
        assert_eq!(rows.row(3)[..4], [0.0; 4]);
        assert_eq!(rows.row(3)[5..], [0.0, 0.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn rows_hold_the_models_cues_in_its_order() {
        let mut steering = Steering::default();
        steering.lanes[Cue::Mode] = Lane::constant(-0.5);
        let rows = steering.cue_rows(&cut_at_beat_5(), &[Cue::Mode, Cue::Density]);
        assert_eq!(rows.row(0), [-0.5, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn a_curve_drawn_over_a_lane_holds_where_it_is_drawn_and_moves_with_its_offset() {
        let mut steering = Steering::default();
        let over = |under, offset| Lane::Over {
            drawn: vec![None, Some(0.25), Some(0.9)],
            offset,
            under: Box::new(under),
        };
        steering.lanes[Cue::Density] = over(Lane::constant(-0.5), 0.5);
        steering.lanes[Cue::Polyphony] = over(Lane::Free, 0.0);
        let curves = cut_at_beat_5();
        let values = |steering: &Steering, cue| -> Vec<Option<f32>> {
            (0..4)
                .map(|beat| steering.value(cue, beat, &curves))
                .collect()
        };
        let density = [Some(-0.5), Some(0.75), Some(1.0), Some(-0.5)];
        let polyphony = [None, Some(0.25), Some(0.9), None];
        let resolved = steering.resolved(&curves);
        for steering in [&steering, &resolved] {
            assert_eq!(values(steering, Cue::Density), density);
            assert_eq!(values(steering, Cue::Polyphony), polyphony);
        }
        let json = serde_json::to_string(&steering).unwrap();
        assert_eq!(serde_json::from_str::<Steering>(&json).unwrap(), steering);
    }

    #[test]
    fn energy_raises_what_is_given_and_leaves_the_rest_free() {
        let mut steering = Steering {
            energy: 1.0,
            ..Steering::default()
        };
        steering.lanes[Cue::Density] = Lane::constant(0.9);
        let curves = cut_at_beat_5();
        assert_eq!(steering.value(Cue::Density, 0, &curves), Some(1.0));
        assert_eq!(steering.value(Cue::Polyphony, 0, &curves), None);
        assert_eq!(
            steering.value(Cue::Accent, 1, &curves),
            Some(METRE_ACCENTS[2] + ENERGY_REACH)
        );
    }
}
