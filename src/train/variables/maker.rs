//! Makes the variables of a network from given weights, widened weights, or random numbers.

use std::sync::Arc;

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_nn::init::Init;
use candle_nn::var_builder::SimpleBackend;
use parking_lot::Mutex;

use super::Named;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::error::{Fault, Result};
use crate::time::BARS_PER_SEGMENT;

/// The initial bias of a new head towards the lags it favours.
const FAVOUR: f32 = 2.0;
/// The favoured lag of each head in bars, with its multiples. Further heads start without a preference.
const FAVOURED_BARS: [usize; 3] = [1, 2, 4];

/// Makes a variable for each weight that the network requests while it is built.
pub(super) struct Maker {
    /// Given weights. If there is a seed, some may be missing or have fewer inputs.
    given: Named<Tensor>,
    /// The seed of drawn weights; if `None`, all weights must be given.
    seed: Option<u64>,
    made: Arc<Mutex<Named<Var>>>,
}

impl Maker {
    pub(super) fn new(
        given: Named<Tensor>,
        seed: Option<u64>,
        made: Arc<Mutex<Named<Var>>>,
    ) -> Self {
        Self { given, seed, made }
    }

    fn weight(&self, shape: &Shape, name: &str, init: Init) -> Result<Vec<f32>> {
        if let Some(tensor) = self.given.get(name) {
            let tensor = match (self.seed, tensor.dims(), shape.dims()) {
                (Some(_), [_, given, ..], [_, inputs, ..]) if given < inputs => {
                    tensor.pad_with_zeros(1, 0, inputs - given)?
                }
                _ => tensor.clone(),
            };
            if tensor.shape() != shape {
                let found = format!("{name} of shape {:?}", tensor.dims());
                return Err(Fault::new(found, format!("{:?}", shape.dims())).into());
            }
            return Ok(tensor.flatten_all()?.to_vec1()?);
        }
        let Some(seed) = self.seed else {
            return Err(Fault::new(format!("no {name}"), "all weights of the network").into());
        };
        let count = shape.elem_count();
        if !self.given.is_empty() && name.contains(".time_attention.") {
            match *shape.dims() {
                _ if name.contains(".to_out.") => return Ok(vec![0.0; count]),
                [heads, lags] if name.ends_with(".bias") => {
                    return Ok(favouring_whole_bars(heads, lags));
                }
                _ => {}
            }
        }
        let bound = match init {
            Init::Const(value) if shape.rank() == 1 || name.ends_with("bias") => {
                return Ok(vec![value as f32; count]);
            }
            Init::Uniform { up, .. } => up,
            _ => {
                let inputs: usize = shape.dims().iter().skip(1).product();
                1.0 / (inputs.max(1) as f64).sqrt()
            }
        };
        let index = self.made.lock().len() as u32;
        let numbers = NoiseSource::new(seed, index).uniform(NoiseUse::Weights);
        let within = |number: f64| ((2.0 * number - 1.0) * bound) as f32;
        Ok(numbers.take(count).map(within).collect())
    }
}

impl SimpleBackend for Maker {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        init: Init,
        _: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let values = self
            .weight(&shape, name, init)
            .map_err(candle_core::Error::wrap)?;
        let var = Var::from_vec(values, shape, device)?;
        let tensor = var.as_tensor().clone();
        self.made.lock().insert(name.to_owned(), var);
        Ok(tensor)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        candle_core::bail!("{name} was requested without a shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.given.contains_key(name) || self.seed.is_some()
    }
}

/// Returns biases of time attention, `[heads, lags]`, that favour lags of multiples of one, two and four bars.
fn favouring_whole_bars(heads: usize, lags: usize) -> Vec<f32> {
    let moments = lags.div_ceil(2);
    let bar = (moments / BARS_PER_SEGMENT as usize).max(1);
    let mut bias = vec![0.0; heads * lags];
    for (of_head, bars) in bias.chunks_exact_mut(lags).zip(FAVOURED_BARS) {
        for (lag, bias) in of_head.iter_mut().enumerate() {
            let away = (lag + 1).abs_diff(moments);
            if away > 0 && away % (bars * bar) == 0 {
                *bias = FAVOUR;
            }
        }
    }
    bias
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_initially_favour_lags_of_one_two_and_four_bars() {
        let bias = favouring_whole_bars(4, 63);
        for (head, favoured) in [
            vec![4, 8, 12, 16, 20, 24, 28],
            vec![8, 16, 24],
            vec![16],
            vec![],
        ]
        .into_iter()
        .enumerate()
        {
            let of_head = &bias[head * 63..(head + 1) * 63];
            let lags: Vec<usize> = (1..32).filter(|away| of_head[31 + away] > 0.0).collect();
            assert_eq!(lags, favoured);
            assert!((0..63).all(|lag| of_head[lag] == of_head[62 - lag]));
        }
    }
}
