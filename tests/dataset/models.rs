//! Folders of videos and data sets through small random models in the form of CLIP, BLIP and BERT.

use std::path::Path;

use diff_bgm::features::ClipFeatures;

use crate::clips::{make_video, write_midi};
use crate::ffmpeg::film_folder;
use crate::{bgm_fails, bgm_succeeds, contents, manifest};

/// Returns the options that name the models.
pub(crate) fn models() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/models");
    let folder = folder.to_str().unwrap();
    format!(
        "--visual-model {folder}/clip --caption-model {folder}/blip --text-model {folder}/bert-768"
    )
}

#[test]
fn the_models_see_every_video_of_a_folder_and_their_clips_make_a_data_set() {
    let Some(folder) = film_folder() else { return };
    let root = folder.path();
    for name in ["a", "b"] {
        make_video(&root.join(format!("films/{name}.mp4")), 2);
        write_midi(&root.join(format!("music/{name}.mid")), 2, 120.0, 0);
    }
    let models = models();
    bgm_succeeds(root, &format!("features films {models} -o clips"));
    let clip = ClipFeatures::read(&root.join("clips/a.safetensors")).unwrap();
    assert_eq!(clip.visual.unwrap().rows(), 4);
    assert_eq!(clip.caption.unwrap().rows(), 4);
    let entry = &manifest(&root.join("clips"))[0];
    assert_eq!(entry["visual_rows"], 4);
    let made_with = &entry["options"]["models"]["made_with"];
    assert_eq!(made_with["visual_model"], "clip");
    assert_eq!(made_with["frame_interval_seconds"], "1");

    // In a folder as alone, and not again unless an option changes.
    bgm_succeeds(
        root,
        &format!("features films/a.mp4 {models} -o a.safetensors"),
    );
    assert_eq!(
        std::fs::read(root.join("a.safetensors")).unwrap(),
        contents(&root.join("clips"))["a.safetensors"]
    );
    let again = bgm_succeeds(root, &format!("features films {models} -o clips"));
    assert!(again.contains("0 clips new, 2 finished before"), "{again}");
    let finer = bgm_succeeds(
        root,
        &format!("features films {models} --every 0.5 -o finer"),
    );
    assert!(finer.contains("8 visual rows"), "{finer}");

    // Clip files of the same models, and videos, make the same pieces; clip files of others are refused.
    bgm_succeeds(root, &format!("dataset clips music {models} -o of-clips"));
    bgm_succeeds(root, &format!("dataset films music {models} -o of-films"));
    let [of_clips, of_films] = ["of-clips", "of-films"].map(|name| {
        let mut files = contents(&root.join(name));
        files.remove("manifest.jsonl");
        files
    });
    assert_eq!(of_clips.len(), 2 * 4 + 1);
    assert!(of_clips == of_films);
    let (_, errors) = bgm_fails(root, &format!("dataset finer music {models} -o other"));
    assert!(
        errors.contains("a.safetensors is a clip file that was not made with these models"),
        "{errors}"
    );
}
