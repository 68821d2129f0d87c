//! Where sections begin: at bar lines near cuts, in sections of about the same length.

use crate::time::BARS_PER_PHRASE;

/// The fewest bars of a section, in pieces that are long enough.
const LEAST_BARS: usize = 4;
/// No section is longer than so many times the mean.
const MOST_MEANS: usize = 4;
/// The cost of a section of twice the mean length; that of a border without a cut is 1.
const LENGTH_COST: f64 = 2.0;
/// The cost of a border in the middle of a gradual change, from one shot to the next: it is worth less than a cut.
const TURN_COST: f64 = 0.4;
/// The cost of a section that is not of whole phrases, and of such a section at the end.
const ODD_LENGTH_COST: f64 = 0.1;
const ODD_LAST_COST: f64 = 0.05;

/// Divides `bars` bars into `count` sections of at least four bars (fewer if the piece is too short), the first of at
/// least `first_bars` if the others leave room. Returns the first bar of each.
///
/// `cuts` holds the places of the cuts in bars, and `turns` those of the middle of gradual changes. Of all divisions the one is
/// taken that has most of its borders at cuts near bar lines, or else at turns, and sections of the most even length.
pub(super) fn borders(
    count: usize,
    bars: usize,
    first_bars: usize,
    cuts: &[f64],
    turns: &[f64],
) -> Vec<usize> {
    let count = count.clamp(1, bars.max(1));
    let mean = bars as f64 / count as f64;
    let least = LEAST_BARS.min(bars / count);
    let first_bars = first_bars.clamp(least, bars - (count - 1) * least);
    let most = first_bars.max(MOST_MEANS * bars.div_ceil(count));
    let border_cost = border_costs(bars, cuts, turns);

    // The least cost of so many sections that end at each bar, and where the last of them begins.
    let mut cost = vec![f64::INFINITY; bars + 1];
    cost[0] = 0.0;
    let mut starts: Vec<Vec<usize>> = Vec::with_capacity(count);
    for section in 0..count {
        let is_last = section + 1 == count;
        let shortest = if section == 0 { first_bars } else { least };
        let mut next = vec![f64::INFINITY; bars + 1];
        let mut start = vec![0; bars + 1];
        for end in shortest..=bars {
            for length in shortest..=most.min(end) {
                let length_cost = length_cost(length, mean, is_last);
                let total = cost[end - length] + border_cost[end] + length_cost;
                if total < next[end] {
                    (next[end], start[end]) = (total, end - length);
                }
            }
        }
        cost = next;
        starts.push(start);
    }
    let mut end = bars;
    let mut borders: Vec<usize> = (starts.iter().rev())
        .map(|start| {
            end = start[end];
            end
        })
        .collect();
    borders.reverse();
    borders
}

/// Returns the cost of a border at each bar: 0 on a cut, [`TURN_COST`] on a turn, 1 half a bar or more away from all of them.
/// The end costs nothing.
fn border_costs(bars: usize, cuts: &[f64], turns: &[f64]) -> Vec<f64> {
    let mut costs = vec![1.0_f64; bars + 1];
    costs[bars] = 0.0;
    for (places, least) in [(cuts, 0.0), (turns, TURN_COST)] {
        for place in places {
            let nearest = place.round();
            if (1.0..bars as f64).contains(&nearest) {
                let cost = &mut costs[nearest as usize];
                let share = 2.0 * (place - nearest).abs();
                *cost = cost.min(least + (1.0 - least) * share);
            }
        }
    }
    costs
}

fn length_cost(length: usize, mean: f64, is_last: bool) -> f64 {
    let off = (length as f64 - mean) / mean;
    let odd = match length.is_multiple_of(BARS_PER_PHRASE as usize) {
        true => 0.0,
        false if is_last => ODD_LAST_COST,
        false => ODD_LENGTH_COST,
    };
    LENGTH_COST * off * off + odd
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn without_cuts_sections_are_of_whole_phrases() {
        assert_eq!(borders(4, 32, 0, &[], &[]), [0, 8, 16, 24]);
        assert_eq!(borders(4, 30, 0, &[], &[]), [0, 8, 16, 24]);
        assert_eq!(borders(3, 13, 0, &[], &[]), [0, 4, 8]);
        assert_eq!(borders(1, 13, 0, &[], &[]), [0]);
    }

    #[test]
    fn borders_move_to_cuts_near_bar_lines() {
        assert_eq!(borders(3, 24, 0, &[9.95, 15.95], &[]), [0, 10, 16]);
        // A cut that would leave a section of fewer than four bars is let be.
        assert_eq!(borders(2, 16, 0, &[2.0, 9.0], &[]), [0, 9]);
    }

    #[test]
    fn short_pieces_have_short_sections_and_a_long_theme_its_room() {
        assert_eq!(borders(4, 5, 0, &[], &[]).len(), 4);
        assert_eq!(borders(9, 3, 0, &[], &[]), [0, 1, 2]);
        assert_eq!(borders(3, 32, 16, &[], &[])[1], 16);
        assert_eq!(borders(3, 32, 99, &[], &[]), [0, 24, 28]);
    }

    #[test]
    fn borders_move_to_gradual_changes_where_no_cut_is_near() {
        assert_eq!(borders(3, 24, 0, &[], &[9.95, 15.95]), [0, 10, 16]);
        // The turn is nearer to the middle, and the cut counts more.
        assert_eq!(borders(2, 16, 0, &[7.0], &[8.0]), [0, 7]);
        assert_eq!(borders(2, 16, 0, &[], &[7.0]), [0, 7]);
        // A turn between bar lines changes nothing.
        assert_eq!(borders(3, 24, 0, &[], &[9.5]), borders(3, 24, 0, &[], &[]));
    }

    proptest! {
        #[test]
        fn sections_cover_the_piece_without_gap(
            count in 1usize..20,
            bars in 1usize..160,
            first in 0usize..40,
            cuts in prop::collection::vec(-4.0f64..200.0, 0..60),
            turns in prop::collection::vec(-4.0f64..200.0, 0..20),
        ) {
            let starts = borders(count, bars, first, &cuts, &turns);
            prop_assert_eq!(starts.len(), count.min(bars));
            prop_assert_eq!(starts[0], 0);
            let least = LEAST_BARS.min(bars / starts.len());
            let ends = starts[1..].iter().chain([&bars]);
            for (start, end) in starts.iter().zip(ends) {
                prop_assert!(start + least <= *end, "{:?} of {}", starts, bars);
            }
        }
    }
}
