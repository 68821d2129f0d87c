//! `bgm export`, and exported files as other programs read them.

mod cli;
mod film;
mod readers;
