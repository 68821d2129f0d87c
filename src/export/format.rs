//! The kinds of files that a draft is exported to.

use std::path::Path;

use crate::error::{Error, Result};

/// A kind of file that a DAW opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportFormat {
    /// A Standard MIDI File of format 1, which every DAW imports.
    Midi,
    /// A DAWproject: tracks, clips, tempo, markers and colours, for Bitwig Studio, Studio One, Cubase and others.
    DawProject,
    /// A REAPER project.
    Reaper,
}

impl ExportFormat {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Midi, Self::DawProject, Self::Reaper];

    /// The extensions of all formats, the usual one of each first.
    pub const EXTENSIONS: [&'static str; 4] = ["mid", "dawproject", "rpp", "midi"];

    /// Returns the name shown to users.
    pub fn label(self) -> &'static str {
        match self {
            Self::Midi => "MIDI file",
            Self::DawProject => "DAWproject",
            Self::Reaper => "REAPER project",
        }
    }

    /// Returns the usual extension of such files, without a dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Midi => "mid",
            Self::DawProject => "dawproject",
            Self::Reaper => "rpp",
        }
    }

    /// Returns the format of a file by its extension, in capitals or not.
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_ascii_lowercase();
        match extension.to_str()? {
            "midi" => Some(Self::Midi),
            extension => (Self::ALL.into_iter()).find(|format| format.extension() == extension),
        }
    }

    /// Checks that such a file can hold a video.
    ///
    /// # Errors
    /// Returns an error that names the formats that can.
    pub fn expect_video(self) -> Result<()> {
        if self != Self::Midi {
            return Ok(());
        }
        Err(Error::Usage(format!(
            "A {} cannot hold a video. Leave the video out, or choose a name that ends in .{} or .{}.",
            self.label(),
            Self::DawProject.extension(),
            Self::Reaper.extension()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_follows_from_the_extension() {
        for (name, format) in [
            ("draft.mid", Some(ExportFormat::Midi)),
            ("draft.MIDI", Some(ExportFormat::Midi)),
            ("scene 1.dawproject", Some(ExportFormat::DawProject)),
            ("scene.v2.RPP", Some(ExportFormat::Reaper)),
            ("draft.wav", None),
            ("rpp", None),
        ] {
            assert_eq!(ExportFormat::of_path(Path::new(name)), format, "{name}");
        }
        for extension in ExportFormat::EXTENSIONS {
            let path = Path::new("draft").with_extension(extension);
            assert!(ExportFormat::of_path(&path).is_some(), "{extension}");
        }
    }
}
