//! Sums in eight strands, which compilers turn into vectors, in one order on every machine.

/// How many sums are kept side by side.
pub(super) const STRANDS: usize = 8;

/// Returns the sum of a term for each number.
#[inline(always)]
pub(super) fn sum(numbers: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let [sum] = sums([numbers], |[number]| [term(number)]);
    sum
}

/// Returns the sums of several terms, computed from one number of each of several slices. The shortest slice counts.
#[inline(always)]
pub(super) fn sums<const SLICES: usize, const TERMS: usize>(
    slices: [&[f32]; SLICES],
    terms: impl Fn([f32; SLICES]) -> [f32; TERMS],
) -> [f32; TERMS] {
    let mut length = usize::MAX;
    for slice in slices {
        length = length.min(slice.len());
    }
    let mut chunks = [[].as_slice(); SLICES];
    let mut rests = [[].as_slice(); SLICES];
    for slice in 0..SLICES {
        (chunks[slice], rests[slice]) = slices[slice][..length].as_chunks::<STRANDS>();
    }
    let mut sums = [[0.0; STRANDS]; TERMS];
    #[expect(
        clippy::needless_range_loop,
        reason = "it walks several slices at once"
    )]
    for at in 0..length / STRANDS {
        let mut rows = [&[0.0; STRANDS]; SLICES];
        for slice in 0..SLICES {
            rows[slice] = &chunks[slice][at];
        }
        for strand in 0..STRANDS {
            let mut numbers = [0.0; SLICES];
            for slice in 0..SLICES {
                numbers[slice] = rows[slice][strand];
            }
            let terms = terms(numbers);
            for term in 0..TERMS {
                sums[term][strand] += terms[term];
            }
        }
    }
    let mut all = sums.map(|strands| strands.iter().sum());
    for at in 0..length % STRANDS {
        let terms = terms(rests.map(|rest| rest[at]));
        for term in 0..TERMS {
            all[term] += terms[term];
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_counts_once() {
        let numbers: Vec<f32> = (1..=21_u8).map(f32::from).collect();
        let twice: Vec<f32> = numbers.iter().map(|number| 2.0 * number).collect();
        assert_eq!(sum(&numbers, |number| 2.0 * number), 462.0);
        let all = sums([&numbers, &twice], |[one, other]| [one, other, 1.0]);
        assert_eq!(all, [231.0, 462.0, 21.0]);
        assert_eq!(sum(&[], |number| number), 0.0);
    }
}
