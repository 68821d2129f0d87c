//! What large networks see in a film: embeddings of frames by CLIP, captions by BLIP, sentences as numbers by BERT, moods.
//!
//! The published families of networks ([`diffusion`](crate::diffusion)) are conditioned on these. The models are not part of
//! Diff-BGM: users download them and give their folders. `docs/embeddings.md` says which files are expected.
//!
//! | File | Job |
//! |---|---|
//! | `film`, `film/rows` | [`FilmEmbedder`]: a video through all of them, frame by frame |
//! | `visual` | CLIP: pictures, and texts in the same space |
//! | `caption` | BLIP: a picture as a sentence, token by token |
//! | `text` | BERT: a sentence as numbers |
//! | `moods` | valence and arousal of pictures, read with CLIP |
//! | `vision`, `transformer`, `transformer/attention` | the towers that see pictures, and the layers of all three |
//! | `picture`, `resample` | how a picture is prepared, and resized as Pillow does it |
//! | `words` | tokenisers |
//! | `model_folder` | a model's folder: configuration and tensors, checked |
//!
//! # Invariants
//! - The numbers are those of PyTorch's `transformers` to 1e-4, and captions are the same token for token; tests compare both
//!   on small random models.
//! - Nothing is downloaded. A folder that is incomplete, of another model or damaged is refused, and the message names the file.
//! - One frame and a batch of eight are in memory at a time, however long the film.

mod caption;
mod film;
mod model_folder;
mod moods;
mod picture;
mod resample;
mod text;
mod transformer;
mod vision;
mod visual;
mod words;

pub use caption::{Caption, CaptionModel};
pub use film::{CaptionFolders, Embedded, FilmEmbedder, FilmSettings, USUAL_INTERVAL};
pub use moods::{Mood, MoodMeter, MoodScale};
pub use picture::Rgb;
pub use text::{Pooling, TextModel};
pub use visual::{PromptModel, VisualModel};
