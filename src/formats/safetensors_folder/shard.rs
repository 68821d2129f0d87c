//! One file of a model: its header in memory, its tensors read when they are asked for.

use std::io::{self, Read, Seek, SeekFrom};

use safetensors::tensor::{Metadata, TensorView};

use crate::error::{Fault, Result};
use crate::formats::safetensors_file::{MAX_HEADER_BYTES, MAX_TENSORS, floats};

/// What a file should be.
const EXPECTED: &str = "a safetensors file";

/// The header of a safetensors file.
#[derive(Debug)]
pub struct Shard {
    header: Metadata,
    /// Where the tensors' bytes start.
    start: u64,
}

impl Shard {
    /// Reads the header of a file of `length` bytes.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, is not a safetensors file, or is not as long as its header says.
    pub fn read(mut file: impl Read, length: u64) -> Result<Self, Fault> {
        if length < 8 {
            return Err(Fault::new(format!("{length} bytes"), EXPECTED));
        }
        let mut size = [0; 8];
        file.read_exact(&mut size).map_err(unreadable)?;
        let header_bytes = u64::from_le_bytes(size);
        if header_bytes > MAX_HEADER_BYTES.min(length - 8) {
            let found = format!("a header of {header_bytes} bytes in a file of {length}");
            return Err(Fault::new(found, EXPECTED));
        }
        let mut header = vec![0; header_bytes as usize];
        file.read_exact(&mut header).map_err(unreadable)?;
        let header: Metadata = serde_json::from_slice(&header)
            .map_err(|error| Fault::new(format!("a broken header ({error})"), EXPECTED))?;
        let tensors = header.offset_keys().len();
        if tensors > MAX_TENSORS {
            let expected = format!("at most {MAX_TENSORS}");
            return Err(Fault::new(format!("{tensors} tensors"), expected));
        }
        let start = 8 + header_bytes;
        let whole = start + header.data_len() as u64;
        if length != whole {
            return Err(Fault::new(
                format!("{length} bytes"),
                format!("{whole}, as its header says; download it again if it is incomplete"),
            ));
        }
        Ok(Self { header, start })
    }

    /// Returns the names of the tensors, in the order of the file.
    pub fn names(&self) -> Vec<String> {
        self.header.offset_keys()
    }

    /// Returns the shape of a tensor, or `None` if there is none of this name.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        Some(&self.header.info(name)?.shape)
    }

    /// Reads the numbers of a tensor as `f32` from the file whose header this is.
    ///
    /// # Errors
    /// Returns an error if there is none of this name, it cannot be read, is not floating-point, or holds a number that is
    /// not finite.
    pub fn floats(&self, name: &str, mut file: impl Read + Seek) -> Result<Vec<f32>, Fault> {
        let absent = || Fault::new("a file without it", format!("the tensor `{name}`"));
        let info = self.header.info(name).ok_or_else(absent)?;
        let (first, end) = info.data_offsets;
        let mut bytes = vec![0; end - first];
        file.seek(SeekFrom::Start(self.start + first as u64))
            .and_then(|_| file.read_exact(&mut bytes))
            .map_err(unreadable)?;
        let view = TensorView::new(info.dtype, info.shape.clone(), &bytes)
            .map_err(|error| Fault::new(error.to_string(), "a readable tensor"))?;
        floats(name, &view)
    }
}

fn unreadable(error: io::Error) -> Fault {
    Fault::new(format!("an unreadable file ({error})"), EXPECTED)
}
