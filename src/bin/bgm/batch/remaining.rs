//! How long the rest of a batch takes, by the sizes of its files.

use std::time::{Duration, Instant};

/// The work that is left of a batch.
pub(super) struct Remaining {
    /// The bytes of each item that is to be made; at least 1.
    sizes: Vec<u64>,
    finished: usize,
    /// When the work began.
    pub(super) started: Instant,
}

impl Remaining {
    pub(super) fn new(sizes: Vec<u64>) -> Self {
        Self {
            sizes: sizes.into_iter().map(|size| size.max(1)).collect(),
            finished: 0,
            started: Instant::now(),
        }
    }

    /// Returns the share of the whole that is done when so much of the current item is.
    pub(super) fn share(&self, of_item: f64) -> f64 {
        let sum = |sizes: &[u64]| sizes.iter().sum::<u64>() as f64;
        let current = self.sizes.get(self.finished).copied().unwrap_or_default() as f64;
        let done = sum(&self.sizes[..self.finished.min(self.sizes.len())]) + of_item * current;
        done / sum(&self.sizes).max(1.0)
    }

    /// Ends the current item.
    pub(super) fn finish_one(&mut self) {
        self.finished += 1;
    }

    /// Returns words about the time that is left, or none at the end.
    pub(super) fn words(&self) -> String {
        let share = self.share(0.0);
        if self.finished >= self.sizes.len() || share <= 0.0 {
            return String::new();
        }
        let left = self.started.elapsed().mul_f64((1.0 - share) / share);
        format!(" ({} left)", words(left))
    }
}

/// Returns a length of time in the unit that suits it.
fn words(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil();
    match seconds {
        ..90.0 => format!("{seconds} s"),
        ..5400.0 => format!("{} min", (seconds / 60.0).round()),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_count_by_their_size() {
        let mut left = Remaining::new(vec![100, 300, 0]);
        assert_eq!(left.share(0.5), 50.0 / 401.0);
        left.finish_one();
        assert_eq!(left.share(1.0), 400.0 / 401.0);
        assert!(left.words().contains("left"));
        left.finish_one();
        left.finish_one();
        assert_eq!(left.words(), "");
        assert_eq!(Remaining::new(Vec::new()).share(0.0), 0.0);
    }

    #[test]
    fn long_times_are_in_minutes_and_hours() {
        let of = |seconds| words(Duration::from_secs(seconds));
        assert_eq!([of(1), of(89)], ["1 s", "89 s"]);
        assert_eq!([of(90), of(5399)], ["2 min", "90 min"]);
        assert_eq!(of(5400), "1.5 h");
    }
}
