//! Arrays of objects as numpy pickles them: arrays of numbers, and dictionaries of integers.

use safetensors::tensor::Dtype;

use crate::error::Fault;
use crate::formats::npz::Object;
use crate::formats::pickle::write::{Protocol, Written, pickle};
use crate::formats::raw_tensor::RawTensor;

/// The module of numpy in which arrays are built again; version 2 still answers to this name.
const MULTIARRAY: &str = "numpy.core.multiarray";
/// The flags of the type of objects: its elements are counted references that need initialising.
const OBJECT_FLAGS: i64 = 63;

/// Returns the pickle of the array of `objects`, the data of its member.
pub(super) fn pickled(objects: &[Object]) -> Result<Vec<u8>, Fault> {
    let elements = objects.iter().map(|object| match object {
        Object::Array(array) => numbers(array),
        Object::Table(table) => Ok(Written::Dict(
            (table.iter())
                .map(|(&key, &value)| (Written::Int(key), Written::Int(value)))
                .collect(),
        )),
    });
    let elements = elements.collect::<Result<_, Fault>>()?;
    let dtype = dtype("O8", "|", -1, OBJECT_FLAGS);
    let array = array(&[objects.len()], dtype, Written::List(elements));
    Ok(pickle(&array, Protocol::Three))
}

fn numbers(array: &RawTensor) -> Result<Written, Fault> {
    let (kind, order) = match array.dtype() {
        Dtype::I64 => ("i8", "<"),
        Dtype::I32 => ("i4", "<"),
        Dtype::F32 => ("f4", "<"),
        Dtype::U8 => ("u1", "|"),
        other => {
            return Err(Fault::new(
                format!("an array of {other}"),
                "bytes, integers or single-precision numbers",
            ));
        }
    };
    let data = Written::Bytes(array.bytes().to_vec());
    Ok(self::array(array.shape(), dtype(kind, order, -1, 0), data))
}

/// Returns the call that builds an empty array and gives it shape, type and data.
fn array(shape: &[usize], dtype: Written, data: Written) -> Written {
    let lengths = shape.iter().map(|&length| Written::Int(length as i64));
    Written::Call {
        function: Box::new(Written::Global(MULTIARRAY, "_reconstruct")),
        arguments: vec![
            Written::Global("numpy", "ndarray"),
            Written::Tuple(vec![Written::Int(0)]),
            Written::Bytes(b"b".to_vec()),
        ],
        state: Some(Box::new(Written::Tuple(vec![
            Written::Int(1),
            Written::Tuple(lengths.collect()),
            dtype,
            Written::Bool(false),
            data,
        ]))),
    }
}

/// Returns the type `kind` in the byte order `order`, with the state that numpy gives its types.
fn dtype(kind: &str, order: &str, size: i64, flags: i64) -> Written {
    Written::Call {
        function: Box::new(Written::Global("numpy", "dtype")),
        arguments: vec![
            Written::Text(kind.to_owned()),
            Written::Bool(false),
            Written::Bool(true),
        ],
        state: Some(Box::new(Written::Tuple(vec![
            Written::Int(3),
            Written::Text(order.to_owned()),
            Written::None,
            Written::None,
            Written::None,
            Written::Int(size),
            Written::Int(size),
            Written::Int(flags),
        ]))),
    }
}
