//! Statistics of samples.

/// Number of points at which densities are compared.
const DENSITY_POINTS: usize = 512;
/// How far densities extend beyond their samples, in bandwidths.
const DENSITY_REACH: f64 = 4.0;

/// Returns the mean, or `None` if empty.
pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Returns Spearman's rank correlation of pairs, or `None` if one side is constant. Ties share their mean rank.
///
/// # Panics
/// Panics if the samples differ in length.
pub(super) fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    pearson(&ranks(a), &ranks(b))
}

/// Returns the correlation of pairs, or `None` if one side is constant.
///
/// # Panics
/// Panics if the samples differ in length.
pub(super) fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    assert_eq!(a.len(), b.len(), "samples of equal length");
    let centred = |values: &[f64]| -> Option<Vec<f64>> {
        let centre = mean(values)?;
        Some(values.iter().map(|value| value - centre).collect())
    };
    let (a, b) = (centred(a)?, centred(b)?);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = (product(&a, &a) * product(&b, &b)).sqrt();
    (scale > 0.0).then(|| product(&a, &b) / scale)
}

/// Returns ranks from 1; ties share their mean rank.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for ties in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = before as f64 + (ties.len() as f64 + 1.0) / 2.0;
        for &index in ties {
            ranks[index] = rank;
        }
        before += ties.len();
    }
    ranks
}

/// Returns the overlap area of two samples' densities, 0 (disjoint) to 1 (equal), or `None` if a sample is empty.
///
/// The densities use Gaussian kernels of Scott's bandwidth; the area is the integral of the lower of the two. Yang and
/// Lerch (2020) apply it to distances within a set and between two sets; here it is applied to the values themselves. A
/// constant sample gets a hundredth of the other's bandwidth.
pub(super) fn overlap_area(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let (wide_a, wide_b) = (bandwidth(a), bandwidth(b));
    let narrowest = 0.01 * wide_a.max(wide_b);
    if narrowest == 0.0 {
        return Some(f64::from(u8::from(a[0] == b[0])));
    }
    let (wide_a, wide_b) = (wide_a.max(narrowest), wide_b.max(narrowest));
    let all = || a.iter().chain(b).copied();
    let reach = DENSITY_REACH * wide_a.max(wide_b);
    let low = all().fold(f64::INFINITY, f64::min) - reach;
    let high = all().fold(f64::NEG_INFINITY, f64::max) + reach;
    let spacing = (high - low) / DENSITY_POINTS as f64;
    let overlap: f64 = (0..DENSITY_POINTS)
        .map(|point| low + (point as f64 + 0.5) * spacing)
        .map(|at| density(a, wide_a, at).min(density(b, wide_b, at)) * spacing)
        .sum();
    Some(overlap.min(1.0))
}

/// Returns Scott's bandwidth of a Gaussian kernel.
fn bandwidth(values: &[f64]) -> f64 {
    let count = values.len() as f64;
    let centre = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    let deviation = (squares / (count - 1.0).max(1.0)).sqrt();
    deviation * libm::pow(count, -0.2)
}

/// Returns the density of `values` at the point `at`.
fn density(values: &[f64], bandwidth: f64, at: f64) -> f64 {
    let kernel = |value: &f64| libm::exp(-0.5 * ((at - value) / bandwidth).powi(2));
    let root = (2.0 * std::f64::consts::PI).sqrt();
    values.iter().map(kernel).sum::<f64>() / (values.len() as f64 * bandwidth * root)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tied_values_share_their_mean_rank() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0, 3.0]), [4.0, 1.0, 4.0, 2.0, 4.0]);
    }

    #[test]
    fn rank_correlation_matches_hand_computed_values() {
        let a = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(spearman(&a, &[10.0, 11.0, 100.0, 101.0]), Some(1.0));
        assert_eq!(spearman(&a, &[4.0, 3.0, 2.0, 1.0]), Some(-1.0));
        // 1 - 6·(1 + 1) / (4·15)
        let swapped = spearman(&a, &[2.0, 1.0, 3.0, 4.0]).unwrap();
        assert!((swapped - 0.8).abs() < 1e-12);
        // Ranks 1, 2, 3, 4 and 1.5, 1.5, 3.5, 3.5: 4 / √(5·4).
        let tied = spearman(&a, &[0.0, 0.0, 1.0, 1.0]).unwrap();
        assert!((tied - 4.0 / 20f64.sqrt()).abs() < 1e-12);
        assert_eq!(spearman(&a, &[1.0; 4]), None);
        assert_eq!(spearman(&[], &[]), None);
    }

    #[test]
    fn correlation_is_of_the_values_and_not_of_their_ranks() {
        let a = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(pearson(&a, &[3.0, 5.0, 7.0, 9.0]), Some(1.0));
        // Distances from the means -1.5, -0.5, 0.5, 1.5 and -1.5, -1.5, -0.5, 3.5: 8 / √(5 · 17).
        let bent = pearson(&a, &[0.0, 0.0, 1.0, 5.0]).unwrap();
        assert!(
            (bent - 8.0 / (5.0_f64 * 17.0).sqrt()).abs() < 1e-12,
            "{bent}"
        );
        assert_eq!(pearson(&a, &[2.0; 4]), None);
        assert_eq!(pearson(&[], &[]), None);
    }

    #[test]
    fn similar_samples_overlap_and_distant_ones_do_not() {
        let a = [1.0, 2.0, 2.5, 3.0, 4.0];
        assert!((overlap_area(&a, &a).unwrap() - 1.0).abs() < 1e-3);
        let far = a.map(|value| value + 100.0);
        assert!(overlap_area(&a, &far).unwrap() < 1e-6);
        let near = a.map(|value| value + 1.0);
        let between = overlap_area(&a, &near).unwrap();
        assert!((0.3..0.9).contains(&between), "{between}");
        assert_eq!(overlap_area(&a, &near), overlap_area(&near, &a));
    }

    #[test]
    fn constant_samples_overlap_if_they_are_equal() {
        assert_eq!(overlap_area(&[2.0, 2.0], &[2.0]), Some(1.0));
        assert_eq!(overlap_area(&[2.0, 2.0], &[3.0]), Some(0.0));
        assert_eq!(overlap_area(&[], &[3.0]), None);
    }
}
