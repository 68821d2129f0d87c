use super::*;
use crate::kernel::testing::numbers;

/// Returns the results of every operation on the same operands.
struct Everything;

impl Kernel for Everything {
    type Output = Vec<Lanes>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Vec<Lanes> {
        let x = numbers(5 * LANES, 1);
        let (x, _) = x.as_chunks::<LANES>();
        let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|i| s.load(&x[i]));
        let whole = s.round(s.mul(a, s.splat(120.0)));
        let mut all = vec![
            s.add(a, b),
            s.sub(a, b),
            s.mul(a, b),
            s.div(a, b),
            s.min(a, b),
            s.max(a, b),
            whole,
            s.power_of_two(whole),
        ];
        all.extend(s.deinterleave4([a, b, c, d]));
        all.extend(s.interleave4([b, c, d, e]));
        all.into_iter().map(|x| s.array(x)).collect()
    }
}

#[test]
fn all_instruction_sets_agree() {
    let expected = portable::Portable.run(Everything);
    for isa in Isa::available() {
        assert_eq!(isa.run(Everything), expected, "{isa:?}");
    }
}

#[test]
fn interleaving_reverses_deinterleaving() {
    struct RoundTrip;
    impl Kernel for RoundTrip {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self, s: S) {
            let x = numbers(4 * LANES, 2);
            let (x, _) = x.as_chunks::<LANES>();
            let parts = s.deinterleave4([0, 1, 2, 3].map(|i| s.load(&x[i])));
            for (p, part) in parts.into_iter().enumerate() {
                for (i, number) in s.array(part).into_iter().enumerate() {
                    assert_eq!(number, x.as_flattened()[4 * i + p]);
                }
            }
            let back = s.interleave4(parts).map(|x| s.array(x));
            assert_eq!(back.as_slice(), x);
        }
    }
    for isa in Isa::available() {
        isa.run(RoundTrip);
    }
}

#[test]
fn multiply_computes_a_matrix_product() {
    struct Block;
    impl Kernel for Block {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self, s: S) {
            for width in 1..=S::WIDTH {
                let depth = 7;
                let a = numbers(depth * S::ROWS, 3);
                let b = numbers(depth * width * LANES, 4);
                let mut c = vec![[0.0; LANES]; S::ROWS * width];
                s.multiply(width, &a, b.as_chunks().0, &mut c);
                for (i, row) in c.as_flattened().chunks(width * LANES).enumerate() {
                    for (j, &sum) in row.iter().enumerate() {
                        let expected: f32 = (0..depth)
                            .map(|k| a[k * S::ROWS + i] * b[k * width * LANES + j])
                            .sum();
                        assert!((sum - expected).abs() < 1e-5);
                    }
                }
            }
        }
    }
    for isa in Isa::available() {
        isa.run(Block);
    }
}

#[test]
fn all_instruction_sets_order_nan_alike() {
    struct Compare;
    impl Kernel for Compare {
        type Output = [[u32; LANES]; 2];
        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> [[u32; LANES]; 2] {
            const SOME: [f32; 4] = [f32::NAN, 0.0, -0.0, 1.0];
            let a = s.load(&std::array::from_fn(|i| SOME[i / 4]));
            let b = s.load(&std::array::from_fn(|i| SOME[i % 4]));
            [s.min(a, b), s.max(a, b)].map(|x| s.array(x).map(f32::to_bits))
        }
    }
    let expected = portable::Portable.run(Compare);
    for isa in Isa::available() {
        assert_eq!(isa.run(Compare), expected, "{isa:?}");
    }
}
