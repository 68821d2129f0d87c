//! Times each kind of layer at the published network's sizes, with the batch of two that guidance needs.

use candle_core::{Device, Tensor};
use diff_bgm::kernel::conv2d::Conv2d;
use diff_bgm::kernel::group_norm::GroupNorm;
use divan::Bencher;

fn main() {
    divan::main();
}

fn tensor(shape: &[usize]) -> Tensor {
    Tensor::rand(-1.0_f32, 1.0, shape, &Device::Cpu).unwrap()
}

/// Channels in, channels out, height and width, kernel size, stride.
const CONVOLUTIONS: [[usize; 5]; 12] = [
    [2, 64, 128, 3, 1],
    [64, 64, 128, 3, 1],
    [192, 64, 128, 3, 1],
    [64, 2, 128, 3, 1],
    [64, 64, 128, 3, 2],
    [128, 128, 64, 3, 1],
    [384, 128, 64, 3, 1],
    [256, 256, 32, 3, 1],
    [512, 256, 32, 3, 1],
    [256, 256, 16, 3, 1],
    [512, 256, 16, 3, 1],
    [256, 256, 32, 1, 1],
];

#[divan::bench(args = CONVOLUTIONS, max_time = 1)]
fn convolution(bencher: Bencher, [inputs, outputs, size, kernel, stride]: [usize; 5]) {
    let weight = tensor(&[outputs, inputs, kernel, kernel]);
    let conv = Conv2d::new(weight, Some(tensor(&[outputs])), stride, kernel / 2).unwrap();
    let x = tensor(&[2, inputs, size, size]);
    bencher.bench(|| conv.forward(&x).unwrap());
}

#[divan::bench(args = [[64, 128], [128, 64], [256, 32], [512, 16]], max_time = 1)]
fn group_norm_and_silu(bencher: Bencher, [channels, size]: [usize; 2]) {
    let (weight, bias) = (tensor(&[channels]), tensor(&[channels]));
    let norm = GroupNorm::new(weight, bias, 32, 1e-5).unwrap().then_silu();
    let x = tensor(&[2, channels, size, size]);
    bencher.bench(|| norm.forward(&x).unwrap());
}
