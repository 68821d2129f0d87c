//! A film through the networks: an embedding, a caption and a mood every so many seconds.

mod rows;

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::caption::CaptionModel;
use super::moods::{MoodMeter, MoodScale, with_moods};
use super::text::{Pooling, TextModel};
use super::visual::VisualModel;
use crate::error::{Error, Fault, Result};
use crate::features::{CAPTION_WIDTH, ClipFeatures, Track, VISUAL_WIDTH, is_clip_file};
use crate::time::Seconds;
use crate::video::{self, MAX_INTERVAL, MIN_INTERVAL, ShotFinder};
use rows::Rows;

/// The distance of pictures if none is asked for.
pub const USUAL_INTERVAL: Seconds = Seconds(1.0);

/// What is made of a film, and with which models.
#[derive(Clone, Debug)]
pub struct FilmSettings {
    /// The folder of CLIP, for embeddings of frames and for moods.
    pub visual_model: Option<PathBuf>,
    /// The folders of BLIP and of BERT, for embeddings of captions.
    pub caption_models: Option<CaptionFolders>,
    /// The moods to be told from each other, for curves of valence and arousal; needs the folder of CLIP.
    pub moods: Option<MoodScale>,
    /// The distance of the frames that are looked at, [`MIN_INTERVAL`] to [`MAX_INTERVAL`].
    pub every: Seconds,
    /// How the tokens of a caption become one row.
    pub pooling: Pooling,
}

/// The folders of the networks that turn a picture into a sentence and a sentence into numbers.
#[derive(Clone, Debug)]
pub struct CaptionFolders {
    /// The folder of BLIP.
    pub caption_model: PathBuf,
    /// The folder of BERT.
    pub text_model: PathBuf,
}

impl Default for FilmSettings {
    fn default() -> Self {
        Self {
            visual_model: None,
            caption_models: None,
            moods: None,
            every: USUAL_INTERVAL,
            pooling: Pooling::default(),
        }
    }
}

/// The loaded models, which may embed any number of films.
pub struct FilmEmbedder {
    visual: Option<VisualModel>,
    captions: Option<(CaptionModel, TextModel)>,
    moods: Option<MoodMeter>,
    every: Seconds,
    pooling: Pooling,
    made_with: BTreeMap<String, String>,
}

/// What the networks make of a film.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Embedded {
    /// A row of [`VISUAL_WIDTH`] for each interval.
    pub visual: Option<Track>,
    /// A row of [`CAPTION_WIDTH`] for each interval.
    pub caption: Option<Track>,
    /// The captions themselves, one for each interval.
    pub captions: Vec<String>,
    /// Valence and arousal, −1 to 1 each, for each interval.
    pub moods: Option<Track>,
}

impl FilmEmbedder {
    /// Loads the models.
    ///
    /// # Errors
    /// Returns an error if the settings name no model, an interval is out of range, a model cannot be loaded, or its rows do
    /// not have the width that the published networks read.
    pub fn load(settings: &FilmSettings) -> Result<Self> {
        if !(MIN_INTERVAL.0..=MAX_INTERVAL.0).contains(&settings.every.0) {
            return Err(Error::value(
                format!("a picture every {} s", settings.every.0),
                format!("{} to {} s", MIN_INTERVAL.0, MAX_INTERVAL.0),
            ));
        }
        if settings.visual_model.is_none() && settings.caption_models.is_none() {
            return Err(Error::Usage(
                "There is no model to look at the frames with. Give --visual-model, or --caption-model and --text-model."
                    .to_owned(),
            ));
        }
        let mut made_with = BTreeMap::new();
        let mut note = |key: &str, value: String| made_with.insert(key.to_owned(), value);
        note("frame_interval_seconds", settings.every.0.to_string());
        let name = |folder: &Path| {
            let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
            whole
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        };
        let visual = settings.visual_model.as_deref().map(|folder| {
            note("visual_model", name(folder));
            let model = VisualModel::load(folder)?;
            expect_width("visual", folder, model.width(), VISUAL_WIDTH)?;
            Ok::<_, Error>(model)
        });
        let visual = visual.transpose()?;
        let moods = match (&settings.moods, &settings.visual_model) {
            (None, _) => None,
            (Some(scale), Some(folder)) => {
                note("moods", scale.to_string());
                Some(MoodMeter::load(folder, scale)?)
            }
            (Some(_), None) => {
                let message = "Moods are read with CLIP. Give its folder with --visual-model.";
                return Err(Error::Usage(message.to_owned()));
            }
        };
        let captions = settings.caption_models.as_ref().map(|folders| {
            note("caption_model", name(&folders.caption_model));
            note("text_model", name(&folders.text_model));
            note("text_pooling", settings.pooling.name().to_owned());
            let text = TextModel::load(&folders.text_model)?;
            expect_width("caption", &folders.text_model, text.width(), CAPTION_WIDTH)?;
            Ok::<_, Error>((CaptionModel::load(&folders.caption_model)?, text))
        });
        Ok(Self {
            visual,
            captions: captions.transpose()?,
            moods,
            every: settings.every,
            pooling: settings.pooling,
            made_with,
        })
    }

    /// Returns what [`ClipFeatures::made_with`] says of clips that it embeds.
    pub fn made_with(&self) -> &BTreeMap<String, String> {
        &self.made_with
    }

    /// Analyses the video at `path` and adds what the networks see in it.
    ///
    /// `on_progress` is called with the fraction done, 0 to 1.
    ///
    /// # Errors
    /// Returns an error as [`video::analyse_if`] or [`FilmEmbedder::embed`] does.
    pub fn read(
        &self,
        path: &Path,
        finder: ShotFinder,
        on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<ClipFeatures> {
        /// The share of the work that the analysis is.
        const ANALYSIS: f64 = 0.1;
        let analysis = video::analyse_if(path, finder, &|_| Ok(()), &mut |share| {
            on_progress(ANALYSIS * share)
        })?;
        let mut on_rest = |share: f64| on_progress(ANALYSIS + (1.0 - ANALYSIS) * share);
        self.add_to(path, analysis.features, &mut on_rest)
    }

    /// Adds what the networks see in the video at `path` to what is known of it.
    ///
    /// # Errors
    /// Returns an error as [`FilmEmbedder::embed`] does.
    pub fn add_to(
        &self,
        path: &Path,
        clip: ClipFeatures,
        on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<ClipFeatures> {
        let embedded = self.embed(path, on_progress)?;
        let mut clip = ClipFeatures {
            visual: embedded.visual.or(clip.visual),
            caption: embedded.caption.or(clip.caption),
            ..clip
        };
        clip.made_with.extend(self.made_with.clone());
        if let Some(moods) = &embedded.moods {
            clip.measures = Some(with_moods(clip.measures.as_ref(), moods)?);
        }
        clip.check()?;
        Ok(clip)
    }

    /// Looks at the first frame in each interval of the video at `path`. Where a frame is shown for longer than an interval,
    /// its row is repeated.
    ///
    /// `on_progress` is called after some frames with the fraction done, 0 to 1.
    ///
    /// # Errors
    /// Returns [`Error::Cancelled`] if `on_progress` breaks. Returns another error if the file is a clip file, cannot be read
    /// or is not a video, has more than [`MAX_ROWS`](crate::features::MAX_ROWS) intervals, or if FFmpeg is not installed.
    pub fn embed(
        &self,
        path: &Path,
        on_progress: &mut dyn FnMut(f64) -> ControlFlow<()>,
    ) -> Result<Embedded> {
        if is_clip_file(path) {
            return Err(Error::Usage(format!(
                "{} is a clip file, which holds no pictures. Give the video.",
                path.display()
            )));
        }
        let mut rows = Rows::new(self);
        let sampled = video::sample(path, self.every, &mut |sample, share| {
            rows.push(sample)?;
            match on_progress(share) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(Error::Cancelled),
            }
        })?;
        rows.look()?;
        rows.finish(sampled.intervals)
            .map_err(|error| error.in_file(path))
    }
}

fn expect_width(name: &str, folder: &Path, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    let fault = Fault::new(
        format!("{name} rows of {found} numbers"),
        format!("a model of {expected}, which the published networks read"),
    );
    Err(fault.in_file(folder))
}
