//! The music that a network learns from, read from disk.

use std::path::Path;

use crate::conditioning::cue_scale::CueScale;
use crate::diffusion::config::ModelConfig;
use crate::error::{Error, Result};
use crate::music::piano_roll::PitchRange;
use crate::time::STEPS_PER_SEGMENT;
use crate::train::bgm909::{self, Piece};
use crate::train::pop909::{self, Song};
use crate::train::quantiles::cue_quantiles;

/// Music to train on.
pub enum Music {
    /// POP909, for the `cues` family.
    Cues {
        /// The songs that are not held out.
        songs: Vec<Song>,
        /// Where cues lie among those of all training windows.
        scale: CueScale,
    },
    /// BGM909, for the published families.
    Embeddings(Vec<Piece>),
}

impl Music {
    /// Reads the training songs in the folder `data` for a network: POP909 as published for the `cues` family, the
    /// authors' layout of BGM909 for theirs. `on_song` is told the share that is read. Where the network's cues have no
    /// quantiles, they are measured on this music and written into `config`.
    ///
    /// # Errors
    /// When the data cannot be read, or is not what the network learns from.
    pub fn read(
        data: &Path,
        config: &mut ModelConfig,
        on_song: &mut dyn FnMut(f64),
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
        let folders = pop909::songs(data)?;
        let mut songs = Vec::new();
        for (index, folder) in folders.iter().enumerate() {
            on_song(index as f64 / folders.len() as f64);
            if !folder.is_held_out() {
                songs.push(folder.read()?);
            }
        }
        songs.retain(|song| !song.segment_starts.is_empty());
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
        Ok(Self::Cues { songs, scale })
    }
}
