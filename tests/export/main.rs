//! `bgm export`, and exported files as other programs read them.

mod cli;
#[path = "../films/ffmpeg.rs"]
mod ffmpeg;
mod film;
mod readers;
