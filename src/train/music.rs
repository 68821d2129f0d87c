//! The music that a network is trained on.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::conditioning::cue_scale::CueScale;
use crate::dataset::bgm909::{self, Piece};
use crate::dataset::parts_cache::PartsCache;
use crate::dataset::parts_sources::{LeftOut, PartsSources};
use crate::dataset::pop909::{self, Song};
use crate::diffusion::config::{ConditionKind, ModelConfig};
use crate::error::{Error, Result};
use crate::music::cues::BeatCues;
use crate::music::piano_roll::PitchRange;
use crate::time::STEPS_PER_SEGMENT;
use crate::train::parts_music::PartsMusic;
use crate::train::quantiles::{beat_cues, cue_quantiles};

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
    /// Music in parts, for the `parts` family.
    Parts(Box<PartsMusic>),
    /// BGM909, for the published families.
    Bgm909(Vec<Piece>),
}

/// Where music is read from.
#[derive(Clone, Copy, Debug)]
pub struct MusicPaths<'a> {
    /// The data set: a folder or a cache file.
    pub data: &'a Path,
    /// The cache file that is read instead if it exists and written otherwise, or `None` for no such file.
    pub cache: Option<&'a Path>,
    /// The folder of OpenScore Lieder (`parts`).
    pub lieder: Option<&'a Path>,
    /// The folder of OpenScore String Quartets (`parts`).
    pub quartets: Option<&'a Path>,
}

/// The amount of training music, which tells other music from it when a run is resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Songs or other pieces with at least one window.
    pub songs: usize,
    /// Windows of eight bars in them.
    pub windows: usize,
}

impl Music {
    /// Reads the music at `paths` for a network: POP909 for the `cues` family (see [`pop909::read_songs`]); POP909 with
    /// scores, or a file of both, for the `parts` family (see [`PartsSources`] and [`PartsCache`]); BGM909 in the authors'
    /// layout for the published families. `on_progress` receives the share read so far, 0 to 1.
    ///
    /// If the network's cues have no quantiles, they are measured on this music and written to `config`.
    ///
    /// # Errors
    /// Returns an error if the data cannot be read or does not suit the network.
    pub fn read(
        paths: MusicPaths<'_>,
        config: &mut ModelConfig,
        on_progress: &mut dyn FnMut(f64),
    ) -> Result<Self> {
        if config.img_h != STEPS_PER_SEGMENT as usize {
            return Err(Error::Usage(format!(
                "A network of {} steps cannot be trained. Set img_h to {STEPS_PER_SEGMENT}, the steps of eight bars.",
                config.img_h
            )));
        }
        let (data, kind) = (paths.data, config.cond_type);
        if kind != ConditionKind::Parts && (paths.lieder, paths.quartets) != (None, None) {
            return Err(Error::Usage(format!(
                "Models of the kind `{}` are not trained on scores. Leave out --lieder and --quartets, or choose a model of \
                 the kind `parts`.",
                kind.name()
            )));
        }
        if bgm909::is_bgm909(data) != kind.is_published() {
            let wanted = if kind.is_published() {
                "BGM909"
            } else {
                "POP909"
            };
            return Err(Error::Usage(format!(
                "{} does not hold {wanted}, which models of the kind `{}` are trained on. Choose another data set or \
                 another model.",
                data.display(),
                kind.name()
            )));
        }
        match kind {
            ConditionKind::Cues => Self::read_pop909(paths, config, on_progress),
            ConditionKind::Parts => Self::read_parts(paths, config, on_progress),
            _ => Ok(Self(Source::Bgm909(bgm909::training_pieces(data)?))),
        }
    }

    fn read_pop909(
        paths: MusicPaths<'_>,
        config: &mut ModelConfig,
        on_progress: &mut dyn FnMut(f64),
    ) -> Result<Self> {
        let (held_out, songs): (Vec<Song>, Vec<Song>) =
            (pop909::read_songs(paths.data, paths.cache, on_progress)?.into_iter())
                .filter(|song| !song.segment_starts.is_empty())
                .partition(Song::is_held_out);
        if songs.is_empty() {
            return Err(Error::Usage(format!(
                "No training song in {} has eight bars of 4/4 in a row. Songs 001, 021, 041 … are held out; add others.",
                paths.data.display()
            )));
        }
        let scale = measured_scale(config, |pitches| beat_cues(&songs, pitches))?;
        Ok(Self(Source::Pop909 {
            songs,
            held_out,
            scale,
        }))
    }

    fn read_parts(
        paths: MusicPaths<'_>,
        config: &mut ModelConfig,
        on_progress: &mut dyn FnMut(f64),
    ) -> Result<Self> {
        let file = (paths.cache.filter(|cache| cache.exists()))
            .or_else(|| Some(paths.data).filter(|data| data.is_file()));
        let (cache, left_out) = match file {
            Some(file) => (PartsCache::read(file)?, Vec::new()),
            None => PartsSources {
                pop909: paths.data,
                lieder: paths.lieder,
                quartets: paths.quartets,
            }
            .read(paths.cache, on_progress)?,
        };
        let music = PartsMusic::new(cache, left_out)?;
        measured_scale(config, |pitches| music.beat_cues(pitches))?;
        Ok(Self(Source::Parts(Box::new(music))))
    }

    /// Returns the scores that were left out because they cannot be used.
    pub fn left_out(&self) -> &[LeftOut] {
        match &self.0 {
            Source::Parts(music) => &music.left_out,
            Source::Pop909 { .. } | Source::Bgm909(_) => &[],
        }
    }

    /// Returns the number of training songs and windows.
    pub fn extent(&self) -> Extent {
        let starts: Vec<usize> = match &self.0 {
            Source::Pop909 { songs, .. } => (songs.iter())
                .map(|song| song.segment_starts.len())
                .collect(),
            Source::Parts(music) => return music.extent(),
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

/// Returns the scale of the network's cues. If it has none, it is measured on the beats that `beats` returns for the pitches
/// of the roll, and written to `config`.
fn measured_scale(
    config: &mut ModelConfig,
    beats: impl FnOnce(PitchRange) -> Vec<BeatCues>,
) -> Result<CueScale> {
    let scale = CueScale::new(config)?;
    if !config.cue_quantiles.is_empty() {
        return Ok(scale);
    }
    let pitches = PitchRange::new(config.pitch_min as u8, config.img_w)?;
    config.cue_quantiles = cue_quantiles(&beats(pitches), &scale.cues());
    Ok(CueScale::new(config)?)
}
