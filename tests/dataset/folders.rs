//! `bgm features` of a folder.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use diff_bgm::features::ClipFeatures;

use crate::clips::make_video;
use crate::ffmpeg::film_folder;
use crate::{bgm_fails, bgm_succeeds, contents, manifest};

#[test]
fn every_video_becomes_a_clip_file_and_a_bad_one_is_reported() {
    let Some(folder) = film_folder() else { return };
    let root = folder.path();
    make_video(&root.join("films/a.mp4"), 1);
    make_video(&root.join("films/deep/er/c.MKV"), 2);
    fs::write(root.join("films/b.mov"), "no film").unwrap();
    fs::write(root.join("films/notes.txt"), "no film either").unwrap();
    let (lines, errors) = bgm_fails(root, "features films -o clips");
    assert!(lines.contains("1/3 a.mp4: 2.00 s"), "{lines}");
    assert!(lines.contains("3/3 deep/er/c.MKV: 4.00 s"), "{lines}");
    assert!(
        lines.contains("2 clips new, 0 finished before, 1 failed"),
        "{lines}"
    );
    assert!(errors.contains("2/3 b.mov: failed:"), "{errors}");
    assert!(errors.contains("1 of 3 clips failed"), "{errors}");
    let names: Vec<String> = contents(&root.join("clips")).into_keys().collect();
    assert_eq!(
        names,
        ["a.safetensors", "deep/er/c.safetensors", "manifest.jsonl"]
    );
    let clip = ClipFeatures::read(&root.join("clips/deep/er/c.safetensors")).unwrap();
    assert_eq!(clip.shots.len(), 1);

    let entries = manifest(&root.join("clips"));
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0]["output"], "a.safetensors");
    assert_eq!(entries[0]["seconds"], 2.0);
    assert_eq!(entries[0]["cuts"], 1);
    assert!(entries[1]["error"].as_str().unwrap().contains("b.mov"));
    assert_eq!(entries[1]["output"], serde_json::Value::Null);

    // A clip that is made alone is the same.
    bgm_succeeds(root, "features films/a.mp4 -o alone.safetensors");
    let alone = fs::read(root.join("alone.safetensors")).unwrap();
    assert_eq!(fs::read(root.join("clips/a.safetensors")).unwrap(), alone);
}

#[test]
fn what_was_made_is_kept_until_its_video_or_the_options_change() {
    let Some(folder) = film_folder() else { return };
    let root = folder.path();
    make_video(&root.join("films/a.mp4"), 1);
    make_video(&root.join("films/b.mp4"), 1);
    bgm_succeeds(root, "features films -o clips");
    let first = contents(&root.join("clips"));
    let again = bgm_succeeds(root, "features films -o clips");
    assert!(again.contains("1/2 a.mp4: finished before"), "{again}");
    assert!(again.contains("0 clips new, 2 finished before"), "{again}");
    assert_eq!(contents(&root.join("clips")), first);

    make_video(&root.join("films/b.mp4"), 2);
    fs::write(root.join("clips/a.safetensors"), "cut off").unwrap();
    let changed = bgm_succeeds(root, "features films -o clips");
    assert!(
        changed.contains("2 clips new, 0 finished before"),
        "{changed}"
    );
    assert_eq!(
        contents(&root.join("clips"))["a.safetensors"],
        first["a.safetensors"]
    );
    assert_ne!(
        contents(&root.join("clips"))["b.safetensors"],
        first["b.safetensors"]
    );

    fs::create_dir(root.join("shots")).unwrap();
    for name in ["a", "b"] {
        fs::write(
            root.join(format!("shots/{name}_scenes.txt")),
            "0 5\n6 11\n12 23\n",
        )
        .unwrap();
    }
    let with_shots = bgm_succeeds(
        root,
        "features films --scenes shots --sheet sheets -o clips",
    );
    assert!(with_shots.contains("2 clips new"), "{with_shots}");
    let clip = ClipFeatures::read(&root.join("clips/a.safetensors")).unwrap();
    assert_eq!(clip.shots.len(), 2);
    assert!(root.join("sheets/a.png").is_file() && root.join("sheets/b.png").is_file());
    fs::remove_file(root.join("shots/b_scenes.txt")).unwrap();
    let (lines, errors) = bgm_fails(
        root,
        "features films --scenes shots --sheet sheets -o clips",
    );
    assert!(lines.contains("1/2 a.mp4: finished before"), "{lines}");
    assert!(
        errors.contains("shots has no list of shots for b.mp4"),
        "{errors}"
    );
}

#[test]
fn a_folder_that_was_killed_and_resumed_has_the_same_files() {
    let Some(folder) = film_folder() else { return };
    let root = folder.path();
    for number in 0..5 {
        make_video(&root.join(format!("films/{number}.mp4")), 1 + number % 2);
    }
    make_video(&root.join("films/in/side.mp4"), 1);
    bgm_succeeds(root, "features films -o whole");
    let whole = contents(&root.join("whole"));
    let mut kills = 0;
    // Killed just after each new clip, when its record may or may not be written.
    while kills < 3 {
        let before = clips_in(&root.join("killed"));
        let mut run = Command::new(env!("CARGO_BIN_EXE_bgm"))
            .current_dir(root)
            .args(["features", "films", "-o", "killed"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while clips_in(&root.join("killed")) == before && run.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        run.kill().unwrap();
        run.wait().unwrap();
        kills += 1;
    }
    assert!(clips_in(&root.join("killed")) >= 1);
    // What a process leaves that is killed while it writes; no system has process ids this high.
    fs::create_dir_all(root.join("killed/in")).unwrap();
    let left = format!("killed/in/.side.{}-1.partial.safetensors", u32::MAX);
    fs::write(root.join(left), "half of it").unwrap();
    let resumed = bgm_succeeds(root, "features films -o killed");
    assert!(resumed.contains("0 failed"), "{resumed}");
    assert_eq!(contents(&root.join("killed")), whole);
}

/// Returns the number of clip files in a folder, which may be missing.
fn clips_in(folder: &std::path::Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_clip = |name: &String| name.ends_with(".safetensors") && !name.starts_with('.');
    names.filter(is_clip).count()
}

#[test]
fn two_videos_of_one_name_are_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    fs::create_dir(root.join("films")).unwrap();
    for name in ["a.mp4", "A.mov"] {
        fs::write(root.join("films").join(name), "").unwrap();
    }
    let (_, errors) = bgm_fails(root, "features films -o clips");
    assert!(
        errors.contains("A.mov and a.mp4 would both become"),
        "{errors}"
    );
    assert!(!root.join("clips").exists());
}
