//! `cargo xtask examples`: drafts the examples of `docs/examples` anew; needs ffmpeg, for their sound.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cargo::{Outcome, cargo, root, run as run_command, target};

const FOLDER: &str = "docs/examples";
const CLIP: &str = "models/big-buck-bunny-30s.safetensors";
/// Styles and metres; each is drafted with [`SEEDS`].
const STYLES: [&str; 3] = ["pop", "song", "strings"];
const METRES: [&str; 3] = ["4/4", "3/4", "6/8"];
/// Given before anything was heard, so that no example is picked.
const SEEDS: [&str; 3] = ["1", "2", "3"];
const BARS: &str = "8";
const TEMPO_BPM: &str = "100";

/// Drafts every example and writes their list.
pub(crate) fn run() -> Outcome {
    cargo(&["build"])?;
    let bgm = target()?
        .join("debug")
        .join(format!("bgm{}", std::env::consts::EXE_SUFFIX));
    let folder = &root().join(FOLDER);
    fs::create_dir_all(folder).map_err(|error| format!("cannot make {FOLDER}: {error}"))?;
    let mut list = String::from(
        "# Examples\n\nThe first eight bars for the clip in the box (30 s of Big Buck Bunny, CC BY 3.0, Blender Foundation) at \
         100 BPM, at the default\nsettings: seeds 1, 2 and 3 of each style and metre, none of them picked. `cargo xtask examples` \
         makes them again. The sound is\nthat of the electric piano that `bgm render` has without a SoundFont.\n\n\
         | style | metre | seed | notes | picture | sound |\n|---|---|---|---|---|---|\n",
    );
    for style in STYLES {
        for metre in METRES {
            for seed in SEEDS {
                let name = format!("{style}-{}-seed-{seed}", metre.replace('/', "-"));
                draft(&bgm, folder, &name, style, metre, seed)?;
                let _ = writeln!(
                    list,
                    "| {style} | {metre} | {seed} | [MIDI]({name}.mid) | [roll]({name}.png) | [MP3]({name}.mp3) |"
                );
            }
        }
    }
    let path = folder.join("README.md");
    fs::write(&path, list).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Drafts one example: its notes, their picture and their sound.
fn draft(bgm: &Path, folder: &Path, name: &str, style: &str, metre: &str, seed: &str) -> Outcome {
    let file = |ending: &str| folder.join(format!("{name}.{ending}"));
    let (midi, wav) = (file("mid"), file("wav"));
    run_command(
        Command::new(bgm)
            .args(["generate", CLIP, "--tempo", TEMPO_BPM, "--bars", BARS])
            .args(["--style", style, "--metre", metre, "--seed", seed])
            .arg("--output")
            .arg(&midi)
            .arg("--roll")
            .arg(file("png")),
    )?;
    run_command(
        Command::new(bgm)
            .arg("render")
            .arg(&midi)
            .arg("--output")
            .arg(&wav),
    )?;
    run_command(
        Command::new("ffmpeg")
            .args(["-loglevel", "error", "-y", "-i"])
            .arg(&wav)
            .args(["-ac", "1", "-b:a", "48k", "-bitexact"])
            .arg(file("mp3")),
    )?;
    fs::remove_file(&wav).map_err(|error| format!("cannot remove {}: {error}", wav.display()))
}
