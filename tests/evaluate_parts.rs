//! `bgm evaluate` of a model in parts: a tiny network with fresh weights, on a few short pieces.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use candle_core::Device;
use diff_bgm::dataset::parts_cache::PartsCache;
use diff_bgm::diffusion::model::Model;
use diff_bgm::evaluate::Harmony;
use diff_bgm::evaluate::parts::{Choice, Task, choose, generate};
use diff_bgm::generator::Settings;
use diff_bgm::music::piano_roll::{PianoRoll, RollPart};
use serde_json::{Value, json};

#[path = "models/tiny_parts.rs"]
mod tiny_parts;

const MUSIC: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/numpy/parts.npz"
);

/// Takes one sampling step of two segments unless told otherwise, to be quick.
fn bgm_evaluate(folder: &Path, data: &Path, arguments: &[&str]) -> Output {
    let usual = [["--segments", "2"], ["--steps", "1"]].into_iter();
    let usual = usual
        .filter(|option| !arguments.contains(&option[0]))
        .flatten();
    Command::new(env!("CARGO_BIN_EXE_bgm"))
        .args(["evaluate", "--model", "tiny.safetensors"])
        .args(usual)
        .arg("--data")
        .arg(data)
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn figures(folder: &Path, arguments: &[&str]) -> (Value, String) {
    let output = bgm_evaluate(
        folder,
        MUSIC.as_ref(),
        &[arguments, &["--json", "figures.json"]].concat(),
    );
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = fs::read_to_string(folder.join("figures.json")).unwrap();
    let table = String::from_utf8(output.stdout).unwrap();
    (serde_json::from_str(&text).unwrap(), table)
}

#[test]
fn figures_by_part_and_task_are_printed_and_written_beside_those_of_all_families() {
    let folder = tempfile::tempdir().unwrap();
    tiny_parts::write(folder.path());
    let (figures, table) = figures(folder.path(), &["--sheet", "sheet.png"]);
    for (part, keys) in [
        (
            "lead",
            &[
                "steps",
                "repeats",
                "distinct",
                "onsets_per_beat",
                "followed",
            ][..],
        ),
        (
            "accompaniment",
            &["thick", "rubbing", "bass_on_root", "figure_kept"],
        ),
        (
            "both",
            &[
                "gps",
                "si",
                "pche",
                "polyphony",
                "in_chord",
                "onsets_per_beat",
            ],
        ),
    ] {
        for key in keys {
            assert!(
                figures[part][key]["real"].is_number(),
                "{part} {key}: {figures}"
            );
            for task in ["free", "continue", "fill", "accompany", "tune"] {
                let pair = &figures["tasks"][task][part][key];
                assert!(
                    pair.get("generated").is_some(),
                    "{task} {part} {key}: {figures}"
                );
            }
        }
    }
    for key in ["pche", "gps", "heavy_onsets"] {
        assert!(figures[key]["real"].is_number(), "{key}: {figures}");
    }
    for key in [
        "oa",
        "cue_spearman",
        "real_following",
        "precision_at",
        "coherence",
        "seconds",
    ] {
        assert!(figures.get(key).is_some(), "{key}: {figures}");
    }
    assert!(figures["tasks"]["fill"]["groove_with_kept"]["generated"].is_number());
    assert!(figures["tasks"]["free"]["groove_with_kept"]["real"].is_null());
    assert_eq!(figures["by_style"]["song"]["segments"], 1);
    assert_eq!(figures["coherence"]["repetition"], 0.6);
    assert!(
        table.contains("groove_with_kept") && table.contains("song, 1 segment"),
        "{table}"
    );

    let key = fs::read_to_string(folder.path().join("sheet.key.json")).unwrap();
    let key: Value = serde_json::from_str(&key).unwrap();
    assert_eq!(key.as_array().unwrap().len(), 2 * 5);
    assert_eq!(
        (&key[0]["task"], &key[9]["task"]),
        (&json!("free"), &json!("tune"))
    );
    let picture = fs::read(folder.path().join("sheet.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
}

#[test]
fn one_task_one_style_and_a_rule_of_sampling_can_be_chosen() {
    let folder = tempfile::tempdir().unwrap();
    tiny_parts::write(folder.path());
    let with = |groove: &str| {
        let common = ["--tasks", "fill", "--style", "pop", "--segments", "1"];
        figures(
            folder.path(),
            &[&common[..], &["--groove", groove]].concat(),
        )
        .0
    };
    let (without, grooving) = (with("0"), with("1"));
    assert_eq!(without["tasks"].as_object().unwrap().len(), 1);
    assert_eq!(without["segments"], 1);
    assert_eq!(without["by_style"].as_object().unwrap().len(), 1);
    assert_eq!(grooving["coherence"]["groove"], 1.0);
    assert_ne!(grooving["tasks"], without["tasks"]);
}

#[test]
fn every_rule_of_sampling_changes_what_a_model_in_parts_paints() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::load(&tiny_parts::write(folder.path()), &Device::Cpu).unwrap();
    let cache = PartsCache::read(MUSIC.as_ref()).unwrap();
    let windows = choose(&cache, Choice::default(), 1, model.pitches());
    let painted = |change: &dyn Fn(&mut Settings)| {
        let mut settings = Settings::for_family(model.config().cond_type);
        settings.sampler.steps = 4;
        settings.retouches = 0;
        change(&mut settings);
        let mut go_on = |_, _| std::ops::ControlFlow::Continue(());
        generate(
            &model,
            &windows,
            Task::Free,
            Harmony::Given,
            &settings,
            &mut go_on,
        )
        .unwrap()
    };
    let usual = painted(&|_| {});
    assert_eq!(painted(&|_| {}), usual);
    let change = |rule: &str, settings: &mut Settings| {
        let coherence = &mut settings.coherence;
        match rule {
            "repetition" => coherence.repetition = 0.0,
            "key" => coherence.key = 1.0,
            "chord" => coherence.chord = 1.0,
            "groove" => coherence.groove = 1.0,
            "consonance" => coherence.consonance = 0.6,
            _ => settings.sampler.churn = 0.0,
        }
    };
    for rule in [
        "repetition",
        "key",
        "chord",
        "groove",
        "consonance",
        "churn",
    ] {
        assert_ne!(painted(&|settings| change(rule, settings)), usual, "{rule}");
    }
}

#[test]
fn what_a_task_keeps_stays_exactly_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::load(&tiny_parts::write(folder.path()), &Device::Cpu).unwrap();
    let cache = PartsCache::read(MUSIC.as_ref()).unwrap();
    let windows = choose(&cache, Choice::default(), 2, model.pitches());
    let mut settings = Settings::for_family(model.config().cond_type);
    settings.sampler.steps = 1;
    let mut go_on = |_, _| std::ops::ControlFlow::Continue(());
    for task in Task::ALL {
        let painted = generate(
            &model,
            &windows,
            task,
            Harmony::Given,
            &settings,
            &mut go_on,
        )
        .unwrap();
        for (window, painted) in windows.iter().zip(&painted) {
            let bar = window.metre.unwrap().bar_beats() as usize;
            let is_kept = |part: RollPart, beat: usize| match task {
                Task::Free => false,
                Task::Continue => beat < 4 * bar,
                Task::Fill => beat / bar != 3 && beat / bar != 4,
                Task::Accompany => part == RollPart::Lead,
                Task::Tune => part == RollPart::Accompaniment,
            };
            for part in window.roll.parts().iter() {
                for beat in (0..32).filter(|&beat| is_kept(part, beat)) {
                    let same =
                        beat_of(&window.roll, part, beat) == beat_of(&painted.roll, part, beat);
                    assert!(same, "{task}, {part:?}, beat {beat}");
                }
            }
            assert_ne!(window.roll, painted.roll, "{task}");
        }
    }
}

fn beat_of(roll: &PianoRoll, part: RollPart, beat: usize) -> (Vec<f32>, Vec<f32>) {
    let cells = 4 * roll.pitches().count();
    let cut = |plane: &[f32]| plane[beat * cells..(beat + 1) * cells].to_vec();
    (cut(roll.onset(part)), cut(roll.sustain(part)))
}

#[test]
fn what_does_not_go_together_is_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    tiny_parts::write(folder.path());
    let failure = |data: &Path, arguments: &[&str]| {
        let output = bgm_evaluate(folder.path(), data, arguments);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let music = Path::new(MUSIC);
    assert!(failure(folder.path(), &[]).contains("an archive of music in parts"));
    assert!(failure(music, &["--metre", "5/4"]).contains("No held-out window"));
    assert!(failure(music, &["--groove", "2"]).contains("a hold on the groove of 2"));
    let cues = concat!(env!("CARGO_MANIFEST_DIR"), "/models/cues.safetensors");
    let other = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_bgm"))
            .args(["evaluate", "--model", cues, "--data", MUSIC])
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(other(&[]).contains("holds music in parts"));
    assert!(other(&["--tasks", "free"]).contains("--tasks is for models of the family `parts`"));
    let unknown = bgm_evaluate(folder.path(), music, &["--tasks", "free,tunes"]);
    let message = String::from_utf8(unknown.stderr).unwrap();
    assert!(
        message.contains("tunes") && message.contains("accompany"),
        "{message}"
    );
}
