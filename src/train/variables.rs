//! The weights of a network that is being trained.

use std::collections::BTreeMap;
use std::sync::Arc;

use candle_core::{DType, Device, Shape, Tensor, Var};
use candle_nn::VarBuilder;
use candle_nn::init::Init;
use candle_nn::var_builder::SimpleBackend;
use parking_lot::Mutex;

use crate::diffusion::config::ModelConfig;
use crate::diffusion::model::Model;
use crate::diffusion::noise::{NoiseSource, NoiseUse};
use crate::error::{Fault, Result};

/// Named tensors of one network.
pub type Named<T> = BTreeMap<String, T>;

/// The weights of a network as variables, by their names in model files.
pub struct Variables {
    config: ModelConfig,
    vars: Named<Var>,
    device: Device,
}

impl Variables {
    /// Fresh weights, drawn from `seed` as PyTorch draws them: evenly, within one over the root of the inputs.
    ///
    /// # Errors
    /// When the device refuses them.
    pub fn fresh(config: &ModelConfig, seed: u64, device: &Device) -> Result<Self> {
        Self::made(config, &Named::new(), Some(seed), device)
    }

    /// The given weights, which must be those of the network.
    ///
    /// # Errors
    /// When one is missing or misshapen.
    pub fn from_tensors(
        config: &ModelConfig,
        tensors: &Named<Tensor>,
        device: &Device,
    ) -> Result<Self> {
        Self::made(config, tensors, None, device)
    }

    fn made(
        config: &ModelConfig,
        given: &Named<Tensor>,
        seed: Option<u64>,
        device: &Device,
    ) -> Result<Self> {
        let made = Arc::new(Mutex::new(Named::new()));
        let maker = Maker {
            given: given.clone(),
            seed,
            made: Arc::clone(&made),
        };
        let vb = VarBuilder::from_backend(Box::new(maker), DType::F32, device.clone());
        Model::build("training", config.clone(), &vb)?;
        let vars = std::mem::take(&mut *made.lock());
        Ok(Self {
            config: config.clone(),
            vars,
            device: device.clone(),
        })
    }

    /// The network over the weights as they are now. It has to be made anew after each change.
    ///
    /// # Errors
    /// When the device fails.
    pub fn model(&self) -> Result<Model> {
        let tensors = self.vars.iter();
        let tensors = tensors.map(|(name, var)| (name.clone(), var.as_tensor().clone()));
        model_of(&self.config, tensors.collect(), &self.device)
    }

    /// The variables.
    pub fn vars(&self) -> &Named<Var> {
        &self.vars
    }

    /// Copies of the weights, apart from any gradient.
    ///
    /// # Errors
    /// When the device fails.
    pub fn tensors(&self) -> Result<Named<Tensor>> {
        let copy = |(name, var): (&String, &Var)| Ok((name.clone(), var.detach().copy()?));
        self.vars.iter().map(copy).collect()
    }
}

/// A network over `tensors`.
///
/// # Errors
/// When one is missing.
pub fn model_of(config: &ModelConfig, tensors: Named<Tensor>, device: &Device) -> Result<Model> {
    let tensors = tensors.into_iter().collect();
    let vb = VarBuilder::from_tensors(tensors, DType::F32, device);
    Model::build("training", config.clone(), &vb)
}

/// Makes a variable of each weight that a network asks for.
struct Maker {
    given: Named<Tensor>,
    /// Of drawn weights; without it, all are given.
    seed: Option<u64>,
    made: Arc<Mutex<Named<Var>>>,
}

impl Maker {
    fn weight(&self, shape: &Shape, name: &str, init: Init) -> Result<Vec<f32>> {
        if let Some(tensor) = self.given.get(name) {
            if tensor.shape() != shape {
                let found = format!("{name} of the shape {:?}", tensor.dims());
                return Err(Fault::new(found, format!("{:?}", shape.dims())).into());
            }
            return Ok(tensor.flatten_all()?.to_vec1()?);
        }
        let Some(seed) = self.seed else {
            return Err(Fault::new(format!("no {name}"), "all weights of the network").into());
        };
        let count = shape.elem_count();
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
        candle_core::bail!("{name} was asked for without a shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.given.contains_key(name) || self.seed.is_some()
    }
}
