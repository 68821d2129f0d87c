//! `cargo xtask demo`: music for the clip in the box, from nothing but this repository and Rust.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::cargo::{Outcome, cargo, cargo_command, run as run_command, target};

/// The tempo of the demo; the clip's 30 s are then 12.5 bars.
const TEMPO_BPM: &str = "100";
const CLIP: &str = "models/big-buck-bunny-30s.safetensors";

/// The host that drafts inside the plugin.
const HOST: [&str; 5] = [
    "--release",
    "--package",
    "plugin-hosts",
    "--example",
    "draft_in_host",
];

/// Builds everything, drafts, renders, drafts and plays once more inside the plugin, and prints where the results lie
/// and how long it took.
pub(crate) fn run() -> Outcome {
    let start = Instant::now();
    cargo(&["build", "--release"])?;
    cargo(&[&["build"], &HOST[..]].concat())?;
    let built = start.elapsed();

    let target = target()?;
    let folder = target.join("demo");
    fs::create_dir_all(&folder)
        .map_err(|error| format!("{} could not be made: {error}", folder.display()))?;
    let bgm = target
        .join("release")
        .join(format!("bgm{}", std::env::consts::EXE_SUFFIX));
    let file = |name: &str| folder.join(name);
    let (midi, roll, report) = (file("draft.mid"), file("roll.png"), file("report.json"));
    let wav = file("draft.wav");

    let start = Instant::now();
    run_command(
        Command::new(&bgm)
            .args([
                "generate", CLIP, "--tempo", TEMPO_BPM, "--seed", "1", "--output",
            ])
            .arg(&midi)
            .arg("--roll")
            .arg(&roll)
            .arg("--json")
            .arg(&report),
    )?;
    let drafted = start.elapsed();
    run_command(
        Command::new(&bgm)
            .arg("render")
            .arg(&midi)
            .arg("--output")
            .arg(&wav),
    )?;

    let library = library_in(&target.join("release"));
    run_command(
        cargo_command(&[&["run", "--quiet"], &HOST[..], &["--"]].concat())
            .arg(&library)
            .args([CLIP, TEMPO_BPM])
            .arg(&midi),
    )?;

    println!("\nMusic for 30 s of Big Buck Bunny (CC BY 3.0, Blender Foundation):");
    for (path, what) in [
        (&midi, "the notes, for any DAW"),
        (&roll, "a picture of them"),
        (&wav, "how they sound"),
        (&report, "settings and measures"),
    ] {
        println!("  {}  {what}", shown(path));
    }
    println!(
        "Built in {:.0} s, drafted in {:.1} s.",
        built.as_secs_f64(),
        drafted.as_secs_f64()
    );
    Ok(())
}

/// The plugin's library among what cargo built.
fn library_in(folder: &Path) -> PathBuf {
    folder.join(format!("{DLL_PREFIX}diff_bgm{DLL_SUFFIX}"))
}

fn shown(path: &Path) -> String {
    path.canonicalize()
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}
