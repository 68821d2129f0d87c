//! Keeps small pictures of a clip while it is measured: the first of each shot, and others at steady distances.
//!
//! Which pictures begin a shot is known only at the end, so those that differ much from the one before are kept until then.

use super::frame::Frame;
use super::sums::sums;
use crate::error::Fault;
use crate::features::{Still, Stills};
use crate::time::Seconds;

/// The distance of steady stills at first. It doubles whenever there are too many.
const FIRST_INTERVAL: Seconds = Seconds(0.5);
/// The most steady stills.
const MOST_STEADY: usize = 256;
/// The most pictures that may begin a shot.
const MOST_JUMPS: usize = 1024;
/// The least mean difference of luma, 0 to 1, from one shot to the next.
const LEAST_JUMP: f32 = 0.03;
/// A cut this close to a picture is at it.
const SAME_TIME: f64 = 1e-6;

/// The pictures kept so far.
pub(crate) struct StillKeeper {
    steady: Vec<Still>,
    interval: Seconds,
    jumps: Vec<Jump>,
    last_luma: Vec<f32>,
}

/// A picture that differs from the one before.
struct Jump {
    difference: f32,
    still: Still,
}

impl StillKeeper {
    pub(crate) fn new() -> Self {
        Self {
            steady: Vec::new(),
            interval: FIRST_INTERVAL,
            jumps: Vec::new(),
            last_luma: Vec::new(),
        }
    }

    /// Sees the next frame, which is first shown at `time`.
    pub(crate) fn push(&mut self, time: Seconds, frame: &Frame) {
        let still = || Still {
            at: time,
            rgb: frame.rgb.clone(),
        };
        let is_due = |last: &Still| time.0 >= last.at.0 + self.interval.0 - SAME_TIME;
        if self.steady.last().is_none_or(is_due) {
            self.steady.push(still());
            if self.steady.len() > MOST_STEADY {
                let mut number = 0;
                self.steady.retain(|_| {
                    number += 1;
                    number % 2 == 1
                });
                self.interval = self.interval + self.interval;
            }
        }
        let [sum] = sums([&frame.luma, &self.last_luma], |[here, before]| {
            [(here - before).abs()]
        });
        let difference = sum / frame.luma.len() as f32;
        if difference >= LEAST_JUMP {
            self.jumps.push(Jump {
                difference,
                still: still(),
            });
            if self.jumps.len() > 2 * MOST_JUMPS {
                self.keep_largest_jumps();
            }
        }
        self.last_luma.clone_from(&frame.luma);
    }

    /// Returns the stills of a clip with `cuts` at these times. `aspect` is how much wider than high they are, if that is
    /// known.
    pub(crate) fn finish(mut self, cuts: &[Seconds], aspect: Option<f64>) -> Result<Stills, Fault> {
        self.keep_largest_jumps();
        let begins_shot = |still: &Still| {
            let next = cuts.partition_point(|cut| cut.0 < still.at.0 - SAME_TIME);
            (cuts.get(next)).is_some_and(|cut| cut.0 <= still.at.0 + SAME_TIME)
        };
        let jumps = self.jumps.into_iter().map(|jump| jump.still);
        let mut stills: Vec<Still> = jumps.filter(begins_shot).collect();
        stills.extend(self.steady);
        Stills::new(aspect, stills)
    }

    fn keep_largest_jumps(&mut self) {
        if self.jumps.len() > MOST_JUMPS {
            let descending = |one: &Jump, other: &Jump| other.difference.total_cmp(&one.difference);
            self.jumps.select_nth_unstable_by(MOST_JUMPS, descending);
            self.jumps.truncate(MOST_JUMPS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(level: u8) -> Frame {
        Frame::draw(|_, _| [level; 3])
    }

    #[test]
    fn the_first_picture_of_each_shot_is_kept_beside_steady_ones() {
        let mut keeper = StillKeeper::new();
        for number in 0..100_u32 {
            let time = Seconds(f64::from(number) / 25.0);
            // A flash at 1.72 s is no cut.
            let shown = match number {
                43 => 250,
                0..33 => 20,
                _ => 120,
            };
            keeper.push(time, &level(shown));
        }
        let stills = keeper.finish(&[Seconds(33.0 / 25.0)], Some(2.0)).unwrap();
        let times: Vec<f64> = stills.all().iter().map(|still| still.at.0).collect();
        assert_eq!(times.len(), 9, "{times:?}");
        let of_shot = stills
            .nearest(Seconds(1.32), Seconds(1.32), Seconds(4.0))
            .unwrap();
        assert_eq!(times[of_shot], 1.32);
        assert_eq!(stills.all()[of_shot].rgb[0], [120; 3]);
        assert!(!times.contains(&1.72), "{times:?}");
    }

    #[test]
    fn a_long_clip_has_few_stills_at_steady_distances() {
        let mut keeper = StillKeeper::new();
        let frame = level(60);
        for number in 0..4000_u32 {
            keeper.push(Seconds(f64::from(number) / 2.0), &frame);
        }
        let stills = keeper.finish(&[], None).unwrap();
        let times: Vec<f64> = stills.all().iter().map(|still| still.at.0).collect();
        assert!(
            (125..=MOST_STEADY).contains(&times.len()),
            "{}",
            times.len()
        );
        let steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(steps.iter().all(|&step| step == 8.0), "{steps:?}");
    }
}
