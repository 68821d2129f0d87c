//! Drafts for another cut of a film of a minute that `ffmpeg` makes, with a tiny network, and of one that people made.

#[path = "../films/ffmpeg.rs"]
mod ffmpeg;
mod film;
mod seams;
#[path = "../models/tiny_parts.rs"]
mod tiny_parts;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output};

use diff_bgm::features::ClipFeatures;
use diff_bgm::features::recut::{Basis, Fate, Recut};
use diff_bgm::generator::{Conforming, Draft, Freedom, Progress};
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::note::Note;
use diff_bgm::time::{Beats, Seconds};
use diff_bgm::video::analyse;

use ffmpeg::film_folder;
use film::{HZ, NEW, OLD, make, new_time, remake};

/// The hits of the draft, in seconds of the old film: on cuts, within shots, and two whose picture is gone.
const HITS: [f64; 9] = [3.0, 9.0, 14.6, 17.5, 22.0, 27.2, 35.2, 47.92, 57.0];

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn analysed(path: &Path) -> ClipFeatures {
    analyse(path, &mut |_| ControlFlow::Continue(()))
        .unwrap()
        .features
}

fn bgm(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bgm"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn succeeds(folder: &Path, arguments: &[&str]) -> String {
    let output = bgm(folder, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// Writes both films as clip files, `old.safetensors` and `new.safetensors`, and a draft of the old one, `draft.mid`.
fn prepare(folder: &Path) -> [ClipFeatures; 2] {
    tiny_parts::write(folder);
    let clips = [("old", &OLD), ("new", &NEW)].map(|(name, shots)| {
        let clip = analysed(&make(folder, &format!("{name}.mp4"), shots));
        clip.write(&folder.join(format!("{name}.safetensors")))
            .unwrap();
        clip
    });
    let mut arguments = vec!["generate", "old.safetensors", "--model", "tiny.safetensors"];
    arguments.extend(["--steps", "2", "--tempo", "96", "-o", "draft.mid"]);
    let hits = HITS.map(|hit| format!("{hit}:2"));
    let hits: Vec<&str> = hits.iter().flat_map(|hit| ["--hit", hit]).collect();
    arguments.extend(hits);
    succeeds(folder, &arguments);
    clips
}

fn draft(folder: &Path, name: &str) -> Draft {
    Draft::of_midi(&MidiFile::open(folder.join(name)).unwrap()).unwrap()
}

/// Returns the notes that start in a bar, from its start.
fn bar(draft: &Draft, bar: usize) -> Vec<Note> {
    let beats = f64::from(draft.score.metre().bar_beats());
    let start = bar as f64 * beats;
    let notes = draft.score.notes().iter();
    // Times in a MIDI file are whole ticks.
    let ticks = |beats: f64| (beats * 480.0).round() / 480.0;
    notes
        .filter(|note| (start..start + beats).contains(&note.start.0))
        .map(|note| Note {
            start: Beats(ticks(note.start.0 - start)),
            length: Beats(ticks(note.length.0)),
            ..*note
        })
        .collect()
}

#[test]
fn a_film_in_another_cut_keeps_its_unchanged_bars_and_every_hit() {
    let Some(folder) = film_folder() else { return };
    let folder = folder.path();
    let [old, new] = prepare(folder);
    let recut = Recut::find(&old, &new).unwrap();
    assert_eq!(recut.basis, Basis::Fingerprints);
    for (fate, count) in [
        (Fate::Kept, 2),
        (Fate::Moved, 8),
        (Fate::Shortened, 1),
        (Fate::New, 1),
        (Fate::Removed, 1),
    ] {
        assert_eq!(recut.count(fate), count, "{fate:?}: {:#?}", recut.pieces());
    }
    for frame in (0..1500).step_by(7) {
        let old = (frame as f64 + 0.5) / HZ;
        let found: Vec<f64> = recut
            .new_times(Seconds(old))
            .iter()
            .map(|at| at.0)
            .collect();
        match (new_time(old), &found[..]) {
            (Some(expected), [found]) => assert!((found - expected).abs() < 0.5 / HZ, "{old}"),
            (None, []) => {}
            other => panic!("{old}: {other:?}"),
        }
    }

    let command = [
        "conform",
        "draft.mid",
        "--from",
        "old.safetensors",
        "--to",
        "new.safetensors",
        "--model",
        "tiny.safetensors",
    ];
    let printed = succeeds(folder, &[&command[..], &["--dry-run"]].concat());
    assert!(
        printed.contains("2 shots kept, 8 moved, 1 shortened, 1 new, 1 removed"),
        "{printed}"
    );
    for (tempo_change, least) in [("8", 5), ("0", 1)] {
        let options = ["--tempo-change", tempo_change, "-o", "conformed.mid"];
        let printed = succeeds(folder, &[&command[..], &options].concat());
        let (before, after) = (draft(folder, "draft.mid"), draft(folder, "conformed.mid"));
        let freedom = Freedom {
            tempo_change: tempo_change.parse::<f64>().unwrap() / 100.0,
            ..Freedom::USUAL
        };
        let plan = Conforming::plan(&before, &recut, &new, freedom).unwrap();
        assert!(plan.kept_bars() >= least, "{printed}");
        assert_eq!(after.score.bars().0 as usize, plan.sources.len());
        if tempo_change == "0" {
            assert_eq!(after.score.tempo_map(), before.score.tempo_map());
        }
        let mut painted = 0;
        for (index, source) in plan.sources.iter().enumerate() {
            match source {
                Some(source) => {
                    assert_eq!(
                        bar(&after, index),
                        bar(&before, *source as usize),
                        "bar {index}"
                    );
                }
                None => painted += bar(&after, index).len(),
            }
        }
        assert!(painted > 0);
        on_new_seconds(&after);
    }
    let again = [
        "repaint",
        "conformed.mid",
        "--bars",
        "5-6",
        "-o",
        "again.mid",
        "--model",
    ];
    succeeds(folder, &[&again[..], &["tiny.safetensors"]].concat());
    on_new_seconds(&draft(folder, "again.mid"));
}

/// Asserts that a draft has its hits where their picture is now, and that notes start there.
fn on_new_seconds(draft: &Draft) {
    let hits: Vec<f64> = (draft.recipe.settings.hits.iter())
        .map(|hit| hit.at.0)
        .collect();
    let mut expected: Vec<f64> = HITS.into_iter().filter_map(new_time).collect();
    expected.sort_by(f64::total_cmp);
    assert_eq!(hits.len(), expected.len());
    for (hit, expected) in hits.iter().zip(&expected) {
        assert!((hit - expected).abs() < 1e-3, "{hits:?} {expected:?}");
    }
    let map = draft.score.tempo_map();
    let starts: Vec<f64> = (draft.score.notes().iter())
        .map(|note| map.seconds_at(note.start).0)
        .collect();
    for hit in hits {
        let sixteenth = 15.0 / map.tempo_at(map.beat_at(Seconds(hit))).bpm();
        let after = starts.iter().map(|start| start - hit);
        let answered = after.filter(|after| (-0.0205..sixteenth + 1e-3).contains(after));
        assert!(answered.count() >= 1, "nothing starts on the hit at {hit}");
    }
}

#[test]
fn the_same_film_in_another_size_encoding_and_frame_is_the_same() {
    let Some(folder) = film_folder() else { return };
    let folder = folder.path();
    let film = make(folder, "film.mp4", &OLD);
    let old = analysed(&film);
    for (name, options) in [
        ("small.mp4", "-vf scale=160:90 -crf 38 -preset ultrafast"),
        (
            "letterboxed.mp4",
            "-vf pad=320:240:0:30 -crf 30 -preset ultrafast",
        ),
        (
            "graded.mp4",
            "-vf eq=brightness=0.03:contrast=1.08:saturation=1.15 -crf 26 -preset ultrafast",
        ),
        ("slower.mp4", "-vf fps=24 -crf 26 -preset ultrafast"),
    ] {
        let new = analysed(&remake(folder, name, &film, options));
        let recut = Recut::find(&old, &new).unwrap();
        assert!(recut.is_identity(), "{name}: {:#?}", recut.stretches);
    }
}
