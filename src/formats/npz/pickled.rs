//! Arrays inside a pickle, as numpy stores them: a shape, an element type, and bytes or a list of objects.

use std::borrow::Cow;

use crate::error::Fault;
use crate::formats::npy;
use crate::formats::pickle::Value;
use crate::formats::raw_tensor::{MAX_DIMENSIONS, RawTensor};

/// An array inside a pickle.
pub(super) enum PickledArray<'p> {
    Numbers(PickledNumbers<'p>),
    Objects(Vec<Value<'p>>),
}

/// An array of numbers that has not been converted yet.
pub(super) struct PickledNumbers<'p> {
    element: String,
    shape: Vec<usize>,
    fortran_order: bool,
    bytes: Cow<'p, [u8]>,
}

impl<'p> PickledArray<'p> {
    /// Reads `_reconstruct(ndarray, …)` with the state `(version, shape, dtype, fortran order, data)`, or
    /// `_frombuffer(data, dtype, shape, order)` in protocol 5.
    pub(super) fn parse(value: Value<'p>) -> Result<Self, Fault> {
        let malformed = || value.instead_of("an array as numpy pickles it");
        let object = value.object().ok_or_else(malformed)?;
        let function = object
            .constructor
            .strip_prefix("numpy._core.")
            .or_else(|| object.constructor.strip_prefix("numpy.core."));
        let (shape, dtype, fortran_order, data) = match function {
            Some("multiarray._reconstruct") => {
                let [_version, shape, dtype, fortran_order, data] =
                    object.state.and_then(Value::first).ok_or_else(malformed)?;
                let fortran_order = fortran_order.bool().ok_or_else(malformed)?;
                (shape, dtype, fortran_order, data)
            }
            Some("numeric._frombuffer") => {
                let [data, dtype, shape, order] = object.arguments.first().ok_or_else(malformed)?;
                (shape, dtype, order.text() == Some("F"), data)
            }
            _ => return Err(malformed()),
        };
        if let Some(elements) = data.sequence() {
            return Ok(Self::Objects(elements.collect()));
        }
        Ok(Self::Numbers(PickledNumbers {
            element: element(dtype).ok_or_else(malformed)?,
            shape: shape.sizes(MAX_DIMENSIONS).ok_or_else(malformed)?,
            fortran_order,
            bytes: data.bytes().ok_or_else(malformed)?,
        }))
    }
}

/// Returns the element type in numpy's notation: `<i8` for `dtype('i8', …)` with the state `(version, '<', …)`.
fn element(dtype: Value<'_>) -> Option<String> {
    let object = dtype.object()?;
    if object.constructor != "numpy.dtype" {
        return None;
    }
    let [kind] = object.arguments.first()?;
    let [_version, order] = object.state?.first()?;
    Some(format!("{}{}", order.text()?, kind.text()?))
}

impl PickledNumbers<'_> {
    pub(super) fn byte_length(&self) -> usize {
        self.bytes.len()
    }

    pub(super) fn read(&self) -> Result<RawTensor, Fault> {
        npy::array(&self.element, &self.shape, self.fortran_order, &self.bytes)
    }
}
