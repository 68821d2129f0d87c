//! Attention with its projections, and what it remembers.

use candle_core::Tensor;

use super::Sizes;
use crate::embeddings::model_folder::ModelFolder;
use crate::error::Result;
use crate::kernel::attention::attend;
use crate::kernel::linear::Linear;

/// Attention with its four projections.
#[derive(Debug)]
pub(in crate::embeddings) struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    output: Linear,
    heads: usize,
}

/// The keys and values of what is attended to, `[batch, tokens, width]` each.
#[derive(Clone, Debug)]
pub(in crate::embeddings) struct Memory {
    keys: Tensor,
    values: Tensor,
}

impl Memory {
    /// Adds later tokens.
    pub(super) fn append(&mut self, later: &Self) -> Result<()> {
        self.keys = Tensor::cat(&[&self.keys, &later.keys], 1)?;
        self.values = Tensor::cat(&[&self.values, &later.values], 1)?;
        Ok(())
    }
}

impl Attention {
    /// Loads the projections called `names`: query, key, value, output. What is attended to has `key_width` numbers a token.
    pub(in crate::embeddings) fn load(
        folder: &ModelFolder,
        names: [&str; 4],
        sizes: &Sizes,
        key_width: usize,
    ) -> Result<Self> {
        let width = sizes.width;
        let [query, key, value, output] = names;
        Ok(Self {
            query: folder.linear(query, width, width)?,
            key: folder.linear(key, width, key_width)?,
            value: folder.linear(value, width, key_width)?,
            output: folder.linear(output, width, width)?,
            heads: sizes.heads,
        })
    }

    /// Loads projections of which query, key and value are one tensor.
    pub(in crate::embeddings) fn load_joined(
        folder: &ModelFolder,
        joined: &str,
        output: &str,
        sizes: &Sizes,
    ) -> Result<Self> {
        let width = sizes.width;
        let weight = folder.tensor(&format!("{joined}.weight"), &[3 * width, width])?;
        let bias = folder.tensor(&format!("{joined}.bias"), &[3 * width])?;
        let part = |index: usize| -> Result<Linear> {
            let bias = bias.narrow(0, index * width, width)?;
            Ok(Linear::new(
                weight.narrow(0, index * width, width)?,
                Some(bias),
            )?)
        };
        Ok(Self {
            query: part(0)?,
            key: part(1)?,
            value: part(2)?,
            output: folder.linear(output, width, width)?,
            heads: sizes.heads,
        })
    }

    /// Returns the keys and values of `x`, `[batch, tokens, key width]`.
    pub(in crate::embeddings) fn memory(&self, x: &Tensor) -> Result<Memory> {
        Ok(Memory {
            keys: self.key.forward(x)?,
            values: self.value.forward(x)?,
        })
    }

    /// Attends from `x` to `memory` and adds `residual`.
    pub(in crate::embeddings) fn forward(
        &self,
        x: &Tensor,
        memory: &Memory,
        residual: &Tensor,
    ) -> Result<Tensor> {
        let queries = self.query.forward(x)?;
        let seen = attend(&queries, &memory.keys, &memory.values, self.heads, 1)?;
        Ok(self.output.forward_residual(&seen, residual)?)
    }

    /// Attends from each token of `x` to itself and those before it, and adds `residual`.
    pub(super) fn forward_causal(&self, x: &Tensor, residual: &Tensor) -> Result<Tensor> {
        let (queries, Memory { keys, values }) = (self.query.forward(x)?, self.memory(x)?);
        let tokens = (0..x.dim(1)?).map(|at| {
            let query = queries.narrow(1, at, 1)?;
            let (keys, values) = (keys.narrow(1, 0, at + 1)?, values.narrow(1, 0, at + 1)?);
            attend(&query, &keys, &values, self.heads, 1)
        });
        let seen = Tensor::cat(&tokens.collect::<candle_core::Result<Vec<_>>>()?, 1)?;
        Ok(self.output.forward_residual(&seen, residual)?)
    }
}
