//! Writes files that `torch.load` reads, also where it refuses to run code: a single tensor, or the weights of a network.

use std::collections::BTreeMap;

use safetensors::tensor::Dtype;

use crate::error::Fault;
use crate::formats::pickle::write::{Protocol, Written, pickle};
use crate::formats::raw_tensor::RawTensor;
use crate::formats::zip_file;

/// The folder in the archive that holds everything.
const FOLDER: &str = "archive";
/// The version of the archive.
const VERSION: &[u8] = b"3\n";

/// Returns the bytes of a file that holds one tensor.
///
/// # Errors
/// Returns an error if it has a type that is not written, or is too large for an archive.
pub(crate) fn tensor(tensor: &RawTensor) -> Result<Vec<u8>, Fault> {
    archive(&stored(tensor, 0)?, &[tensor])
}

/// Returns the bytes of a file that holds the weights of a network as a dictionary's entry `model`, as the published training
/// code keeps them.
///
/// # Errors
/// Returns an error if a tensor has a type that is not written, or they are too large for an archive.
pub(crate) fn state_dict(tensors: &BTreeMap<String, RawTensor>) -> Result<Vec<u8>, Fault> {
    let entries = tensors.iter().enumerate().map(|(key, (name, tensor))| {
        let stored = stored(tensor, key)
            .map_err(|fault| Fault::new(format!("`{name}`: {}", fault.found), fault.expected))?;
        Ok((Written::Text(name.clone()), stored))
    });
    let weights = Written::Dict(entries.collect::<Result<_, Fault>>()?);
    let checkpoint = Written::Dict(vec![(Written::Text("model".to_owned()), weights)]);
    archive(&checkpoint, &tensors.values().collect::<Vec<_>>())
}

fn archive(saved: &Written, storages: &[&RawTensor]) -> Result<Vec<u8>, Fault> {
    let pickle = pickle(saved, Protocol::Two);
    let name = |member: &str| format!("{FOLDER}/{member}");
    let mut members = vec![
        (name("data.pkl"), pickle.as_slice()),
        (name("byteorder"), b"little"),
    ];
    for (key, storage) in storages.iter().enumerate() {
        members.push((name(&format!("data/{key}")), storage.bytes()));
    }
    members.push((name("version"), VERSION));
    let members: Vec<(&str, &[u8])> = (members.iter())
        .map(|(name, contents)| (name.as_str(), *contents))
        .collect();
    zip_file::encode_stored(&members)
}

/// Returns the call that makes a tensor of the whole storage `key`.
fn stored(tensor: &RawTensor, key: usize) -> Result<Written, Fault> {
    let storage = match tensor.dtype() {
        Dtype::F32 => "FloatStorage",
        Dtype::F64 => "DoubleStorage",
        Dtype::F16 => "HalfStorage",
        Dtype::BF16 => "BFloat16Storage",
        Dtype::I64 => "LongStorage",
        Dtype::I32 => "IntStorage",
        Dtype::U8 => "ByteStorage",
        other => {
            return Err(Fault::new(
                format!("a tensor of {other}"),
                "floating-point numbers or integers",
            ));
        }
    };
    let ints = |values: &mut dyn Iterator<Item = usize>| {
        Written::Tuple(values.map(|value| Written::Int(value as i64)).collect())
    };
    let shape = tensor.shape();
    let stride = |dimension: usize| shape[dimension + 1..].iter().product::<usize>();
    Ok(Written::Call {
        function: Box::new(Written::Global("torch._utils", "_rebuild_tensor_v2")),
        arguments: vec![
            Written::Persistent(Box::new(Written::Tuple(vec![
                Written::Text("storage".to_owned()),
                Written::Global("torch", storage),
                Written::Text(key.to_string()),
                Written::Text("cpu".to_owned()),
                Written::Int(tensor.element_count() as i64),
            ]))),
            Written::Int(0),
            ints(&mut shape.iter().copied()),
            ints(&mut (0..shape.len()).map(stride)),
            Written::Bool(false),
            Written::Call {
                function: Box::new(Written::Global("collections", "OrderedDict")),
                arguments: Vec::new(),
                state: None,
            },
        ],
        state: None,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::formats::torch_file::{state_dict_in, tensor_in};

    #[test]
    fn a_tensor_is_read_back_as_written_and_the_same_one_gives_the_same_bytes() {
        let values: Vec<f32> = (0..6).map(|value| value as f32 / 4.0).collect();
        let rows = RawTensor::from_f32(vec![2, 3], &values).unwrap();
        let bytes = tensor(&rows).unwrap();
        assert_eq!(tensor_in(Cursor::new(&bytes)).unwrap(), rows);
        assert_eq!(tensor(&rows).unwrap(), bytes);
    }

    #[test]
    fn weights_of_several_shapes_keep_their_names() {
        let of = |shape: &[usize]| {
            let count = shape.iter().product();
            let values: Vec<f32> = (0..count).map(|value| value as f32).collect();
            RawTensor::from_f32(shape.to_vec(), &values).unwrap()
        };
        let tensors: BTreeMap<String, RawTensor> = [
            ("ldm.alpha".to_owned(), of(&[5])),
            ("ldm.weight".to_owned(), of(&[2, 3, 2])),
            ("scale".to_owned(), of(&[])),
        ]
        .into();
        let bytes = state_dict(&tensors).unwrap();
        assert_eq!(state_dict_in(Cursor::new(bytes)).unwrap().tensors, tensors);
    }
}
