//! Weights and inputs that follow a formula, so that any implementation can reproduce them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use diff_bgm::diffusion::config::ModelConfig;
use diff_bgm::diffusion::model::Model;

/// Returns values uniform in ±`scale`, each a hash of its index and the stream.
pub(crate) fn uniform(stream: u32, scale: f64, shape: impl Into<Shape>) -> Tensor {
    let shape = shape.into();
    let values: Vec<f32> = (0..shape.elem_count() as u32)
        .map(|i| {
            let mut h = i
                .wrapping_mul(2_654_435_761)
                .wrapping_add(stream.wrapping_mul(0x9E37_79B9))
                .wrapping_add(0x85EB_CA6B);
            h ^= h >> 16;
            h = h.wrapping_mul(0x7FEB_352D);
            h ^= h >> 15;
            h = h.wrapping_mul(0x846C_A68B);
            h ^= h >> 16;
            (((f64::from(h) + 0.5) / 4_294_967_296.0 - 0.5) * 2.0 * scale) as f32
        })
        .collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

/// Builds a network with formula weights; also returns its number of trainable parameters.
pub(crate) fn formula_model(config: &ModelConfig, base: u32) -> (Model, usize) {
    let (weights, parameters) = formula_weights(config, base);
    let vb = VarBuilder::from_tensors(weights.into_iter().collect(), DType::F32, &Device::Cpu);
    (
        Model::build("formula", config.clone(), &vb).unwrap(),
        parameters,
    )
}

/// Returns the formula weights of a network by name, and its number of trainable parameters.
pub(crate) fn formula_weights(
    config: &ModelConfig,
    base: u32,
) -> (BTreeMap<String, Tensor>, usize) {
    let shapes = Arc::new(Mutex::new(BTreeMap::new()));
    let recorder = Box::new(Recorder(shapes.clone()));
    let vb = VarBuilder::from_backend(recorder, DType::F32, Device::Cpu);
    Model::build("recorded", config.clone(), &vb).unwrap();

    let mut shapes = shapes.lock().unwrap().clone();
    let parameters = shapes.values().map(Shape::elem_count).sum();
    if config.cond_type.is_published() {
        // In the authors' checkpoints these arrays are numbered together with the weights.
        for array in ["alpha", "beta", "alpha_bar", "sigma2"] {
            shapes.insert(format!("ldm.{array}"), Shape::from(config.n_steps));
        }
    }
    let weights = shapes
        .into_iter()
        .enumerate()
        .map(|(j, (name, shape))| {
            let stream = base + j as u32;
            let tensor = match shape.dims() {
                [_] if name.ends_with("weight") => (uniform(stream, 0.1, shape) + 1.0).unwrap(),
                [_] => uniform(stream, 0.05, shape),
                [rows, ..] => {
                    let scale = (3.0 / (shape.elem_count() / rows) as f64).sqrt();
                    uniform(stream, scale, shape)
                }
                [] => unreachable!("no weight is a scalar"),
            };
            (name, tensor)
        })
        .collect();
    (weights, parameters)
}

/// Records the shape of every tensor that a network requests.
struct Recorder(Arc<Mutex<BTreeMap<String, Shape>>>);

impl SimpleBackend for Recorder {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        self.0
            .lock()
            .unwrap()
            .insert(name.to_owned(), shape.clone());
        Tensor::zeros(shape, dtype, device)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        candle_core::bail!("{name} was requested without a shape")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}
