//! `bgm dataset`.

use std::fs;
use std::path::Path;

use diff_bgm::dataset::bgm909::Split;
use diff_bgm::formats::npz::{Npz, Object};

use crate::clips::{write_clip, write_midi};
use crate::{bgm_fails, bgm_succeeds, contents, manifest};

/// Writes four pairs, a clip without music and music without a clip.
fn write_pairs(root: &Path) {
    for (place, name) in ["dawn", "hill", "night-2", "sea"].into_iter().enumerate() {
        write_clip(
            &root.join(format!("clips/{name}.safetensors")),
            20.0,
            place as f32,
        );
        write_midi(
            &root.join(format!("midi/{name}.mid")),
            10,
            120.0,
            place as u8,
        );
    }
    write_clip(&root.join("clips/silent.safetensors"), 20.0, 0.0);
    write_midi(&root.join("midi/blind.mid"), 10, 120.0, 0);
}

#[test]
fn pairs_of_one_name_become_pieces_and_the_others_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_pairs(root);
    let lines = bgm_succeeds(
        root,
        "dataset clips midi -o data --validation 0.25 --seed 3",
    );
    assert!(
        lines.contains("1/4 dawn: 20.00 s, 40 beats, 100 notes, 3 segment starts"),
        "{lines}"
    );
    assert!(
        lines.contains("3 pieces to train on, 1 for validation, 0 for tests"),
        "{lines}"
    );
    let files: Vec<String> = contents(&root.join("data")).into_keys().collect();
    assert_eq!(files.len(), 4 * 4 + 2);
    for file in [
        "POP909_4_bin_pnt_8bar/night-2.npz",
        "bgm909/caption_feats/night-2.npy",
        "bgm909/detection/night-2_scenes.txt",
        "bgm909/new_raw_video_feats/night-2.pth",
        "split.pickle",
    ] {
        assert!(files.contains(&file.to_owned()), "{file}");
    }
    let split = Split::read(&root.join("data")).unwrap();
    assert_eq!((split.training.len(), split.validation.len()), (3, 1));

    let mut music = Npz::open_file(&root.join("data/POP909_4_bin_pnt_8bar/dawn.npz")).unwrap();
    let tracks = music.objects("notes").unwrap();
    let Object::Array(melody) = &tracks[0] else {
        panic!("{tracks:?}");
    };
    assert_eq!(melody.shape(), [40, 5]);
    assert_eq!(
        melody.to_i64().unwrap()[..10],
        [0, 48, 2, 80, 0, 4, 52, 2, 80, 0]
    );
    let entry = &manifest(&root.join("data"))[0];
    assert_eq!(
        (&entry["midi"], &entry["segments"]),
        (&"dawn.mid".into(), &3.into())
    );
}

#[test]
fn the_same_pairs_give_the_same_data_set_and_only_what_changed_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_pairs(root);
    bgm_succeeds(root, "dataset clips midi -o data");
    bgm_succeeds(root, "dataset clips midi -o other");
    let first = contents(&root.join("data"));
    assert_eq!(contents(&root.join("other")), first);
    write_midi(&root.join("midi/hill.mid"), 12, 100.0, 1);
    fs::remove_file(root.join("data/bgm909/new_raw_video_feats/sea.pth")).unwrap();
    fs::write(root.join("data/POP909_4_bin_pnt_8bar/sea.npz"), "cut off").unwrap();
    let lines = bgm_succeeds(root, "dataset clips midi -o data");
    assert!(
        lines.contains("2 pieces new, 2 finished before, 0 failed"),
        "{lines}"
    );
    let second = contents(&root.join("data"));
    let sea = "POP909_4_bin_pnt_8bar/sea.npz";
    assert_eq!(second[sea], first[sea]);
    let hill = "POP909_4_bin_pnt_8bar/hill.npz";
    assert_ne!(second[hill], first[hill]);
}

#[test]
fn the_beats_of_a_list_take_the_place_of_those_of_the_midi_file() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_clip(&root.join("clips/a.safetensors"), 20.0, 0.0);
    write_midi(&root.join("midi/a.mid"), 10, 120.0, 0);
    // Beats of half the tempo, which begin a second late; the list says that its second beat starts a bar.
    let beats: String = (0..20)
        .map(|beat| format!("{} {}\n", 1 + beat, (beat + 3) % 4 + 1))
        .collect();
    fs::create_dir(root.join("beats")).unwrap();
    fs::write(root.join("beats/a.txt"), beats).unwrap();
    let lines = bgm_succeeds(root, "dataset clips midi --beats beats -o data");
    assert!(lines.contains("19 beats"), "{lines}");
    let mut music = Npz::open_file(&root.join("data/POP909_4_bin_pnt_8bar/a.npz")).unwrap();
    let lines = music.array("db_pos").unwrap().to_i64().unwrap();
    assert_eq!(lines, [4, 20, 36, 52, 68]);
    let tracks = music.objects("notes").unwrap();
    let Object::Array(melody) = &tracks[0] else {
        panic!("{tracks:?}");
    };
    // The tune's third note, at 1 s, is the first in the list's first beat; the next comes half a beat later.
    assert_eq!(melody.to_i64().unwrap()[..6], [0, 55, 1, 80, 0, 2]);
}

#[test]
fn a_pair_that_cannot_be_used_is_reported_and_the_others_make_the_data_set() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write_pairs(root);
    fs::write(root.join("midi/hill.mid"), "no music").unwrap();
    write_midi(&root.join("midi/sea.mid"), 4, 120.0, 3);
    let (lines, errors) = bgm_fails(root, "dataset clips midi -o data");
    assert!(
        errors.contains("no MIDI file for: silent.safetensors"),
        "{errors}"
    );
    assert!(
        errors.contains("no video or clip file for: blind.mid"),
        "{errors}"
    );
    assert!(errors.contains("2/4 hill: failed: "), "{errors}");
    assert!(
        errors.contains("sea: The clip lasts 20.0 s and its music 8.0 s"),
        "{errors}"
    );
    assert!(
        lines.contains("3 pieces new, 0 finished before, 1 failed"),
        "{lines}"
    );
    let split = Split::read(&root.join("data")).unwrap();
    let names = [split.training, split.validation].concat();
    assert!(
        names.len() == 3 && !names.contains(&"hill".to_owned()),
        "{names:?}"
    );
}
