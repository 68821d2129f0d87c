//! Form: how much of a piece returns.

use crate::music::note::GridNote;
use crate::time::{Bars, STEPS_PER_BEAT};

/// Lengths of the segments whose returns are searched, in bars.
const SEGMENT_BARS: std::ops::RangeInclusive<usize> = 2..=8;
/// The likeness of two bars below which they count against a return.
const ALIKE: f64 = 0.7;

/// The most bars of a piece; work and memory grow with their square.
const MOST_BARS: u32 = 1024;

/// The rhythm and the harmony of one bar.
struct Bar {
    /// Of each step, whether notes start.
    rhythm: Vec<f64>,
    /// Of each beat, the steps that each pitch class sounds.
    harmony: Vec<f64>,
}

/// Returns the fitness of the fittest segment of sorted notes in bars of `bar_steps`; see [`super::Metrics::structureness`].
pub(super) fn structureness(notes: &[GridNote], piece: Bars, bar_steps: u32) -> Option<f64> {
    if piece.0 > MOST_BARS {
        return None;
    }
    let bars = bars(notes, piece, bar_steps as usize);
    if notes.is_empty() || bars.len() < 2 * SEGMENT_BARS.start() {
        return None;
    }
    let score = |i: usize, j: usize| {
        let alike = 0.5 * cosine(&bars[i].rhythm, &bars[j].rhythm)
            + 0.5 * cosine(&bars[i].harmony, &bars[j].harmony);
        (alike - ALIKE) / (1.0 - ALIKE)
    };
    let scores: Vec<Vec<f64>> = (0..bars.len())
        .map(|i| (0..bars.len()).map(|j| score(i, j)).collect())
        .collect();
    let fittest = SEGMENT_BARS
        .flat_map(|length| (0..=bars.len().saturating_sub(length)).map(move |at| (at, length)))
        .filter(|(at, length)| at + length <= bars.len())
        .map(|(at, length)| fitness(&scores, at, length))
        .fold(0.0, f64::max);
    Some(fittest)
}

fn bars(notes: &[GridNote], piece: Bars, bar_steps: usize) -> Vec<Bar> {
    let silent = || Bar {
        rhythm: vec![0.0; bar_steps],
        harmony: vec![0.0; 12 * bar_steps / STEPS_PER_BEAT as usize],
    };
    let mut bars: Vec<Bar> = (0..piece.0).map(|_| silent()).collect();
    for note in notes {
        let start = note.start.0 as usize;
        bars[start / bar_steps].rhythm[start % bar_steps] = 1.0;
        let end = (note.end.0 as usize).min(bars.len() * bar_steps);
        for step in start..end {
            let beat = step % bar_steps / STEPS_PER_BEAT as usize;
            let class = usize::from(note.pitch) % 12;
            bars[step / bar_steps].harmony[12 * beat + class] += 1.0;
        }
    }
    bars
}

/// Returns the cosine of two rows, or 0 if one is silent.
fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let lengths = (dot(a, a) * dot(b, b)).sqrt();
    if lengths > 0.0 {
        dot(a, b) / lengths
    } else {
        0.0
    }
}

/// Returns the fitness of the segment of `length` bars from bar `at`.
fn fitness(scores: &[Vec<f64>], at: usize, length: usize) -> f64 {
    let bars = scores.len();
    let alike = |start: usize| (0..length).map(|i| scores[at + i][start + i]).sum::<f64>();
    // The likeness and the number of the best choice of non-overlapping returns within the first bars.
    let mut best = vec![(0.0, 0); bars + 1];
    for end in 1..=bars {
        best[end] = best[end - 1];
        let Some(start) = end.checked_sub(length) else {
            continue;
        };
        // The segment itself is always chosen, so nothing may overlap it.
        if start != at && start < at + length && at < end {
            continue;
        }
        let (sum, count) = best[start];
        let with = (sum + alike(start), count + 1);
        if with.0 > best[end].0 {
            best[end] = with;
        }
    }
    let (sum, count) = best[bars];
    // A partly silent segment may not even match itself.
    if count < 2 || sum <= length as f64 {
        return 0.0;
    }
    let others = ((count - 1) * length) as f64;
    let likeness = (sum - length as f64) / others;
    let coverage = others / (bars - length) as f64;
    2.0 * likeness * coverage / (likeness + coverage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::piano_roll::RollPart;
    use crate::time::Steps;

    /// Returns the structureness of a piece with a bar for each letter, which has its own rhythm and harmony; a dot is silent.
    fn form(letters: &str) -> Option<f64> {
        let mut notes = Vec::new();
        for (bar, letter) in letters.bytes().enumerate().filter(|(_, l)| *l != b'.') {
            for place in 0..3 {
                let start = (16 * bar + usize::from(letter) * (5 + 2 * place) % 16) as u32;
                notes.push(GridNote {
                    start: Steps(start),
                    pitch: 40 + letter % 12 + (3 * place as u8) * (letter % 5),
                    part: RollPart::All,
                    end: Steps(start + 1),
                });
            }
        }
        notes.sort_unstable();
        structureness(&notes, Bars(letters.len() as u32), 16)
    }

    #[test]
    fn a_theme_that_fills_the_piece_explains_all_of_it() {
        assert!((form("abcdabcdabcd").unwrap() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn a_piece_without_returns_explains_nothing() {
        assert!(form("abcdefgh").unwrap() < 0.2, "{:?}", form("abcdefgh"));
        assert_eq!(form("abc"), None);
        assert_eq!(form("........"), None);
    }

    #[test]
    fn pieces_of_hours_are_not_measured() {
        let theme = "abcd".repeat(MOST_BARS as usize / 4 + 1);
        assert_eq!(form(&theme), None);
    }

    #[test]
    fn more_returns_explain_more() {
        let once = form("abcdefghijabcd").unwrap();
        let twice = form("abcdefabcdabcd").unwrap();
        assert!(0.3 < once && once < twice && twice < 1.0, "{once} {twice}");
    }
}
