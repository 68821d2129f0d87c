//! Where the authors' code looks for the files of a data set.

use std::path::{Path, PathBuf};

/// The folder of the music.
const MUSIC: &str = "POP909_4_bin_pnt_8bar";
/// The folder of what is known of the videos.
const VIDEOS: &str = "bgm909";

/// A folder in the authors' layout.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'a>(pub(crate) &'a Path);

impl Layout<'_> {
    /// The folder of the music, by which the layout is recognised.
    pub(crate) fn music_folder(self) -> PathBuf {
        self.0.join(MUSIC)
    }

    /// The music of a piece.
    pub(crate) fn music(self, name: &str) -> PathBuf {
        self.music_folder().join(format!("{name}.npz"))
    }

    /// The frame embeddings of its video.
    pub(crate) fn visual(self, name: &str) -> PathBuf {
        let folder = self.0.join(VIDEOS).join("new_raw_video_feats");
        folder.join(format!("{name}.pth"))
    }

    /// The caption embeddings of its video.
    pub(crate) fn caption(self, name: &str) -> PathBuf {
        let folder = self.0.join(VIDEOS).join("caption_feats");
        folder.join(format!("{name}.npy"))
    }

    /// The list of its video's shots.
    pub(crate) fn scenes(self, name: &str) -> PathBuf {
        let folder = self.0.join(VIDEOS).join("detection");
        folder.join(format!("{name}_scenes.txt"))
    }

    /// The names to train on and to hold out.
    pub(crate) fn split(self) -> PathBuf {
        self.0.join("split.pickle")
    }
}

/// Returns whether `name` can name a piece: the authors' code cuts names off at a dot.
pub(crate) fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.chars().all(is_plain)
}
