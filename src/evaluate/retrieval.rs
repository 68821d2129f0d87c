//! Whether a segment can be matched to the cues it was generated for, among others.

/// The most sets of cues to choose from: the segment's own and others.
pub const CANDIDATES: usize = 60;
/// The ranks that are reported.
pub(super) const RANKS: [usize; 3] = [5, 10, 20];

/// How often a segment's own cues are among those nearest to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Retrieval {
    /// The number of candidates, at most [`CANDIDATES`].
    pub(super) candidates: usize,
    /// For each of [`RANKS`], the share of segments whose own cues reach that rank or a better one.
    pub(super) precision: [f64; RANKS.len()],
}

impl Retrieval {
    /// Ranks each segment's own cues among others by their distance from the cues `measured` on it.
    ///
    /// A set of cues is those of all beats, −1 to 1, concatenated. `requested[n]` are the cues that segment `n` was
    /// generated for; further sets serve as distractors. Each segment is compared with its own and the first
    /// [`CANDIDATES`] − 1 others. Distances are sums of squared differences; ties count against the segment.
    pub(super) fn of(measured: &[Vec<f32>], requested: &[Vec<f32>]) -> Self {
        let rank = |(own, measured): (usize, &Vec<f32>)| {
            let own_distance = distance(measured, &requested[own]);
            let others = (0..requested.len()).filter(|&other| other != own);
            let better = others
                .take(CANDIDATES - 1)
                .filter(|&other| distance(measured, &requested[other]) <= own_distance);
            1 + better.count()
        };
        let ranks: Vec<usize> = measured.iter().enumerate().map(rank).collect();
        let within = |rank: usize| ranks.iter().filter(|&&own| own <= rank).count();
        Self {
            candidates: requested.len().min(CANDIDATES),
            precision: RANKS.map(|rank| within(rank) as f64 / measured.len().max(1) as f64),
        }
    }

    /// Returns the precision of guessing at each of [`RANKS`].
    pub(super) fn chance(&self) -> [f64; RANKS.len()] {
        RANKS.map(|rank| (rank as f64 / self.candidates.max(1) as f64).min(1.0))
    }
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    let square = |(a, b): (&f32, &f32)| f64::from(a - b).powi(2);
    a.iter().zip(b).map(square).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sixty sets of one value each.
    fn requested() -> Vec<Vec<f32>> {
        (0..60).map(|n| vec![n as f32]).collect()
    }

    #[test]
    fn a_segment_that_follows_its_cues_retrieves_them() {
        let measured = requested()[..4].to_vec();
        let retrieval = Retrieval::of(&measured, &requested());
        assert_eq!(retrieval.precision, [1.0; 3]);
        assert_eq!(retrieval.chance(), [5.0 / 60.0, 10.0 / 60.0, 20.0 / 60.0]);
    }

    #[test]
    fn ranks_match_hand_computed_values() {
        // Nearest to 6.4 are 6, 7, 5, 8, 4, 9, 3, 10, 2, 11, 1, 12 and then 0, its own: rank 13. Nearest to 4.4 are
        // 4, 5, 3, 6, 2, 7 and then 1, its own: rank 7.
        let retrieval = Retrieval::of(&[vec![6.4], vec![4.4]], &requested());
        assert_eq!(retrieval.precision, [0.0, 0.5, 1.0]);
    }

    #[test]
    fn equal_cues_retrieve_nothing() {
        let alike = vec![vec![0.0]; 60];
        assert_eq!(Retrieval::of(&alike, &alike).precision, [0.0; 3]);
    }
}
