//! Making a take fit another cut of its clip.

use std::time::{Duration, Instant};

use diff_bgm::features::{FINGERPRINT_WIDTH, Fingerprint, MeasureTrack, PictureMeasure};
use diff_bgm::instance::MarkedHit;
use diff_bgm::music::note::Note;
use tempfile::TempDir;

use super::*;

const HZ: f64 = 25.0;
/// Bars of 4/4 at 120 BPM.
const BAR_SECONDS: f64 = 2.0;

/// Writes a clip of shots of two bars, each with a picture of its own.
fn write_clip(folder: &TempDir, name: &str, shots: &[u8]) -> PathBuf {
    let seconds = 2.0 * BAR_SECONDS;
    let level = |shot: u8, cell: usize, frame: usize| {
        let shot = usize::from(shot);
        (40 + (shot * 89 + cell * 57 + shot * cell * 31) % 160 + frame % 25) as u8
    };
    let frames =
        (shots.iter()).flat_map(|&shot| (0..(seconds * HZ) as usize).map(move |at| (shot, at)));
    let values = frames
        .flat_map(|(shot, frame)| (0..FINGERPRINT_WIDTH).map(move |cell| level(shot, cell, frame)));
    let rows = shots.iter().flat_map(|&shot| {
        let value = f32::from(shot) / 10.0;
        [value; 8].map(|value| [value, 0.5, value, 0.0])
    });
    let clip = ClipFeatures {
        duration: Seconds(seconds * shots.len() as f64),
        frame_rate_hz: HZ,
        shots: (1..shots.len())
            .map(|cut| Seconds(seconds * cut as f64))
            .collect(),
        measures: MeasureTrack::new(2.0, PictureMeasure::MEASURED, rows.flatten().collect()).ok(),
        fingerprint: Fingerprint::new(HZ, values.collect()).ok(),
        ..ClipFeatures::default()
    };
    let path = folder.path().join(name);
    clip.write(&path).unwrap();
    path
}

/// Returns the notes of a bar, from its start.
fn bar(state: &State, take: usize, bar: u32) -> Vec<Note> {
    let start = f64::from(bar) * 4.0;
    let notes = state.takes[take].draft.score.notes().iter();
    notes
        .filter(|note| (start..start + 4.0).contains(&note.start.0))
        .map(|note| Note {
            start: Beats(note.start.0 - start),
            ..*note
        })
        .collect()
}

#[test]
fn a_take_is_made_to_fit_another_cut_with_its_hits_in_one_step_of_undo() {
    let folder = tempfile::tempdir().unwrap();
    let instance = instance();
    let session = &instance.desk.session;
    instance
        .desk
        .load_clip(write_clip(&folder, "old.safetensors", &[1, 2, 3, 4]));
    instance.succeeds();
    session.edit(|state| state.hits = vec![MarkedHit::new(Seconds(9.5), 2)]);
    instance.desk.conform(ParamValues::default());
    assert!(instance.fails().contains("nothing to conform"));
    instance.desk.generate(ParamValues::default());
    instance.succeeds();

    instance
        .desk
        .load_clip(write_clip(&folder, "new.safetensors", &[1, 3, 5, 4]));
    instance.succeeds();
    let recut = session.try_snapshot().unwrap().recut;
    assert!(recut.is_none(), "nothing is compared unasked");
    instance.desk.compare_cuts();
    let begun = Instant::now();
    let summary = loop {
        let snapshot = session.try_snapshot();
        if let Some(recut) = snapshot.and_then(|snapshot| snapshot.recut) {
            break recut.summary();
        }
        assert!(begun.elapsed() < Duration::from_secs(60));
        thread::yield_now();
    };
    assert_eq!(summary, "2 shots kept, 1 moved, 1 new, 1 removed");

    let before = instance.state();
    instance.desk.conform(ParamValues::default());
    instance.succeeds();
    let after = instance.state();
    assert_eq!(after.takes.len(), 2);
    assert_eq!(after.current_take().unwrap().name, "2 new cut");
    assert_eq!(after.takes[0], before.takes[0]);
    for (new, old) in [(0, 0), (1, 1), (3, 5), (6, 6)] {
        assert_eq!(bar(&after, 1, new), bar(&after, 0, old), "bar {new}");
    }
    assert_eq!(after.hits, [MarkedHit::new(Seconds(5.5), 2)]);
    let hits = &after.takes[1].draft.recipe.settings.hits;
    assert_eq!(
        hits.iter().map(|hit| hit.at).collect::<Vec<_>>(),
        [Seconds(5.5)]
    );
    assert!(session.try_snapshot().unwrap().recut.is_none());

    let text = after.to_text().unwrap();
    assert_eq!(
        State::from_text(&text).unwrap().takes[1].made_for,
        after.takes[1].made_for
    );
    session.undo();
    assert_eq!(instance.state(), before);
}
