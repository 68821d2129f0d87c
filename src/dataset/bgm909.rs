//! BGM909 in the layout that the authors' code reads: music as `.npz`, embeddings as `.pth` and `.npy`, lists of shots, and a
//! split.
//!
//! | File | Job |
//! |---|---|
//! | this one | finds pieces |
//! | `piece` | a piece: its notes, and the embeddings of its video |
//! | `layout` | where the files are |
//! | `split` | which pieces are trained on |
//! | `beat_grid` | the beats of a piece: its MIDI file's, or a list's |
//! | `song` | a MIDI file on that grid |
//! | `held_out` | whole pieces, to compare generated music with |
//! | `write` | writes a piece beside a clip |

mod beat_grid;
mod held_out;
mod layout;
mod piece;
mod song;
mod split;
mod write;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{Fault, Result};
use crate::features::loose_files::LooseFiles;

use layout::Layout;

pub use beat_grid::BeatGrid;
pub use held_out::{HeldOutPieces, held_out_pieces};
pub use piece::Piece;
pub use song::Song;
pub use split::Split;
pub use write::write_piece;

/// The longest song, in sixteenths.
const MAX_STEPS: i64 = 1 << 20;
/// The longest song, in beats.
const MAX_BEATS: usize = 1 << 18;

/// Returns whether the folder `data` has this layout.
pub(crate) fn is_bgm909(data: &Path) -> bool {
    Layout(data).music_folder().is_dir()
}

/// Checks that the piece `name` in `data` is there and can be read, with embeddings of its video.
///
/// # Errors
/// Returns an error if a file is missing or malformed.
pub fn expect_piece(data: &Path, name: &str) -> Result<()> {
    match features(data, name) {
        Some(files) => Piece::read(data, name, files).map(|_| ()),
        None => {
            let found = format!("no embeddings of the piece `{name}`");
            Err(Fault::new(found, "those of frames or captions").in_file(data))
        }
    }
}

/// Reads the training songs of the split in `data`. Songs without features are skipped, with a line on standard error.
///
/// # Errors
/// Returns an error if a file is missing or malformed.
pub(crate) fn training_pieces(data: &Path) -> Result<Vec<Piece>> {
    let names = Split::read(data)?.training;
    let mut pieces = Vec::new();
    for name in &names {
        match features(data, name) {
            Some(files) => pieces.push(Piece::read(data, name, files)?),
            None => {
                let _ = writeln!(io::stderr(), "{name}: skipped, since it has no features");
            }
        }
    }
    if pieces.iter().all(|piece| piece.segment_starts.is_empty()) {
        let found = "no training song with features and a segment start";
        return Err(Fault::new(found, "at least one").in_file(Layout(data).split()));
    }
    Ok(pieces)
}

/// Returns the files of a song's features, or `None` if it has none.
fn features(data: &Path, name: &str) -> Option<LooseFiles> {
    let layout = Layout(data);
    let found = |path: PathBuf| path.is_file().then_some(path);
    let files = LooseFiles {
        visual: found(layout.visual(name)),
        caption: found(layout.caption(name)),
        ..LooseFiles::default()
    };
    (files.visual.is_some() || files.caption.is_some()).then_some(files)
}
