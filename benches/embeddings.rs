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
    report("preparing for CLIP", PICTURES, 3, || {
        drop(
            pictures
                .iter()
                .map(|picture| clip.planes(picture))
                .collect::<Vec<_>>(),
        );
    });
    report("CLIP with preparing", PICTURES, 3, || {
        drop(clip.embed(&pictures).unwrap());
    });
    drop(clip);

    let blip = CaptionModel::load(&folder.join("blip")).unwrap();
    report("preparing for BLIP", PICTURES, 3, || {
        drop(
            pictures
                .iter()
                .map(|picture| blip.planes(picture))
                .collect::<Vec<_>>(),
        );
    });
    report(
        "BLIP with preparing, captions of 20 tokens",
        PICTURES,
        1,
        || {
            assert_eq!(blip.describe(&pictures).unwrap()[0].tokens.len(), 20);
        },
    );
    drop(blip);

    let bert = TextModel::load(&folder.join("bert")).unwrap();
    let sentence: Vec<String> = (100..110).map(|word| format!("w{word}")).collect();
    let sentence = sentence.join(" ");
    let tokens = bert.tokens(&sentence).unwrap().len();
    report(&format!("BERT, {tokens} tokens"), 1, 10, || {
        drop(bert.embed(&sentence, Pooling::Cls).unwrap());
    });
}

/// Prints how many are done in a second, and the processor's time for one, which other programs disturb less: the best of
/// some `times`.
fn report(what: &str, count: usize, times: usize, mut work: impl FnMut()) {
    let (mut seconds, mut processor) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..times {
        let (start, used) = (Instant::now(), processor_seconds());
        work();
        seconds = seconds.min(start.elapsed().as_secs_f64());
        processor = processor.min(processor_seconds() - used);
    }
    let count = count as f64;
    println!(
        "{what}: {:.2} a second, {:.3} s of the processor each",
        count / seconds,
        processor / count
    );
}

/// Returns the time that all threads have used, to 10 ms; 0 where that is not known.
fn processor_seconds() -> f64 {
    /// Linux counts in these.
    const TICKS_PER_SECOND: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which is in brackets: the 12th and the 13th number.
    let behind = text.rsplit(')').next().unwrap_or_default();
    let ticks = behind.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS_PER_SECOND
}
