use super::*;
use crate::kernel::testing::{assert_near, assert_reproducible, flat, tensor};
use candle_core::Var;

const DILATIONS: [usize; 3] = [1, 2, 5];

fn layer(outputs: usize, inputs: usize) -> (TimeConv, TimeConv) {
    let weight = tensor(&[DILATIONS.len(), outputs, inputs, TAPS], 1);
    let bias = tensor(&[DILATIONS.len() * outputs], 2);
    let packed = TimeConv::new(weight.clone(), bias.clone(), &DILATIONS).unwrap();
    let tracked = Var::from_tensor(&weight).unwrap().as_tensor().clone();
    let composed = TimeConv::new(tracked, bias, &DILATIONS).unwrap();
    (packed, composed)
}

fn film(frames: &Tensor) -> Film {
    let mut film = Film::default();
    film.push(frames.clone()).unwrap();
    film
}

/// Convolves all frames of `x`.
fn forward(conv: &TimeConv, x: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
    let frames = 0..x.dims()[0];
    conv.forward(&film(x), frames, residual.map(film).as_ref())
}

#[test]
fn agrees_with_the_same_layer_composed_of_candles() {
    for (outputs, inputs, frames, height, width) in [(7, 5, 9, 5, 11), (16, 4, 3, 2, 3)] {
        let (packed, composed) = layer(outputs, inputs);
        let x = tensor(&[frames, 3 * inputs, height, width], 3);
        let y = forward(&packed, &x, None).unwrap();
        assert_near(
            &flat(&y),
            &flat(&forward(&composed, &x, None).unwrap()),
            1e-5,
            "plain",
        );
        let residual = tensor(y.dims(), 4);
        let y = forward(&packed, &x, Some(&residual)).unwrap();
        let expected = forward(&composed, &x, Some(&residual)).unwrap();
        assert_near(&flat(&y), &flat(&expected), 1e-5, "residual");
    }
}

#[test]
fn frames_outside_the_video_are_zero() {
    let weight = Tensor::ones((1, 1, 1, TAPS), candle_core::DType::F32, &Device::Cpu).unwrap();
    let bias = Tensor::zeros(1, candle_core::DType::F32, &Device::Cpu).unwrap();
    let conv = TimeConv::new(weight, bias, &[2]).unwrap();
    let x = Tensor::from_vec(vec![1.0_f32, 2.0, 4.0, 8.0], (4, 1, 1, 1), &Device::Cpu).unwrap();
    assert_eq!(
        flat(&forward(&conv, &x, None).unwrap()),
        [5.0, 10.0, 5.0, 10.0]
    );
}

#[test]
fn a_film_in_pieces_has_the_same_bits() {
    for layer in [layer(7, 5).0, layer(7, 5).1] {
        let (x, residual) = (tensor(&[24, 15, 2, 9], 3), tensor(&[24, 21, 2, 9], 4));
        let whole = forward(&layer, &x, Some(&residual)).unwrap();
        let (mut film, mut residuals) = (Film::default(), Film::default());
        let (mut start, mut done) = (0, 0);
        for count in [4, 11, 9] {
            let piece = |of: &Tensor| of.narrow(0, start, count).unwrap();
            film.push(piece(&x)).unwrap();
            residuals.push(piece(&residual)).unwrap();
            start += count;
            let end = if start == 24 {
                24
            } else {
                start.saturating_sub(5)
            };
            if end > done {
                let y = layer.forward(&film, done..end, Some(&residuals)).unwrap();
                let expected = whole.narrow(0, done, end - done).unwrap();
                assert_eq!(flat(&y), flat(&expected), "{done} to {end}");
                done = end;
                film.forget(done.saturating_sub(5));
                residuals.forget(done);
            }
        }
        assert_eq!(done, 24);
        assert!(layer.forward(&film, 20..25, None).is_err());
        assert!(layer.forward(&film, 2..24, Some(&residuals)).is_err());
    }
}

#[test]
fn has_the_same_bits_on_any_threads_and_instruction_sets() {
    let (outputs, inputs, frames, area) = (13, 6, 4, 70);
    let (x, bias) = (tensor(&[frames, 3 * inputs, 1, area], 3), tensor(&[39], 2));
    let weight = tensor(&[3, outputs, inputs, TAPS], 1);
    assert_reproducible(1e-5, |isa| {
        let depth = inputs * TAPS;
        with_slice(&weight, |weight| {
            let weights = weight.chunks_exact(outputs * depth);
            let weights: Vec<PackedRows> = weights
                .map(|weight| PackedRows::from_rows(isa, outputs, depth, weight, depth))
                .collect();
            film(&x).with_frames(|x| {
                with_slice(&bias, |bias| {
                    let work = Work {
                        weights: &weights,
                        dilations: &DILATIONS,
                        inputs,
                        first: 0,
                        count: frames,
                        area,
                        x,
                        bias,
                        residual: None,
                    };
                    Ok(work.run(isa))
                })
            })
        })
        .unwrap()
    });
}

#[test]
fn rejects_shapes_that_do_not_match() {
    assert!(TimeConv::new(tensor(&[2, 4, 3, TAPS], 1), tensor(&[8], 2), &[1]).is_err());
    let (conv, _) = layer(4, 2);
    assert!(forward(&conv, &tensor(&[3, 5, 2, 2], 1), None).is_err());
    let x = tensor(&[3, 6, 2, 2], 1);
    assert!(forward(&conv, &x, Some(&x)).is_err());
}
