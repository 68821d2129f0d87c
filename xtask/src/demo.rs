//! `cargo xtask demo`: drafts music for the built-in clip; needs only this repository, Rust and a C compiler.

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::cargo::{Outcome, cargo, cargo_command, run as run_command, target};

/// The demo's tempo, at which the clip's 30 s are 12.5 bars.
const TEMPO_BPM: &str = "100";
const CLIP: &str = "models/big-buck-bunny-30s.safetensors";

/// Cargo's arguments for the example that runs the plugin in a headless host.
const HOST: [&str; 5] = [
    "--release",
    "--package",
    "plugin-hosts",
    "--example",
    "draft_in_host",
];

/// Builds everything, drafts and renders on the command line, drafts and plays the same inside the plugin, and prints
/// where the results are and how long each part took.
pub(crate) fn run() -> Outcome {
    let start = Instant::now();
    cargo(&["build", "--release"])?;
    cargo(&[&["build"], &HOST[..]].concat())?;
    let built = start.elapsed();

    let target = target()?;
    let folder = target.join("demo");
    fs::create_dir_all(&folder)
        .map_err(|error| format!("cannot make the folder {}: {error}", folder.display()))?;
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
        (&midi, "the notes, for your DAW"),
        (&roll, "a picture of them"),
        (&wav, "the notes as audio"),
        (&report, "settings, timings and measures"),
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

/// Returns the path of the plugin's library in one of cargo's output folders.
fn library_in(folder: &Path) -> PathBuf {
    folder.join(format!("{DLL_PREFIX}diff_bgm{DLL_SUFFIX}"))
}

/// Formats a path as an absolute one.
fn shown(path: &Path) -> String {
    path.canonicalize()
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}
