//! Numbers, comparisons, gradients and thread pools for the kernels' tests.

use candle_core::{Device, Result, Tensor, Var};

/// `count` numbers between -1 and 1, the same for the same `seed`.
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

/// Panics unless the numbers differ by at most `tolerance` of the largest expected one.
pub(super) fn assert_near(found: &[f32], expected: &[f32], tolerance: f32, what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1e-30_f32, |max, x| max.max(x.abs()));
    for (i, (x, y)) in found.iter().zip(expected).enumerate() {
        let distance = (x - y).abs();
        assert!(
            distance <= tolerance * scale,
            "{what}: number {i} is {x}; expected {y}"
        );
    }
}

/// What `work` gives on a pool of `threads` threads.
pub(super) fn on_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(work)
}

/// A tensor of [`numbers`] on the CPU.
pub(super) fn tensor(shape: &[usize], seed: u32) -> Tensor {
    let numbers = numbers(shape.iter().product(), seed);
    Tensor::from_vec(numbers, shape, &Device::Cpu).unwrap()
}

/// All numbers of a tensor.
pub(super) fn flat(x: &Tensor) -> Vec<f32> {
    x.flatten_all().unwrap().to_vec1().unwrap()
}

/// Panics unless the gradients of `layer` at variables of the given shapes are those of `composed`, the same from
/// candle's operations, and what steps to both sides of the variables say.
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
    // A sum with weights of its own for every number of the result tells its places apart.
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
