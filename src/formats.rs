//! General file formats: arrays, archives, pickles and containers, and how files are read and written.
//!
//! Formats that hold music or features are parsed in the rooms of those (`music`, `features`, `dataset`), from bytes that
//! are read here.
//!
//! | File | Job |
//! |---|---|
//! | [`bounded_file`] | reads a whole file up to a stated size |
//! | [`atomic_file`] | writes a file completely or not at all |
//! | [`raw_tensor`] | an array of numbers as every format here stores it |
//! | [`npy`], [`npz`] | numpy's arrays and archives of arrays |
//! | [`pickle`] | Python pickles, read as data; nothing in them is executed |
//! | [`torch_file`] | checkpoints and tensors saved by `torch.save` |
//! | [`safetensors_file`] | the container of our own files |
//! | [`safetensors_folder`] | large models as a model hub distributes them, tensor by tensor |
//! | `tensor_problems` | how the tensors of a file differ from those that a network needs |
//! | `zip_file` | members of a zip archive |
//!
//! # Invariants
//! - Every parser states its limits as constants at the top of its file and checks them before it allocates. A size
//!   that a file declares is never trusted.
//! - No input makes a parser panic. An error says what was found and what was expected ([`Fault`](crate::Fault)).
//! - The same contents give the same bytes when written.
//! - This room depends on no other room except `error`. What the tensors mean is up to the rooms that read them.
//!
//! The layouts of Diff-BGM's own files are described in `docs/formats.md`; the fuzz targets in `fuzz/README.md`.

pub mod atomic_file;
pub mod bounded_file;
pub mod npy;
pub mod npz;
pub mod pickle;
pub mod raw_tensor;
pub mod safetensors_file;
pub mod safetensors_folder;
pub(crate) mod tensor_problems;
pub mod torch_file;
pub(crate) mod zip_file;
