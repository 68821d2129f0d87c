//! Random numbers, comparisons and thread pools for the kernels' tests.

pub(super) mod convolution;

use super::isa::Isa;
use candle_core::{Device, Result, Tensor, Var};

/// Returns `count` pseudo-random numbers between -1 and 1.
pub(super) fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state as f32 / u32::MAX as f32 * 2.0 - 1.0
        })
        .collect()
}

/// Panics unless the numbers differ by at most `tolerance` times the largest expected magnitude.
pub(super) fn assert_near(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1e-30_f32, |max, x| max.max(x.abs()));
    for (i, (x, y)) in found.iter().zip(expected).enumerate() {
        let distance = (x - y).abs();
        assert!(
            distance <= tolerance * scale,
            "{what}: element {i} is {x}; expected {y}"
        );
    }
}

/// Runs `work` on a pool of `threads` threads.
pub(super) fn on_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(work)
}

/// Panics unless `work` returns the same bits on 1, 2 and 3 threads, and on every instruction set with fused
/// multiply-add. The portable one may differ by `tolerance`.
pub(super) fn assert_reproducible(tolerance: f32, work: impl Fn(Isa) -> Vec<f32> + Sync) {
    let best = work(Isa::detect());
    for isa in Isa::available() {
        let [one, two, three] = [1, 2, 3].map(|threads| on_threads(threads, || work(isa)));
        assert!(one == two, "{isa:?}: 2 threads differ from 1");
        assert!(one == three, "{isa:?}: 3 threads differ from 1");
        assert_near(&one, &best, tolerance, &format!("{isa:?}"));
        assert!(
            one == best || matches!(isa, Isa::Portable(_)),
            "{isa:?} differs from the best instruction set"
        );
    }
}

/// Returns a tensor of [`numbers`] on the CPU.
pub(super) fn tensor(shape: &[usize], seed: u32) -> Tensor {
    let numbers = numbers(shape.iter().product(), seed);
    Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
}

/// Returns the elements of a tensor.
pub(super) fn flat(x: &Tensor) -> Vec<f32> {
    x.flatten_all().unwrap().to_vec1().unwrap()
}

/// Panics unless the gradients of `layer` for variables of the given shapes agree with those of `composed`, the same
/// layer made of candle's operations, and with central differences of `layer`.
pub(super) fn assert_gradients(
    shapes: &[&[usize]],
    layer: impl Fn(&[Tensor]) -> Result<Tensor>,
    composed: impl Fn(&[Tensor]) -> Result<Tensor>,
) {
    let seeds = 11..;
    let vars: Vec<Var> = (shapes.iter().zip(seeds))
        .map(|(shape, seed)| Var::from_tensor(&tensor(shape, seed)).unwrap())
        .collect();
    let at: Vec<Tensor> = vars.iter().map(|var| var.as_tensor().clone()).collect();
    // A weight per element distinguishes the elements of the result.
    let weighted = |y: Tensor| (&y * tensor(y.dims(), 7)).unwrap().sum_all().unwrap();
    let gradients = |y: Result<Tensor>| -> Vec<Tensor> {
        let gradients = weighted(y.unwrap()).backward().unwrap();
        let of = |var: &Var| gradients.get(var).unwrap().contiguous().unwrap();
        vars.iter().map(of).collect()
    };
    let found = gradients(layer(&at));
    let expected = gradients(composed(&at));
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let what = format!("gradient {index}");
        assert_eq!(found.dims(), expected.dims(), "{what}");
        assert_near(&flat(found), &flat(expected), 2e-5, &what);
        let direction = tensor(found.dims(), 5);
        let value = |step: f64| {
            let mut at: Vec<Tensor> = at.iter().map(Tensor::detach).collect();
            at[index] = (&at[index] + (&direction * step).unwrap()).unwrap();
            let y = flat(&weighted(layer(&at).unwrap()));
            f64::from(y[0])
        };
        const STEP: f64 = 2e-3;
        let slope = (value(STEP) - value(-STEP)) / (2.0 * STEP);
        let product = flat(&(found * &direction).unwrap().sum_all().unwrap())[0];
        let lengths: f32 = flat(found).iter().map(|x| x * x).sum::<f32>().sqrt();
        let distance = (slope - f64::from(product)).abs();
        assert!(
            distance <= 5e-3 * f64::from(lengths.max(1.0)),
            "{what}: the slope is {slope}; expected {product}"
        );
    }
}
