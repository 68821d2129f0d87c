//! The music that a network learns from, read from disk.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::conditioning::cue_scale::CueScale;
use crate::dataset::bgm909::{self, Piece};
use crate::dataset::pop909::{self, Song};
use crate::diffusion::config::ModelConfig;
use crate::error::{Error, Result};
use crate::music::piano_roll::PitchRange;
use crate::time::STEPS_PER_SEGMENT;
use crate::train::quantiles::cue_quantiles;

/// Music to train on.
pub enum Music {
    /// POP909, for the `cues` family.
    Cues {
        /// The songs that are not held out.
        songs: Vec<Song>,
        /// Those that are.
        held_out: Vec<Song>,
        /// Where cues lie among those of all training windows.
        scale: CueScale,
    },
    /// BGM909, for the published families.
    Embeddings(Vec<Piece>),
}

/// How much music there is to train on, by which other music is told from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Songs with a window.
    pub songs: usize,
    /// Windows of eight bars in them.
    pub windows: usize,
}

impl Music {
    /// Reads the training songs in `data` for a network: POP909 for the `cues` family, as published or as one file, by way
    /// of `cache` (see [`pop909::read_songs`]); the authors' layout of BGM909 for theirs. `on_songs` is told the share that
    /// is read. Where the network's cues have no quantiles, they are measured on this music and written into `config`.
    ///
    /// # Errors
    /// When the data cannot be read, or is not what the network learns from.
    pub fn read(
        data: &Path,
        cache: Option<&Path>,
        config: &mut ModelConfig,
        on_songs: &mut dyn FnMut(f64),
    ) -> Result<Self> {
        if config.img_h != STEPS_PER_SEGMENT as usize {
            let found = format!("a network of {} steps", config.img_h);
            return Err(Error::value(
                found,
                format!("one of {STEPS_PER_SEGMENT}, eight bars"),
            ));
        }
        let published = config.cue_names.is_empty();
        if bgm909::is_bgm909(data) != published {
            return Err(Error::value(
                format!(
                    "a model of the kind «{}» and the data in {}",
                    config.cond_type.name(),
                    data.display()
                ),
                "POP909 for the kind cues, BGM909 for the published kinds",
            ));
        }
        if published {
            return bgm909::training_pieces(data).map(Self::Embeddings);
        }
        let (held_out, songs): (Vec<Song>, Vec<Song>) =
            (pop909::read_songs(data, cache, on_songs)?.into_iter())
                .filter(|song| !song.segment_starts.is_empty())
                .partition(Song::is_held_out);
        if songs.is_empty() {
            return Err(Error::value(
                "no song with eight bars of 4/4",
                "at least one",
            ));
        }
        let mut scale = CueScale::new(config)?;
        if config.cue_quantiles.is_empty() {
            let pitches = PitchRange::new(config.pitch_min as u8, config.img_w)?;
            config.cue_quantiles = cue_quantiles(&songs, &scale.cues(), pitches);
            scale = CueScale::new(config)?;
        }
        Ok(Self::Cues {
            songs,
            held_out,
            scale,
        })
    }

    /// How many training songs and windows there are.
    pub fn extent(&self) -> Extent {
        let starts: Vec<usize> = match self {
            Self::Cues { songs, .. } => (songs.iter())
                .map(|song| song.segment_starts.len())
                .collect(),
            Self::Embeddings(pieces) => (pieces.iter())
                .map(|piece| piece.segment_starts.len())
                .collect(),
        };
        Extent {
            songs: starts.len(),
            windows: starts.iter().sum(),
        }
    }
}
