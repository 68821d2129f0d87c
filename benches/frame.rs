//! What a frame of the editor costs its thread, without drawing: `cargo bench --bench frame`.

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::Draft;
use diff_bgm::instance::{SavedClip, State};
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats, Seconds, Tempo};

fn main() {
    divan::main();
}

/// Returns a draft of so many notes, four on each beat, all visible.
fn draft(notes: usize) -> Draft {
    let note = |index: usize| Note {
        start: Beats((index / 4) as f64),
        length: Beats(0.9),
        pitch: 40 + (index % 4 * 12 + index / 4 % 12) as u8,
        velocity: 80,
        part: [Part::Bass, Part::Chords, Part::Chords, Part::Lead][index % 4],
    };
    let score = Score::repaired(RawScore {
        notes: (0..notes).map(note).collect(),
        bars: Bars((notes / 16).max(1) as u32),
        ..RawScore::default()
    });
    Draft {
        score,
        ..Draft::default()
    }
}

#[divan::bench(args = [0, 500, 2_000, 10_000])]
fn lay_out_and_tessellate(bencher: divan::Bencher<'_, '_>, notes: usize) {
    let draft_of_clip = draft(notes);
    let duration = draft_of_clip.score.duration();
    let clip = ClipFeatures {
        duration,
        shots: (1..60)
            .map(|cut| Seconds(duration.0 * f64::from(cut) / 60.0))
            .collect(),
        ..ClipFeatures::default()
    };
    let mut state = State {
        clip: Some(SavedClip::new("clip.mp4".into(), &clip, Tempo::DEFAULT)),
        ..State::default()
    };
    state.add_take(draft_of_clip, 0);
    let mut editor = HeadlessEditor::new(&state, (1920, 1200));
    bencher.bench_local(|| editor.frame());
}
