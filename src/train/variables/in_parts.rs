//! Starts a network in parts from one of the `cues` family.

use candle_core::{Device, Tensor};

use super::{Named, Variables};
use crate::diffusion::config::{ModelConfig, RowCue};
use crate::diffusion::parts_encoder::FORM_AND_METRE_WIDTH;
use crate::error::{Fault, Result};

/// The factor on the weights of the roll, which both parts take over: together they hold about one and a half times the
/// cells.
const ROLL_SHARE: f64 = 0.85;
/// The first convolution, which sees the roll and the rows.
const INPUT: &str = "unet.input_blocks.0.0.weight";
/// The first layer of the encoder of rows.
const ENCODER: &str = "cue_enc.0.weight";
/// The last convolution, which gives another prediction.
const OUTPUT: [&str; 2] = ["unet.out.2.weight", "unet.out.2.bias"];

impl Variables {
    /// Starts the network [`ModelConfig::in_parts`] from the network `start` of the `cues` family with the given weights.
    ///
    /// Both parts get the weights of the roll; the weights of new inputs and of the output are zero.
    ///
    /// # Errors
    /// Returns an error if `start` has no network in parts, or if a weight is missing or has the wrong shape.
    pub fn in_parts(start: &ModelConfig, tensors: &Named<Tensor>, device: &Device) -> Result<Self> {
        let config = start.in_parts()?;
        let mut widened = tensors.clone();
        let weight = |name: &str| {
            let missing = || Fault::new(format!("no {name}"), "all weights of the network");
            tensors.get(name).ok_or_else(missing)
        };
        let input = weight(INPUT)?;
        let roll = (input.narrow(1, 0, start.out_channels)? * ROLL_SHARE)?;
        let rows = input.narrow(
            1,
            start.out_channels,
            start.in_channels - start.out_channels,
        )?;
        let kept = zeros_like(&roll, config.out_channels + config.parts.len())?;
        let rows = widened_rows(&rows, start, &config)?;
        widened.insert(
            INPUT.to_owned(),
            Tensor::cat(&[&roll, &roll, &kept, &rows], 1)?,
        );
        let encoder = widened_rows(weight(ENCODER)?, start, &config)?;
        widened.insert(ENCODER.to_owned(), encoder);
        for name in OUTPUT {
            let mut shape = weight(name)?.dims().to_vec();
            shape[0] = config.out_channels;
            let zeros = Tensor::zeros(shape, weight(name)?.dtype(), device)?;
            widened.insert(name.to_owned(), zeros);
        }
        let mut variables = Self::from_tensors(&config, &widened, device)?;
        let new_layers = [INPUT, ENCODER].into_iter().chain(OUTPUT);
        variables.new_layers = new_layers.map(str::to_owned).collect();
        Ok(variables)
    }
}

/// Widens weights whose inputs, in dimension 1, begin with a row of `start`, to rows of `config`.
fn widened_rows(weight: &Tensor, start: &ModelConfig, config: &ModelConfig) -> Result<Tensor> {
    let (cues, row) = (start.cue_names.len(), start.cue_row_width());
    let added = RowCue::PARTS.len() - cues;
    let rest = weight.dim(1)? - row;
    let values = weight.narrow(1, 0, cues)?;
    let masks = weight.narrow(1, cues, cues)?;
    let rest = weight.narrow(1, row, rest)?;
    let new_cues = zeros_like(weight, added)?;
    let form_metre_style = zeros_like(weight, FORM_AND_METRE_WIDTH + config.styles.len())?;
    Ok(Tensor::cat(
        &[
            &values,
            &new_cues,
            &masks,
            &new_cues,
            &form_metre_style,
            &rest,
        ],
        1,
    )?)
}

/// Returns zeros of the shape of `weight` but for `inputs` in dimension 1.
fn zeros_like(weight: &Tensor, inputs: usize) -> Result<Tensor> {
    let mut shape = weight.dims().to_vec();
    shape[1] = inputs;
    Ok(Tensor::zeros(shape, weight.dtype(), weight.device())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::testing::cues_config;

    #[test]
    fn both_parts_start_with_the_weights_of_the_roll() {
        let device = Device::Cpu;
        let start = cues_config();
        let before = Variables::fresh(&start, 1, &device).unwrap();
        let tensors = before.tensors().unwrap();
        let after = Variables::in_parts(&start, &tensors, &device).unwrap();
        let columns = |weight: &Tensor, first: usize, count: usize| -> Vec<f32> {
            let columns = weight.narrow(1, first, count).unwrap();
            columns.flatten_all().unwrap().to_vec1().unwrap()
        };
        let (old, new) = (&tensors[INPUT], after.vars()[INPUT].as_tensor());
        let roll: Vec<f32> = (columns(old, 0, 8).iter()).map(|w| w * 0.85).collect();
        assert_eq!(columns(new, 0, 8), roll);
        assert_eq!(columns(new, 8, 8), roll);
        assert!(columns(new, 16, 18).iter().all(|&weight| weight == 0.0));
        assert_eq!(columns(new, 34, 5), columns(old, 8, 5));
        assert!(columns(new, 39, 2).iter().all(|&weight| weight == 0.0));
        assert_eq!(columns(new, 41, 5), columns(old, 13, 5));
        assert!(columns(new, 46, 11).iter().all(|&weight| weight == 0.0));
        assert_eq!(columns(new, 57, 3), columns(old, 18, 3));
        let (old, new) = (&tensors[ENCODER], after.vars()[ENCODER].as_tensor());
        assert_eq!(columns(new, 23, 41), columns(old, 10, 41));
        assert_eq!(after.vars()[OUTPUT[0]].dims(), [16, 32, 3, 3]);
        assert_eq!(after.new_layers().len(), 4);
        assert_eq!(after.model().unwrap().config(), &start.in_parts().unwrap());
    }
}
