//! Pickled tensors: views of a storage, with sizes and strides.

use safetensors::tensor::Dtype;

use crate::error::Fault;
use crate::formats::pickle::Value;
use crate::formats::raw_tensor::{MAX_DIMENSIONS, RawTensor, byte_length, gather};

/// A reference to a storage.
pub(super) struct StorageRef<'p> {
    pub(super) dtype: Dtype,
    pub(super) key: &'p str,
    elements: usize,
}

/// A tensor as a view of a storage.
pub(super) struct StoredTensor<'p> {
    pub(super) storage: &'p str,
    dtype: Dtype,
    /// The index of the first element in the storage.
    offset: usize,
    shape: Vec<usize>,
    /// The distance of neighbours along each dimension, in elements.
    strides: Vec<usize>,
}

impl<'p> StorageRef<'p> {
    /// Reads `('storage', type, key, device, elements, …)`.
    pub(super) fn parse(name: Value<'p>) -> Result<Self, Fault> {
        let malformed = || Fault::new("a reference to something else", "a reference to a storage");
        let [kind, storage_type, key, _device, elements] = name.first().ok_or_else(malformed)?;
        if kind.text() != Some("storage") {
            return Err(malformed());
        }
        Ok(Self {
            dtype: dtype(&storage_type.global().ok_or_else(malformed)?)?,
            key: key.text().ok_or_else(malformed)?,
            elements: elements.size().ok_or_else(malformed)?,
        })
    }
}

fn dtype(storage_type: &str) -> Result<Dtype, Fault> {
    let name = storage_type.strip_prefix("torch.").unwrap_or(storage_type);
    Ok(match name.strip_prefix("cuda.").unwrap_or(name) {
        "FloatStorage" => Dtype::F32,
        "DoubleStorage" => Dtype::F64,
        "HalfStorage" => Dtype::F16,
        "BFloat16Storage" => Dtype::BF16,
        "LongStorage" => Dtype::I64,
        "IntStorage" => Dtype::I32,
        "ShortStorage" => Dtype::I16,
        "CharStorage" => Dtype::I8,
        "ByteStorage" => Dtype::U8,
        "BoolStorage" => Dtype::BOOL,
        _ => {
            let start: String = storage_type.chars().take(60).collect();
            return Err(Fault::new(
                format!("a tensor of {start}"),
                "floating-point numbers, integers or booleans",
            ));
        }
    })
}

/// Returns the arguments of the call that rebuilds a tensor, or `None` if the value is not a tensor or a parameter.
fn rebuild_call(value: Value<'_>) -> Option<Value<'_>> {
    let object = value.object()?;
    match object.constructor.as_str() {
        "torch._utils._rebuild_tensor" | "torch._utils._rebuild_tensor_v2" => {
            Some(object.arguments)
        }
        "torch._utils._rebuild_parameter" => {
            let [data] = object.arguments.first()?;
            // A parameter holds a tensor, never another parameter.
            let tensor = data.object()?;
            tensor
                .constructor
                .starts_with("torch._utils._rebuild_tensor")
                .then_some(tensor.arguments)
        }
        _ => None,
    }
}

impl<'p> StoredTensor<'p> {
    /// Returns whether the value is a tensor.
    pub(super) fn is_tensor(value: Value<'p>) -> bool {
        rebuild_call(value).is_some()
    }

    /// Reads `(storage, offset, sizes, strides, …)` and checks that the view lies within its storage.
    pub(super) fn parse(value: Value<'p>) -> Result<Self, Fault> {
        let malformed = || Fault::new("a malformed tensor", "storage, offset, sizes, strides");
        let [storage, offset, shape, strides] = rebuild_call(value)
            .and_then(Value::first)
            .ok_or_else(malformed)?;
        let storage = StorageRef::parse(storage.persistent().ok_or_else(malformed)?)?;
        let tensor = Self {
            storage: storage.key,
            dtype: storage.dtype,
            offset: offset.size().ok_or_else(malformed)?,
            shape: shape.sizes(MAX_DIMENSIONS).ok_or_else(malformed)?,
            strides: strides.sizes(MAX_DIMENSIONS).ok_or_else(malformed)?,
        };
        if tensor.shape.len() != tensor.strides.len() {
            return Err(malformed());
        }
        let beyond = || {
            Fault::new(
                format!("a tensor of shape {:?} beyond its storage", tensor.shape),
                format!("at most the storage's {} elements", storage.elements),
            )
        };
        let elements = tensor.byte_length()? / (tensor.dtype.bitsize() / 8);
        // Strides of 0 would repeat elements, so that a small file could ask for a large tensor.
        if elements > storage.elements || tensor.end().ok_or_else(beyond)? > storage.elements {
            return Err(beyond());
        }
        Ok(tensor)
    }

    /// Returns the size of the tensor in bytes, once copied out.
    pub(super) fn byte_length(&self) -> Result<usize, Fault> {
        byte_length(self.dtype, &self.shape)
    }

    /// Returns the index after the last element that the view touches, or `None` if it overflows.
    fn end(&self) -> Option<usize> {
        if self.shape.contains(&0) {
            return Some(0);
        }
        let mut last = self.offset;
        for (&size, &stride) in self.shape.iter().zip(&self.strides) {
            last = last.checked_add((size - 1).checked_mul(stride)?)?;
        }
        last.checked_add(1)
    }

    /// Copies the tensor out of its storage in row-major order.
    pub(super) fn copy_out(&self, storage: &[u8]) -> Result<RawTensor, Fault> {
        let width = self.dtype.bitsize() / 8;
        let within = self
            .end()
            .and_then(|end| end.checked_mul(width))
            .is_some_and(|end| end <= storage.len());
        if !within {
            return Err(Fault::new(
                format!("a storage of {} bytes", storage.len()),
                format!("enough bytes for a tensor of shape {:?}", self.shape),
            ));
        }
        let length = self.byte_length()?;
        let bytes = if length == 0 {
            Vec::new()
        } else if self.is_contiguous() {
            let start = self.offset * width;
            storage[start..start + length].to_vec()
        } else {
            gather(
                &storage[self.offset * width..],
                width,
                &self.shape,
                &self.strides,
            )
        };
        RawTensor::new(self.dtype, self.shape.clone(), bytes)
    }

    fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.shape
            .iter()
            .zip(&self.strides)
            .rev()
            .all(|(&size, &stride)| {
                let fits = size == 1 || stride == expected;
                expected *= size;
                fits
            })
    }
}
