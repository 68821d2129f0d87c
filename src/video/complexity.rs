//! Visual complexity of a frame.

use super::frame::{Frame, HEIGHT, LUMA_STEPS, WIDTH};
use super::sums::STRANDS;

/// The slope of luma, per pixel, that counts as a full edge.
const FULL_EDGE: f32 = 0.2;

/// Returns the visual complexity, 0 (one flat colour) to 1: the mean of edge density and entropy.
pub(crate) fn complexity(frame: &Frame) -> f32 {
    0.5 * (edge_density(&frame.luma) + entropy(&frame.luma_counts()))
}

/// Returns the share of pixels on an edge, 0 to 1; weak edges count partly.
fn edge_density(luma: &[f32]) -> f32 {
    let mut sums = [0.0_f32; STRANDS];
    for y in 1..HEIGHT - 1 {
        let line = |y: usize| &luma[y * WIDTH..][..WIDTH];
        let (above, here, below) = (line(y - 1), line(y), line(y + 1));
        let mut edges = [0.0_f32; WIDTH];
        for x in 1..WIDTH - 1 {
            let across = 0.5 * (here[x + 1] - here[x - 1]);
            let down = 0.5 * (below[x] - above[x]);
            let slope = (across * across + down * down).sqrt();
            edges[x] = (slope / FULL_EDGE).min(1.0);
        }
        for edges in edges.as_chunks::<STRANDS>().0 {
            for (sum, edge) in sums.iter_mut().zip(edges) {
                *sum += edge;
            }
        }
    }
    sums.iter().sum::<f32>() / ((WIDTH - 2) * (HEIGHT - 2)) as f32
}

/// Returns the Shannon entropy of luma, 0 (all pixels in one step) to 1 (as many in each).
fn entropy(counts: &[u32; LUMA_STEPS]) -> f32 {
    let pixels = counts.iter().sum::<u32>() as f32;
    let bits: f32 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| {
            let share = count as f32 / pixels;
            -share * libm::log2f(share)
        })
        .sum();
    bits / LUMA_STEPS.ilog2() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flat_pictures_are_simple_and_fine_patterns_are_complex() {
        let flat = Frame::draw(|_, _| [90; 3]);
        let gradient = Frame::draw(|x, _| [(x * 2) as u8; 3]);
        let clutter = Frame::draw(|x, y| [((x * x * 31 + y * y * 17 + x * y * 7) % 256) as u8; 3]);
        assert_eq!(complexity(&flat), 0.0);
        assert!(complexity(&gradient) > 0.3);
        assert!(complexity(&clutter) > 0.9);
        assert!(complexity(&clutter) <= 1.0);
    }

    #[test]
    fn more_edges_mean_more_complexity_at_the_same_entropy() {
        let stripes = |wide: usize| Frame::draw(move |x, _| [(x / wide % 2 * 200) as u8; 3]);
        assert!(complexity(&stripes(4)) > complexity(&stripes(24)) + 0.1);
    }
}
