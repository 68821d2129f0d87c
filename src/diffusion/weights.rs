//! Loads weights, and checks the name and shape of every tensor before the network is used.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::var_builder::SimpleBackend;
use candle_nn::{Init, VarBuilder};
use parking_lot::Mutex;

use crate::error::{Fault, Result};
use crate::formats::safetensors_file::{self, Container};
use crate::formats::tensor_problems::TensorProblems;

/// The tensors requested while a network was built, and the problems found.
#[derive(Debug, Default)]
struct Ledger {
    parameters: usize,
    used: BTreeSet<String>,
    problems: TensorProblems,
    unreadable: Option<Fault>,
}

/// Supplies a network with weights and records every request in a ledger.
///
/// A missing or unusable tensor is replaced by zeros, so that one pass finds every problem;
/// [`WeightLedger::finish`] then returns the error.
pub(crate) struct WeightSource<'a> {
    container: &'a Container<'a>,
    ledger: Arc<Mutex<Ledger>>,
}

/// The ledger of a [`WeightSource`].
pub(crate) struct WeightLedger(Arc<Mutex<Ledger>>);

impl<'a> WeightSource<'a> {
    /// Returns a builder that loads from `container` to `device`, and its ledger.
    pub(crate) fn open(
        container: &'a Container<'a>,
        device: &Device,
    ) -> (VarBuilder<'a>, WeightLedger) {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let source = Self {
            container,
            ledger: ledger.clone(),
        };
        let builder = VarBuilder::from_backend(Box::new(source), DType::F32, device.clone());
        (builder, WeightLedger(ledger))
    }
}

impl SimpleBackend for WeightSource<'_> {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: Init,
        _: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let mut ledger = self.ledger.lock();
        ledger.used.insert(name.to_owned());
        ledger.parameters += shape.elem_count();
        match self.container.tensors.tensor(name) {
            Err(_) => ledger.problems.missing.push(name.to_owned()),
            Ok(view) if view.shape() != shape.dims() => ledger.problems.misshapen.push(format!(
                "{name} is {:?}, not {:?}",
                view.shape(),
                shape.dims()
            )),
            Ok(view) => match safetensors_file::tensor(name, &view, device) {
                Ok(tensor) => return Ok(tensor),
                Err(error) => {
                    let fault = Fault::new(error.to_string(), "readable weights");
                    ledger.unreadable.get_or_insert(fault);
                }
            },
        }
        Tensor::zeros(shape, DType::F32, device)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        candle_core::bail!("{name} was requested without a shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.container.tensors.tensor(name).is_ok()
    }
}

impl WeightLedger {
    /// Returns the number of parameters if every tensor was right.
    ///
    /// `ignored` lists tensors that the file may hold although the network does not use them, with their shapes.
    ///
    /// # Errors
    /// Returns an error that lists the tensors that were missing, unexpected, misshapen or unreadable.
    pub(crate) fn finish(
        self,
        container: &Container<'_>,
        ignored: &BTreeMap<String, Vec<usize>>,
    ) -> Result<usize, Fault> {
        let mut ledger = self.0.lock();
        if let Some(fault) = ledger.unreadable.take() {
            return Err(fault);
        }
        let Ledger {
            problems,
            used,
            parameters,
            ..
        } = &mut *ledger;
        for (name, view) in container.tensors.tensors() {
            match ignored.get(&name) {
                Some(shape) if shape == view.shape() => {}
                Some(shape) => problems
                    .misshapen
                    .push(format!("{name} is {:?}, not {shape:?}", view.shape())),
                None if used.contains(&name) => {}
                None => problems.unexpected.push(name),
            }
        }
        problems.unexpected.sort_unstable();
        problems.misshapen.sort_unstable();
        problems.check("exactly the tensors that its configuration describes")?;
        Ok(*parameters)
    }
}
