//! Music to train on and to measure against, read from disk.

pub mod bgm909;
pub mod pop909;
