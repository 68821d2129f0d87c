//! POP909 (Wang et al., ISMIR 2020) as published: a folder a song, named by its number, with the arrangement as MIDI,
//! `beat_midi.txt` and `chord_midi.txt`.

mod beats;
mod cache;
mod chords;
mod song;

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
pub use song::{Song, Window};

use crate::error::{Error, Fault, Result};

/// The most songs that a data set may have.
const MAX_SONGS: usize = 100_000;
/// Of so many songs one is held out.
const HELD_OUT_EVERY: u32 = 20;
/// Songs that are read at once, between two words on how far it is.
const SONGS_AT_ONCE: usize = 32;

/// A song's folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SongFolder {
    path: PathBuf,
    name: String,
    number: u32,
}

impl SongFolder {
    /// The song's name, such as `021`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the song is never trained on: every 20th from 001.
    pub fn is_held_out(&self) -> bool {
        is_held_out(self.number)
    }

    /// Reads the song.
    ///
    /// # Errors
    /// When a file is missing, too large, or not what it should be.
    pub fn read(&self) -> Result<Song> {
        Song::read(&self.path, &self.name)
    }
}

fn is_held_out(number: u32) -> bool {
    number % HELD_OUT_EVERY == 1
}

/// All songs, by their names: those in the file `cache`, if it is there; else those of `data`, a folder as published or
/// such a file, and they are written to `cache`, if that is given. `on_songs` is told the share that is read.
///
/// # Errors
/// When a song cannot be read, a file is damaged, or `cache` cannot be written.
pub fn read_songs(
    data: &Path,
    cache: Option<&Path>,
    on_songs: &mut dyn FnMut(f64),
) -> Result<Vec<Song>> {
    if let Some(file) = cache.filter(|cache| cache.exists()) {
        return cache::read(file);
    }
    if data.is_file() {
        return cache::read(data);
    }
    let folders = songs(data)?;
    let mut read = Vec::with_capacity(folders.len());
    for some in folders.chunks(SONGS_AT_ONCE) {
        on_songs(read.len() as f64 / folders.len() as f64);
        let songs: Result<Vec<Song>> = some.par_iter().map(SongFolder::read).collect();
        read.extend(songs?);
    }
    if let Some(cache) = cache {
        cache::write(cache, &read)?;
    }
    Ok(read)
}

/// The songs in the folder `data`, by their names.
///
/// # Errors
/// When it cannot be read, or has no song.
pub fn songs(data: &Path) -> Result<Vec<SongFolder>> {
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
        let expected = "POP909 as published, a folder a song: 001, 002 …";
        return Err(Fault::new("no folder named by a number", expected).in_file(data));
    }
    songs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(songs)
}
