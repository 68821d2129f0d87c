//! A share that rises steadily from 0 to 1.

/// The shares between which the rise is measured; what is before and after may waver.
const LOW: f32 = 0.15;
const HIGH: f32 = 0.85;
/// How far a share may stray from 0 before the rise and from 1 after it.
const WAVER: f32 = 0.12;
/// The largest step of a share from one picture to the next; a cut is one of 1.
const LARGEST_STEP: f32 = 0.5;
/// How far a share may fall back.
const LARGEST_FALL: f32 = 0.08;
/// The shortest and the longest rise, in seconds.
const SHORTEST: f64 = 0.24;
const LONGEST: f64 = 2.8;
/// At an end of a stretch that must be at rest, so that the rise is whole, this share of it is.
const REST: f64 = 0.06;
/// At any other end the rise may reach this many pictures further.
const BEYOND: f64 = 1.5;

/// When a share rises.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ramp {
    /// When it leaves 0, in seconds.
    pub(super) start: f64,
    /// When it reaches 1, in seconds.
    pub(super) end: f64,
}

impl Ramp {
    /// Finds the rise of `shares`, one at each of `times`; `None` if they do anything but rest, rise and rest. `at_rest` says
    /// whether the shares must rest at the first and at the last time.
    pub(super) fn of(
        times: impl Iterator<Item = f64>,
        shares: impl Iterator<Item = f32>,
        at_rest: [bool; 2],
    ) -> Option<Self> {
        let points: Vec<(f64, f32)> = times.zip(shares).collect();
        let (&(first, _), &(last, _)) = (points.first()?, points.last()?);
        let rising = points.iter().position(|point| point.1 > LOW)?;
        let risen = points.iter().rposition(|point| point.1 < HIGH)?;
        let is_steady = points.windows(2).all(|pair| {
            let step = pair[1].1 - pair[0].1;
            (-LARGEST_FALL..=LARGEST_STEP).contains(&step)
        });
        let rests = points[..rising].iter().all(|point| point.1 > -WAVER)
            && points[risen + 1..]
                .iter()
                .all(|point| point.1 < 1.0 + WAVER);
        if rising == 0 || risen < rising || !is_steady || !rests {
            return None;
        }
        let low = crossing(points[rising - 1], points[rising], LOW);
        let high = crossing(points[risen], *points.get(risen + 1)?, HIGH);
        let length = (high - low) / f64::from(HIGH - LOW);
        let start = low - f64::from(LOW) * length;
        let end = high + f64::from(1.0 - HIGH) * length;
        let step = (last - first) / (points.len() - 1) as f64;
        let [first_rest, last_rest] = at_rest.map(|at_rest| {
            if at_rest {
                REST * (last - first)
            } else {
                -BEYOND * step
            }
        });
        let is_whole = start >= first + first_rest && end <= last - last_rest;
        (is_whole && (SHORTEST..=LONGEST).contains(&length)).then_some(Self { start, end })
    }
}

/// Returns when the line through two points has a share.
fn crossing(before: (f64, f32), after: (f64, f32), share: f32) -> f64 {
    let part = (share - before.1) / (after.1 - before.1);
    before.0 + f64::from(part) * (after.0 - before.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(shares: impl Fn(f64) -> f64) -> Option<Ramp> {
        let times = || (0..=50).map(|at| f64::from(at) / 25.0);
        Ramp::of(times(), times().map(|time| shares(time) as f32), [true; 2])
    }

    #[test]
    fn a_rise_may_end_with_the_stretch_if_there_need_be_no_rest() {
        let times = || (0..=25).map(|at| f64::from(at) / 25.0);
        let shares = || times().map(|time| (2.0 * time - 1.0).max(0.0) as f32);
        let found = Ramp::of(times(), shares(), [true, false]).unwrap();
        assert!((found.start - 0.5).abs() < 0.02 && (found.end - 1.0).abs() < 0.02);
        assert_eq!(Ramp::of(times(), shares(), [true; 2]), None);
    }

    #[test]
    fn a_rise_is_found_where_it_starts_and_ends() {
        let found = ramp(|time| ((time - 0.6) / 0.8).clamp(0.0, 1.0)).unwrap();
        assert!((found.start - 0.6).abs() < 0.02 && (found.end - 1.4).abs() < 0.02);
    }

    #[test]
    fn cuts_parts_of_rises_waves_and_falls_are_none() {
        for (name, shares) in [
            ("cut", (|time| f64::from(time > 1.0)) as fn(f64) -> f64),
            ("part", |time| time / 2.0),
            ("late", |time| (time - 1.0).max(0.0)),
            ("wave", |time| 0.5 - 0.5 * (time * 6.0).cos()),
            ("rest", |_| 0.0),
            ("beyond", |time| (time - 0.5).clamp(0.0, 1.0) * 1.6 - 0.3),
        ] {
            assert_eq!(ramp(shares), None, "{name}");
        }
    }
}
