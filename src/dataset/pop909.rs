//! POP909 (Wang et al., ISMIR 2020) as published: one folder a song, named by its number, with the arrangement as MIDI,
//! `beat_midi.txt` and `chord_midi.txt`.
//!
//! - `beats`, `chords`: the two tables.
//! - `song`: a song on its grid of sixteenths, and its windows.
//! - `by_part`: a song with its tune and its accompaniment apart.
//! - `windows`: a fixed choice of windows.
//! - `cache`: all songs in one file.

mod beats;
mod by_part;
mod cache;
mod chords;
mod song;
mod windows;

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
pub use song::{Song, Window};
pub use windows::choose_windows;

use crate::dataset::grid_piece::GridPiece;
use crate::error::{Error, Fault, Result};

/// The most songs in a data set.
const MAX_SONGS: usize = 100_000;
/// One song in this many is held out.
const HELD_OUT_EVERY: u32 = 20;
/// Songs read in parallel between two reports of progress.
const SONGS_AT_ONCE: usize = 32;

/// A song's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SongFolder {
    path: PathBuf,
    name: String,
    number: u32,
}

impl SongFolder {
    /// Returns the song's name, such as `021`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether the song is never trained on: every 20th from 001.
    pub fn is_held_out(&self) -> bool {
        is_held_out(self.number)
    }

    /// Reads the song.
    ///
    /// # Errors
    /// Returns an error if a file is missing, too large or malformed.
    pub fn read(&self) -> Result<Song> {
        Song::read(&self.path, &self.name)
    }

    /// Reads the song with its tune and its accompaniment apart, or returns `None` if it has no notes.
    ///
    /// # Errors
    /// Returns an error if a file is missing, too large or malformed.
    pub(super) fn read_by_part(&self) -> Result<Option<GridPiece>> {
        by_part::read(&self.path, &self.name, self.is_held_out())
    }
}

fn is_held_out(number: u32) -> bool {
    number % HELD_OUT_EVERY == 1
}

/// Reads all songs, in the order of their names.
///
/// They come from the file `cache` if it exists, otherwise from `data`: POP909's folder, or such a file. What is read from
/// a folder is written to `cache`, if given. `on_progress` receives the share read so far, 0 to 1.
///
/// # Errors
/// Returns an error if a song cannot be read, a file is damaged, or `cache` cannot be written.
pub fn read_songs(
    data: &Path,
    cache: Option<&Path>,
    on_progress: &mut dyn FnMut(f64),
) -> Result<Vec<Song>> {
    if let Some(file) = cache.filter(|cache| cache.exists()) {
        return cache::read(file);
    }
    if data.is_file() {
        return cache::read(data);
    }
    let folders = song_folders(data)?;
    let mut read = Vec::with_capacity(folders.len());
    for some in folders.chunks(SONGS_AT_ONCE) {
        on_progress(read.len() as f64 / folders.len() as f64);
        let songs: Result<Vec<Song>> = some.par_iter().map(SongFolder::read).collect();
        read.extend(songs?);
    }
    if let Some(cache) = cache {
        cache::write(cache, &read)?;
    }
    Ok(read)
}

/// Lists the songs in the folder `data`, in the order of their names.
///
/// # Errors
/// Returns an error if the folder cannot be read or contains no song.
pub fn song_folders(data: &Path) -> Result<Vec<SongFolder>> {
    let mut songs = Vec::new();
    for entry in fs::read_dir(data).map_err(Error::io(data))? {
        let path = entry.map_err(Error::io(data))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let number = name.and_then(|name| name.parse().ok());
        if let (Some(name), Some(number), true) = (name, number, path.is_dir()) {
            songs.push(SongFolder {
                name: name.to_owned(),
                number,
                path,
            });
        }
        if songs.len() > MAX_SONGS {
            let found = format!("more than {MAX_SONGS} songs");
            return Err(Fault::new(found, "fewer").in_file(data));
        }
    }
    if songs.is_empty() {
        let expected = "POP909 as published, with one folder a song: 001, 002 …";
        return Err(Fault::new("no folder named by a number", expected).in_file(data));
    }
    songs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(songs)
}
