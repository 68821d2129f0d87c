//! Whether the cues that a segment was made for can be told from others by what is heard.

/// How many sets of cues there are to choose from: the segment's own and others.
pub const CANDIDATES: usize = 60;
/// The ranks that are reported.
pub const RANKS: [usize; 3] = [5, 10, 20];

/// How often a segment's own cues are among the best answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retrieval {
    /// How many candidates there were, at most [`CANDIDATES`].
    pub candidates: usize,
    /// Of each rank of [`RANKS`], the share of segments whose own cues rank as high or higher.
    pub precision: [f64; RANKS.len()],
}

impl Retrieval {
    /// Ranks, for the `heard` cues of each segment, its own cues among others. Cues are those of all beats in −1…1, one
    /// after another; `asked[n]` are those that segment `n` was made for, and what follows the last segment's is there to
    /// confuse. Of the others the first [`CANDIDATES`] − 1 are taken.
    ///
    /// What agrees better has a smaller sum of squared differences; of candidates that agree alike, the own one counts as
    /// the last.
    pub fn of(heard: &[Vec<f32>], asked: &[Vec<f32>]) -> Self {
        let rank = |(own, heard): (usize, &Vec<f32>)| {
            let own_distance = distance(heard, &asked[own]);
            let others = (0..asked.len()).filter(|&other| other != own);
            let better = others
                .take(CANDIDATES - 1)
                .filter(|&other| distance(heard, &asked[other]) <= own_distance);
            1 + better.count()
        };
        let ranks: Vec<usize> = heard.iter().enumerate().map(rank).collect();
        let within = |rank: usize| ranks.iter().filter(|&&own| own <= rank).count();
        Self {
            candidates: asked.len().min(CANDIDATES),
            precision: RANKS.map(|rank| within(rank) as f64 / heard.len().max(1) as f64),
        }
    }

    /// What guessing would reach at each rank of [`RANKS`].
    pub fn chance(&self) -> [f64; RANKS.len()] {
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

    /// Sixty sets of one cue each, far enough apart.
    fn asked() -> Vec<Vec<f32>> {
        (0..60).map(|n| vec![n as f32]).collect()
    }

    #[test]
    fn what_follows_its_own_cues_finds_them() {
        let heard = asked()[..4].to_vec();
        let retrieval = Retrieval::of(&heard, &asked());
        assert_eq!(retrieval.precision, [1.0; 3]);
        assert_eq!(retrieval.chance(), [5.0 / 60.0, 10.0 / 60.0, 20.0 / 60.0]);
    }

    #[test]
    fn ranks_are_those_counted_by_hand() {
        // Nearest to 6.4 are 6, 7, 5, 8, 4, 9, 3, 10, 2, 11, 1, 12 and then 0, the own one: rank 13. Nearest to 4.4 are
        // 4, 5, 3, 6, 2, 7 and then 1, the own one: rank 7.
        let retrieval = Retrieval::of(&[vec![6.4], vec![4.4]], &asked());
        assert_eq!(retrieval.precision, [0.0, 0.5, 1.0]);
    }

    #[test]
    fn cues_that_are_all_alike_tell_nothing() {
        let alike = vec![vec![0.0]; 60];
        assert_eq!(Retrieval::of(&alike, &alike).precision, [0.0; 3]);
    }
}
