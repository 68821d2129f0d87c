//! The values of the parameters at one moment.

use super::DEFAULT_GUIDANCE;
use crate::conditioning::steering::{Lane, Steering};
use crate::instance::curves::{CurveId, Curves};
use crate::music::cues::Cue;
use crate::music::tempo_map::TempoMap;
use crate::time::Beats;

/// The values at one moment of the parameters that drafts and the editor depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParamValues {
    /// See [`ParamId::Density`](super::ParamId::Density); −1 to 1, like the next four.
    pub density: f32,
    /// See [`ParamId::Polyphony`](super::ParamId::Polyphony).
    pub polyphony: f32,
    /// See [`ParamId::Register`](super::ParamId::Register).
    pub register: f32,
    /// See [`ParamId::Mode`](super::ParamId::Mode).
    pub mode: f32,
    /// See [`ParamId::Energy`](super::ParamId::Energy).
    pub energy: f32,
    /// See [`ParamId::Guidance`](super::ParamId::Guidance).
    pub guidance: f32,
    /// See [`ParamId::Variation`](super::ParamId::Variation).
    pub variation: f32,
    /// See [`ParamId::Pedal`](super::ParamId::Pedal).
    pub pedal: bool,
    /// See [`ParamId::Expression`](super::ParamId::Expression).
    pub expression: bool,
    /// See [`ParamId::ClipStart`](super::ParamId::ClipStart); in beats.
    pub clip_start: i32,
    /// See [`ParamId::FollowHost`](super::ParamId::FollowHost).
    pub follow_host: bool,
}

impl Default for ParamValues {
    fn default() -> Self {
        Self {
            density: 0.0,
            polyphony: 0.0,
            register: 0.0,
            mode: 0.0,
            energy: 0.0,
            guidance: DEFAULT_GUIDANCE,
            variation: 1.0,
            pedal: false,
            expression: false,
            clip_start: 0,
            follow_host: true,
        }
    }
}

impl ParamValues {
    /// Returns the beat of the project at which drafts start.
    pub fn start(&self) -> Beats {
        Beats(f64::from(self.clip_start))
    }

    /// Returns the tempo that the played draft keeps: `of_draft`, or `None` if it follows the host's.
    pub fn own_tempo<'a>(&self, of_draft: Option<&'a TempoMap>) -> Option<&'a TempoMap> {
        of_draft.filter(|_| !self.follow_host)
    }

    /// Returns the steering of the next draft. Sliders move what is drawn as well, unless they are being recorded.
    pub fn steering(&self, curves: &Curves) -> Steering {
        let mut steering = Steering {
            energy: self.energy,
            ..Steering::default()
        };
        for cue in Cue::ALL {
            let (curve, slider) = (&curves[CurveId::Cue(cue)], self.slider(cue));
            let offset = if curve.armed { 0.0 } else { slider };
            steering.lanes[cue] = curve.over(moved(&steering.lanes[cue], slider), offset);
        }
        steering
    }

    /// Returns the slider of a cue, or 0 for accents, which have none.
    pub fn slider(&self, cue: Cue) -> f32 {
        match cue {
            Cue::Density => self.density,
            Cue::Polyphony => self.polyphony,
            Cue::Register => self.register,
            Cue::Mode => self.mode,
            Cue::Accent => 0.0,
        }
    }

    /// Returns the guidance scale of the next draft, or `None` for the model's default.
    pub fn guidance_scale(&self) -> Option<f64> {
        (self.guidance != DEFAULT_GUIDANCE).then_some(f64::from(self.guidance))
    }
}

/// Moves a lane by a slider: an offset from the clip's curve, or a constant if the lane does not follow the clip.
fn moved(lane: &Lane, by: f32) -> Lane {
    match *lane {
        _ if by == 0.0 => lane.clone(),
        Lane::Clip { strength, offset } => Lane::Clip {
            strength,
            offset: offset + by,
        },
        Lane::Free | Lane::Drawn(_) | Lane::Over { .. } => Lane::constant(by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sliders_at_their_defaults_give_the_default_steering() {
        let untouched = ParamValues::default();
        assert_eq!(untouched.steering(&Curves::default()), Steering::default());
        assert_eq!(untouched.guidance_scale(), None);
    }

    #[test]
    fn a_slider_moves_its_cue_from_the_clip_or_sets_a_free_one() {
        let steering = ParamValues {
            register: 0.25,
            polyphony: -0.5,
            ..ParamValues::default()
        }
        .steering(&Curves::default());
        let (strength, offset) = (0.5, 0.25);
        let mut expected = Steering::default();
        expected.lanes[Cue::Register] = Lane::Clip { strength, offset };
        expected.lanes[Cue::Polyphony] = Lane::constant(-0.5);
        assert_eq!(steering, expected);
    }

    #[test]
    fn a_slider_moves_what_is_drawn_unless_it_is_recorded() {
        let id = CurveId::Cue(Cue::Density);
        let mut curves = Curves::default();
        curves[id].draw((1, 0.5), (1, 0.5));
        let moved = ParamValues {
            density: 0.25,
            ..ParamValues::default()
        };
        let lane = |curves: &Curves| moved.steering(curves).lanes[Cue::Density].clone();
        let expected = |by| Lane::Over {
            drawn: vec![None, Some(0.5)],
            offset: by,
            under: Box::new(Lane::Clip {
                strength: 1.0,
                offset: 0.25,
            }),
        };
        assert_eq!(lane(&curves), expected(0.25));
        curves[id].armed = true;
        assert_eq!(lane(&curves), expected(0.0));
    }
}
