//! The music that a network is trained on.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::conditioning::cue_scale::CueScale;
use crate::dataset::bgm909::{self, Piece};
use crate::dataset::pop909::{self, Song};
use crate::diffusion::config::{ConditionKind, ModelConfig};
use crate::error::{Error, Result};
use crate::music::piano_roll::PitchRange;
use crate::time::STEPS_PER_SEGMENT;
use crate::train::quantiles::cue_quantiles;

/// Music to train on.
pub struct Music(pub(super) Source);

/// The data set it comes from.
pub(super) enum Source {
    /// POP909, for the `cues` family.
    Pop909 {
        /// The songs that are not held out.
        songs: Vec<Song>,
        /// The songs that are.
        held_out: Vec<Song>,
        /// The scale of the network's cues.
        scale: CueScale,
    },
    /// BGM909, for the published families.
    Bgm909(Vec<Piece>),
}

/// The amount of training music, which tells other music from it when a run is resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Songs with at least one window.
    pub songs: usize,
    /// Windows of eight bars in them.
    pub windows: usize,
}

impl Music {
    /// Reads the music in `data` for a network: POP909 for the `cues` family (see [`pop909::read_songs`], also for `cache`
    /// and `on_progress`), BGM909 in the authors' layout for the published families.
    ///
    /// If the network's cues have no quantiles, they are measured on this music and written to `config`.
    ///
    /// # Errors
    /// Returns an error if the data cannot be read or does not suit the network.
    pub fn read(
        data: &Path,
        cache: Option<&Path>,
        config: &mut ModelConfig,
        on_progress: &mut dyn FnMut(f64),
    ) -> Result<Self> {
        if config.img_h != STEPS_PER_SEGMENT as usize {
            return Err(Error::Usage(format!(
                "A network of {} steps cannot be trained. Set img_h to {STEPS_PER_SEGMENT}, the steps of eight bars.",
                config.img_h
            )));
        }
        let is_published = config.cond_type != ConditionKind::Cues;
        if bgm909::is_bgm909(data) != is_published {
            let (wanted, kind) = (
                if is_published { "BGM909" } else { "POP909" },
                config.cond_type.name(),
            );
            return Err(Error::Usage(format!(
                "{} does not hold {wanted}, which models of the kind `{kind}` are trained on. Choose another data set or \
                 another model.",
                data.display()
            )));
        }
        if is_published {
            return Ok(Self(Source::Bgm909(bgm909::training_pieces(data)?)));
        }
        let (held_out, songs): (Vec<Song>, Vec<Song>) =
            (pop909::read_songs(data, cache, on_progress)?.into_iter())
                .filter(|song| !song.segment_starts.is_empty())
                .partition(Song::is_held_out);
        if songs.is_empty() {
            return Err(Error::Usage(format!(
                "No training song in {} has eight bars of 4/4 in a row. Songs 001, 021, 041 … are held out; add others.",
                data.display()
            )));
        }
        let mut scale = CueScale::new(config)?;
        if config.cue_quantiles.is_empty() {
            let pitches = PitchRange::new(config.pitch_min as u8, config.img_w)?;
            config.cue_quantiles = cue_quantiles(&songs, &scale.cues(), pitches);
            scale = CueScale::new(config)?;
        }
        Ok(Self(Source::Pop909 {
            songs,
            held_out,
            scale,
        }))
    }

    /// Returns the number of training songs and windows.
    pub fn extent(&self) -> Extent {
        let starts: Vec<usize> = match &self.0 {
            Source::Pop909 { songs, .. } => (songs.iter())
                .map(|song| song.segment_starts.len())
                .collect(),
            Source::Bgm909(pieces) => (pieces.iter())
                .map(|piece| piece.segment_starts.len())
                .collect(),
        };
        Extent {
            songs: starts.len(),
            windows: starts.iter().sum(),
        }
    }
}
