//! File formats: the only code that parses bytes of files from elsewhere or writes files of its own.
//!
//! Every parser states its limits, names what it found and what it expected, and never panics. Files are written whole
//! or not at all ([`atomic_file`]).

pub mod atomic_file;
pub mod bounded_file;
pub mod npy;
pub mod npz;
pub mod pickle;
pub mod raw_tensor;
pub mod safetensors_file;
pub mod torch_file;
pub mod zip_file;
