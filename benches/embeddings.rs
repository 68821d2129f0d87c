//! Frames and sentences a second of CLIP, BLIP and BERT at full size, with the random weights that
//! `benches/peer/time_models.py` writes to the folder `DIFF_BGM_MODELS` and times in PyTorch.

use std::path::PathBuf;
use std::time::Instant;

use diff_bgm::embeddings::{CaptionModel, Pooling, Rgb, TextModel, VisualModel};

/// Frames that are looked at together, as large as film in 720p.
const PICTURES: usize = 8;
const SIZE: (usize, usize) = (1280, 720);

fn main() {
    let Some(folder) = std::env::var_os("DIFF_BGM_MODELS").map(PathBuf::from) else {
        println!(
            "skipped: DIFF_BGM_MODELS does not name the folder that benches/peer/time_models.py wrote"
        );
        return;
    };
    let level = |at: usize| ((at % SIZE.0 * 3 + at / SIZE.0 * 7) % 256) as u8;
    let pixels: Vec<[u8; 3]> = (0..SIZE.0 * SIZE.1)
        .map(|at| [0, 1, 2].map(|channel| level(at + channel)))
        .collect();
    let pictures = vec![Rgb::new(SIZE.0, pixels); PICTURES];

    let clip = VisualModel::load(&folder.join("clip")).unwrap();
    let preparing = best(|| {
        drop(
            pictures
                .iter()
                .map(|picture| clip.planes(picture))
                .collect::<Vec<_>>(),
        );
    });
    let seconds = best(|| drop(clip.embed(&pictures).unwrap()));
    report("preparing for CLIP", PICTURES, preparing);
    report("CLIP with preparing", PICTURES, seconds);
    report("CLIP", PICTURES, seconds - preparing);
    drop(clip);

    let blip = CaptionModel::load(&folder.join("blip")).unwrap();
    let preparing = best(|| {
        drop(
            pictures
                .iter()
                .map(|picture| blip.planes(picture))
                .collect::<Vec<_>>(),
        );
    });
    let mut tokens = 0;
    let seconds = best(|| tokens = blip.describe(&pictures).unwrap()[0].tokens.len());
    report("preparing for BLIP", PICTURES, preparing);
    report(
        &format!("BLIP, captions of {tokens} tokens"),
        PICTURES,
        seconds - preparing,
    );
    drop(blip);

    let bert = TextModel::load(&folder.join("bert")).unwrap();
    let sentence: Vec<String> = (100..110).map(|word| format!("w{word}")).collect();
    let sentence = sentence.join(" ");
    let tokens = bert.tokens(&sentence).unwrap().len();
    let seconds = best(|| drop(bert.embed(&sentence, Pooling::Cls).unwrap()));
    report(&format!("BERT, {tokens} tokens"), 1, seconds);
}

/// Returns the shortest of three times, in seconds.
fn best(mut work: impl FnMut()) -> f64 {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..3).map(once).fold(f64::INFINITY, f64::min)
}

fn report(what: &str, count: usize, seconds: f64) {
    println!("{what}: {:.2} a second", count as f64 / seconds);
}
