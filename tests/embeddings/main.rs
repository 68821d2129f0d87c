//! CLIP, BLIP and BERT beside PyTorch's `transformers`, on small random models in the layout of the full-size ones.
//!
//! `tests/fixtures/models/make.py` made the models and wrote what PyTorch computes with them.

#[path = "../films/ffmpeg.rs"]
mod ffmpeg;
mod films;
mod fixtures;
mod moods;
mod parity;
