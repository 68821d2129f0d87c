//! Films that run at another speed: nothing of them was cut, so nothing of their music need be painted.

use super::Recut;
use crate::time::Seconds;

/// Speeds that may be meant, as with 24 frames a second shown at 25; closer to 1 than this, shots are recognised where they are.
const MOST: f64 = 1.1;
const LEAST: f64 = 1.002;
/// Fewer shots may be alike by chance.
const LEAST_SHOTS: usize = 3;
/// How far a cut may be off, in frames.
const FRAMES_OFF: f64 = 2.0;

impl Recut {
    /// Returns how many times as fast the new clip runs as the old one, if it has all its shots in the same order, each as much
    /// longer or shorter, and most of their picture is recognised.
    pub fn speed(&self) -> Option<f64> {
        let new_duration = self.stretches.last()?.new_end;
        let speed = self.old_duration.0 / new_duration.0;
        let is_meant = (LEAST..=MOST).contains(&speed) || (LEAST..=MOST).contains(&speed.recip());
        let shots = self.old_shots.len();
        if !is_meant || shots < LEAST_SHOTS || self.new_shots.len() != shots {
            return None;
        }
        let off = FRAMES_OFF * self.frame.0;
        let is_there = |(old, new): (&Seconds, &Seconds)| (old.0 / speed - new.0).abs() <= off;
        let seen = self
            .stretches
            .iter()
            .filter(|stretch| stretch.old_start.is_some());
        let seen: f64 = seen
            .map(|stretch| (stretch.new_end - stretch.new_start).0)
            .sum();
        let are_there = self.old_shots.iter().zip(&self.new_shots).all(is_there);
        (are_there && seen > 0.5 * new_duration.0).then_some(speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A film of four shots from seconds 0, 4, 10 and 16 to 20 whose shots now begin at `cuts`.
    fn recut(cuts: [f64; 4], end: f64) -> Recut {
        let ends = cuts.into_iter().skip(1).chain([end]);
        let olds = [0.0, 4.0, 10.0, 16.0];
        let stretches: Vec<(f64, Option<f64>)> = (cuts.into_iter().zip(ends).zip(olds))
            .map(|((from, to), old)| (to - from, Some(old)))
            .collect();
        let mut recut = Recut::of_stretches(20.0, &stretches);
        recut.old_shots = olds.map(Seconds).to_vec();
        recut
    }

    #[test]
    fn a_film_that_runs_faster_or_slower_is_known_by_all_its_cuts() {
        let faster = recut([0.0, 3.84, 9.6, 15.36], 19.2).speed().unwrap();
        assert!((faster - 25.0 / 24.0).abs() < 1e-9, "{faster}");
        let slower = recut([0.0, 4.17, 10.42, 16.68], 20.85).speed().unwrap();
        assert!((slower - 0.959).abs() < 1e-3, "{slower}");
    }

    #[test]
    fn other_cuts_are_no_speed() {
        for (cuts, end) in [
            ([0.0, 4.0, 10.0, 16.0], 20.0),
            ([0.0, 4.0, 10.0, 15.2], 19.2),
            ([0.0, 2.0, 5.0, 8.0], 10.0),
        ] {
            assert_eq!(recut(cuts, end).speed(), None, "{cuts:?}");
        }
        let mut unseen = recut([0.0, 3.84, 9.6, 15.36], 19.2);
        for stretch in &mut unseen.stretches[1..] {
            stretch.old_start = None;
        }
        assert_eq!(unseen.speed(), None);
    }
}
