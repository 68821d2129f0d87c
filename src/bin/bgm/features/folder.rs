//! `bgm features FOLDER`: a clip file for each video of a folder.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use diff_bgm::features::{ClipFeatures, Track};
use diff_bgm::video::write_contact_sheet;
use diff_bgm::{Error, Result};
use serde_json::{Map, Value, json};

use super::{Arguments, summary};
use crate::batch::{self, Found, Item, Made, Work, files_below};
use crate::clip_maker::{ClipMaker, Models, VIDEOS, expect_output_folder};

/// Makes clip files of videos.
struct Clips<'a> {
    maker: ClipMaker,
    videos: BTreeMap<String, Found>,
    output: &'a Path,
    /// The folder of the contact sheets.
    sheets: Option<&'a Path>,
}

/// Makes a clip file of each video in `folder` and the folders in it.
pub(super) fn run(folder: &Path, arguments: &Arguments) -> Result<()> {
    #[cfg_attr(
        not(feature = "models"),
        allow(unused_mut, reason = "only models change it")
    )]
    let mut maker = ClipMaker {
        shots: arguments.shots,
        visual: arguments.visual.clone(),
        caption: arguments.caption.clone(),
        scenes: arguments.scenes.clone(),
        models: Models::default(),
    };
    maker.check()?;
    expect_output_folder(&arguments.output)?;
    if let Some(sheets) = &arguments.sheet {
        expect_output_folder(sheets)?;
    }
    let videos = files_below(folder, &VIDEOS)?;
    if videos.is_empty() {
        return Err(Error::Usage(format!(
            "{} has no videos: no file in it or in its folders ends in .{}.",
            folder.display(),
            VIDEOS.join(", .")
        )));
    }
    let items: Vec<Item> = (videos.iter())
        .map(|video| Item {
            name: video.name.clone(),
            sources: maker.sources(video),
            output: format!("{}.safetensors", video.stem_path()),
        })
        .collect();
    expect_distinct(&items)?;
    #[cfg(feature = "models")]
    (maker.models).load(&arguments.models)?;
    let mut clips = Clips {
        maker,
        videos: (videos.into_iter())
            .map(|video| (video.name.clone(), video))
            .collect(),
        output: &arguments.output,
        sheets: arguments.sheet.as_deref(),
    };
    batch::run(&arguments.output, &items, &mut clips)?.close(&arguments.output, "")
}

/// Checks that no two videos would become one clip file.
fn expect_distinct(items: &[Item]) -> Result<()> {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for item in items {
        // Some file systems do not tell apart names that differ in case.
        if let Some(other) = names.insert(item.output.to_lowercase(), &item.name) {
            return Err(Error::Usage(format!(
                "{other} and {} would both become {}. Rename one of them.",
                item.name, item.output
            )));
        }
    }
    Ok(())
}

impl Work for Clips<'_> {
    const KIND: &'static str = "clip";

    fn options(&self) -> Value {
        let mut options = self.maker.options();
        options["sheet"] = self.sheets.is_some().into();
        options
    }

    fn is_whole(&self, item: &Item) -> bool {
        ClipFeatures::read(&self.output.join(&item.output)).is_ok()
    }

    fn make(&mut self, item: &Item, on_progress: &mut dyn FnMut(f64)) -> Result<Made> {
        let video = &self.videos[&item.name];
        let (clip, warnings) = self.maker.make(video, on_progress)?;
        let path = self.output.join(&item.output);
        create_folder_of(&path)?;
        clip.write(&path)?;
        if let Some(sheets) = self.sheets {
            let sheet = sheets.join(format!("{}.png", video.stem_path()));
            create_folder_of(&sheet)?;
            let mut go_on = |_| ControlFlow::Continue(());
            write_contact_sheet(&video.path, &clip, &sheet, &mut go_on)?;
        }
        Ok(Made {
            summary: summary(&clip),
            warnings,
            facts: facts(&clip),
        })
    }
}

fn create_folder_of(path: &Path) -> Result<()> {
    let folder: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    fs::create_dir_all(&folder).map_err(Error::io(&folder))
}

/// Returns what a manifest says of a clip.
pub(crate) fn facts(clip: &ClipFeatures) -> Map<String, Value> {
    let rows = |track: &Option<Track>| track.as_ref().map_or(0, Track::rows);
    let facts = [
        ("seconds", json!(clip.duration.0)),
        ("cuts", json!(clip.shots.len())),
        ("transitions", json!(clip.transitions.len())),
        ("visual_rows", json!(rows(&clip.visual))),
        ("caption_rows", json!(rows(&clip.caption))),
    ];
    let facts = facts.into_iter();
    facts.map(|(key, value)| (key.to_owned(), value)).collect()
}
