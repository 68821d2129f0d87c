//! The options that look at the frames of videos with CLIP, BLIP and BERT, of `bgm features`, `dataset` and `generate`.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use diff_bgm::embeddings::{
    CaptionFolders, FilmEmbedder, FilmSettings, MoodScale, Pooling, USUAL_INTERVAL,
};
use diff_bgm::features::{ClipFeatures, is_clip_file};
use diff_bgm::time::Seconds;
use diff_bgm::{Error, Fault, Result};

use crate::progress::Progress;

/// Stands for all moods in `--mood`.
const ALL_MOODS: &str = "all";

#[derive(Args)]
#[command(
    next_help_heading = "Models (folders as downloaded from a model hub: config.json, model.safetensors, tokenizer.json)"
)]
pub(crate) struct ModelArgs {
    /// CLIP, for frame embeddings of 512 numbers
    #[arg(long, value_name = "FOLDER")]
    visual_model: Option<PathBuf>,
    /// BLIP, which describes frames in sentences, for caption embeddings
    #[arg(long, value_name = "FOLDER", requires = "text_model")]
    caption_model: Option<PathBuf>,
    /// BERT, which turns the sentences into 768 numbers
    #[arg(long, value_name = "FOLDER", requires = "caption_model")]
    text_model: Option<PathBuf>,
    /// Look at the first frame in every so many seconds
    #[arg(long, value_name = "SECONDS", default_value_t = USUAL_INTERVAL.0)]
    every: f64,
    /// How the tokens of a caption become one row: cls (the first) or mean (of all)
    #[arg(long, default_value = "cls")]
    pooling: Pooling,
    /// Read moods with CLIP, as curves of valence and arousal that density and mode can follow (`--follow mood`): all, words such
    /// as "calm, tense, joyful", or prompts with their valence and arousal, such as "calm, a foggy harbour=-0.3/-0.6"
    #[arg(long, value_name = "MOODS", requires = "visual_model", value_parser = moods)]
    mood: Option<MoodScale>,
}

fn moods(text: &str) -> Result<MoodScale, Fault> {
    match text {
        ALL_MOODS => Ok(MoodScale::default()),
        text => text.parse(),
    }
}

impl ModelArgs {
    /// Returns an error if embeddings would come both from a model and from a file, or a model has no video to look at.
    pub(crate) fn check(&self, visual: bool, caption: bool, has_video: bool) -> Result<()> {
        for (option, model, file, has_file) in [
            ("--visual-model", &self.visual_model, "--visual", visual),
            ("--caption-model", &self.caption_model, "--caption", caption),
        ] {
            if model.is_some() && has_file {
                return Err(Error::Usage(format!(
                    "{option} and {file} both give a clip embeddings. Leave one of them out."
                )));
            }
            if model.is_some() && !has_video {
                return Err(Error::Usage(format!(
                    "{option} looks at the frames of a video. Give the video as CLIP."
                )));
            }
        }
        Ok(())
    }

    /// Returns the folders of the models that were asked for.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let folders = [&self.visual_model, &self.caption_model, &self.text_model];
        folders.into_iter().flatten().cloned().collect()
    }

    /// Loads the models that were asked for, or returns `None` if none was.
    pub(crate) fn load(&self) -> Result<Option<FilmEmbedder>> {
        let folders = self.caption_model.as_ref().zip(self.text_model.as_ref());
        let settings = FilmSettings {
            visual_model: self.visual_model.clone(),
            caption_models: folders.map(|(caption_model, text_model)| CaptionFolders {
                caption_model: caption_model.clone(),
                text_model: text_model.clone(),
            }),
            moods: self.mood.clone(),
            every: Seconds(self.every),
            pooling: self.pooling,
        };
        match (&settings.visual_model, &settings.caption_models) {
            (None, None) => Ok(None),
            _ => FilmEmbedder::load(&settings).map(Some),
        }
    }
}

/// Loads the models that were asked for to look at `clip`, or returns `None` if none was.
pub(crate) fn load_for(arguments: &ModelArgs, clip: &Path) -> Result<Option<FilmEmbedder>> {
    let models = arguments.load()?;
    if models.is_some() && is_clip_file(clip) {
        return Err(Error::Usage(format!(
            "{} is a clip file, which holds no pictures. Give the video for --visual-model and --caption-model.",
            clip.display()
        )));
    }
    Ok(models)
}

/// Adds what the models see in `video` to its features.
pub(crate) fn embed(
    models: &FilmEmbedder,
    video: &Path,
    clip: ClipFeatures,
) -> Result<ClipFeatures> {
    let mut progress = Progress::new();
    let clip = models.add_to(video, clip, &mut |fraction| {
        progress.set(fraction, "looking at the frames");
        ControlFlow::Continue(())
    });
    progress.finish();
    clip
}
