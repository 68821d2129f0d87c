//! Collects the music for networks in parts from its sources: POP909, OpenScore Lieder and OpenScore String Quartets.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::dataset::grid_piece::GridPiece;
use crate::dataset::music_xml::MusicXml;
use crate::dataset::openscore;
use crate::dataset::parts_cache::PartsCache;
use crate::dataset::pop909::{self, SongFolder};
use crate::error::{Error, Fault, Result};
use crate::music::style::Style;

/// One score in this many is held out.
const HELD_OUT_EVERY: usize = 20;
/// The most scores of a collection.
const MAX_SCORES: usize = 100_000;
/// The deepest folder in a collection.
const MAX_DEPTH: usize = 8;
/// Pieces read in parallel between two reports of progress.
const PIECES_AT_ONCE: usize = 32;
/// Ends of the names of scores.
const SCORES: [&str; 2] = ["mxl", "musicxml"];

/// Where the music comes from.
#[derive(Clone, Copy, Debug)]
pub struct PartsSources<'a> {
    /// The folder of POP909 as published.
    pub pop909: &'a Path,
    /// The folder of OpenScore Lieder, or `None` to go without.
    pub lieder: Option<&'a Path>,
    /// The folder of OpenScore String Quartets, or `None` to go without.
    pub quartets: Option<&'a Path>,
}

/// A score that was left out, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its file.
    pub path: PathBuf,
    /// What is missing, or what is wrong with the file.
    pub reason: String,
}

impl PartsSources<'_> {
    /// Reads all music: the songs of POP909 in the order of their names, then the scores of each collection in the order of
    /// their paths. Every 20th piece of each is held out. What is read is written to the file `cache`, if given.
    ///
    /// Scores that cannot be used are left out and returned. `on_progress` receives the share read so far, 0 to 1.
    ///
    /// # Errors
    /// Returns an error if a song of POP909 cannot be read, a folder has no songs or scores, nothing has a window of 32
    /// beats, or `cache` cannot be written.
    pub fn read(
        &self,
        cache: Option<&Path>,
        on_progress: &mut dyn FnMut(f64),
    ) -> Result<(PartsCache, Vec<LeftOut>)> {
        let songs = pop909::song_folders(self.pop909)?;
        let mut scores = Vec::new();
        for (folder, style) in [(self.lieder, Style::Song), (self.quartets, Style::Strings)] {
            let Some(folder) = folder else { continue };
            let files = score_files(folder)?.into_iter().enumerate();
            scores.extend(files.map(|(index, path)| Score {
                is_held_out: index % HELD_OUT_EVERY == 0,
                style,
                path,
            }));
        }
        let total = (songs.len() + scores.len()) as f64;
        let mut pieces = Vec::new();
        for some in songs.chunks(PIECES_AT_ONCE) {
            on_progress(pieces.len() as f64 / total);
            let read: Result<Vec<_>> = some.par_iter().map(SongFolder::read_by_part).collect();
            pieces.extend(read?.into_iter().flatten());
        }
        let mut left_out = Vec::new();
        for some in scores.chunks(PIECES_AT_ONCE) {
            on_progress((pieces.len() + left_out.len()) as f64 / total);
            let read: Vec<_> = some.par_iter().map(Score::read).collect();
            for read in read {
                match read {
                    Ok(piece) => pieces.push(piece),
                    Err(reason) => left_out.push(reason),
                }
            }
        }
        if pieces.iter().all(|piece| piece.starts.is_empty()) {
            return Err(Error::Usage(format!(
                "No piece in {} has 32 beats in bars of 2 to 6 quarters. Add others.",
                self.pop909.display()
            )));
        }
        Ok((PartsCache::of_pieces(&pieces, cache)?, left_out))
    }
}

/// A score of a collection.
struct Score {
    path: PathBuf,
    style: Style,
    is_held_out: bool,
}

impl Score {
    fn read(&self) -> Result<GridPiece, LeftOut> {
        let left_out = |reason: String| LeftOut {
            path: self.path.clone(),
            reason,
        };
        let score = MusicXml::open(&self.path).map_err(|error| match error {
            Error::File { fault, .. } => left_out(fault.to_string()),
            other => left_out(other.to_string()),
        })?;
        openscore::piece(&score, self.style, self.is_held_out)
            .map_err(|reason| left_out(reason.to_owned()))
    }
}

/// Lists the scores in `folder` and the folders in it, in the order of their paths.
fn score_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect_scores(folder, MAX_DEPTH, &mut files)?;
    if files.is_empty() {
        let expected = format!("MusicXML scores (.{})", SCORES.join(", ."));
        return Err(Fault::new("a folder without scores", expected).in_file(folder));
    }
    files.sort_unstable();
    Ok(files)
}

fn collect_scores(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::io(folder))? {
        let path = entry.map_err(Error::io(folder))?.path();
        let is_score = || {
            let end = path.extension().and_then(|end| end.to_str());
            end.is_some_and(|end| SCORES.contains(&end))
        };
        if path.is_dir() {
            if depth > 0 {
                collect_scores(&path, depth - 1, files)?;
            }
        } else if is_score() {
            files.push(path);
        }
        if files.len() > MAX_SCORES {
            let found = format!("more than {MAX_SCORES} scores");
            return Err(Fault::new(found, "fewer").in_file(folder));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::piano_roll::PitchRange;

    const SCORE: &str = include_str!("../../tests/fixtures/music-xml/quartet-in-6-8.musicxml");

    #[test]
    fn scores_are_found_in_folders_of_folders_in_the_order_of_their_paths() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("Schubert/D.911");
        fs::create_dir_all(&inner).unwrap();
        for name in ["b.mxl", "a.musicxml", "notes.txt"] {
            fs::write(inner.join(name), "x").unwrap();
        }
        fs::write(folder.path().join("A.mxl"), "x").unwrap();
        let found = score_files(folder.path()).unwrap();
        let expected = ["A.mxl", "Schubert/D.911/a.musicxml", "Schubert/D.911/b.mxl"];
        assert_eq!(found, expected.map(|name| folder.path().join(name)));
        let empty = tempfile::tempdir().unwrap();
        let message = score_files(empty.path()).unwrap_err().to_string();
        assert!(message.contains("without scores"), "{message}");
    }

    #[test]
    fn a_score_is_a_piece_of_its_style_or_left_out_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.musicxml");
        fs::write(&path, SCORE).unwrap();
        let score = Score {
            path: path.clone(),
            style: Style::Strings,
            is_held_out: true,
        };
        let piece = score.read().unwrap();
        let cache = PartsCache::of_pieces(&[piece.clone(), piece], None).unwrap();
        let place = cache.places()[3];
        assert_eq!(
            (place.start_beat, place.first_sounding, place.last_sounding),
            (39, 36, 71)
        );
        assert_eq!((place.style, place.held_out), (Style::Strings, true));
        let window = cache.window(place, 0, PitchRange::MIDI);
        assert_eq!(
            window.metre.map(|metre| metre.to_string()),
            Some("6/8".to_owned())
        );
        fs::write(&path, "<html/>").unwrap();
        let left_out = score.read().unwrap_err();
        assert!(left_out.reason.contains("html"), "{}", left_out.reason);
        assert_eq!(left_out.path, path);
    }

    #[test]
    fn the_first_songs_of_pop909_are_those_of_the_reference() {
        const SONGS: [&str; 4] = ["001", "002", "003", "004"];
        let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
        let whole = shared.join("parts/all.npz");
        if !whole.exists() {
            println!("skipped: {} is not there", whole.display());
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        for song in SONGS {
            let copy = folder.path().join(song);
            fs::create_dir(&copy).unwrap();
            for file in ["beat_midi.txt", "chord_midi.txt", &format!("{song}.mid")] {
                let original = shared.join("pop909").join(song).join(file);
                fs::copy(original, copy.join(file)).unwrap();
            }
        }
        let sources = PartsSources {
            pop909: folder.path(),
            lieder: None,
            quartets: None,
        };
        let cache = folder.path().join("music.npz");
        let (songs, left_out) = sources.read(Some(&cache), &mut |_| ()).unwrap();
        assert_eq!(left_out, []);
        assert_eq!(PartsCache::read(&cache).unwrap().places(), songs.places());
        let whole = PartsCache::read(&whole).unwrap();
        assert!(songs.places().len() > 100);
        for (&place, &expected) in songs.places().iter().zip(whole.places()) {
            assert_eq!(place, expected);
            let [found, expected] =
                [&songs, &whole].map(|cache| cache.window(place, 0, PitchRange::MIDI));
            assert!(found == expected, "{place:?}");
        }
    }
}
