//! Another cut of the clip in the window: what became of the shots, and a take that fits.

use std::thread;
use std::time::Duration;

use diff_bgm::conditioning::steering::Steering;
use diff_bgm::diffusion::config::ConditionKind;
use diff_bgm::editor::HeadlessEditor;
use diff_bgm::features::{ClipFeatures, FINGERPRINT_WIDTH, Fingerprint};
use diff_bgm::generator::{Asked, Draft, Recipe, Settings};
use diff_bgm::instance::{MarkedHit, SavedClip, State};
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats, Seconds, Tempo};
use plugin_hosts::desktop::{HostWindow, Window};

use super::{saved_state, screen, shot, tiny_parts, wait_for, with};

const HZ: f64 = 25.0;
/// Two bars at 120 BPM.
const SHOT_SECONDS: f64 = 4.0;

/// A clip of shots, each with a picture of its own.
fn clip(shots: &[u8]) -> SavedClip {
    let level = |shot: u8, cell: usize, frame: usize| {
        let shot = usize::from(shot);
        (40 + (shot * 89 + cell * 57 + shot * cell * 31) % 160 + frame % 25) as u8
    };
    let frames = (shots.iter())
        .flat_map(|&shot| (0..(SHOT_SECONDS * HZ) as usize).map(move |at| (shot, at)));
    let values = frames
        .flat_map(|(shot, frame)| (0..FINGERPRINT_WIDTH).map(move |cell| level(shot, cell, frame)));
    let cuts = (1..shots.len()).map(|cut| Seconds(SHOT_SECONDS * cut as f64));
    let features = ClipFeatures {
        duration: Seconds(SHOT_SECONDS * shots.len() as f64),
        frame_rate_hz: HZ,
        shots: cuts.collect(),
        fingerprint: Fingerprint::new(HZ, values.collect()).ok(),
        ..ClipFeatures::default()
    };
    SavedClip::new(
        format!("{}.mp4", shots.len()).into(),
        &features,
        Tempo::DEFAULT,
    )
}

/// A draft in parts of a note on every beat, of another pitch in each bar.
fn draft(bars: u8) -> Draft {
    let note = |beat: u8| Note {
        start: Beats(beat.into()),
        length: Beats(1.0),
        pitch: 60 + beat / 4,
        velocity: 90,
        part: Part::Lead,
    };
    let mut settings = Settings::for_family(ConditionKind::Parts);
    settings.sampler.steps = 1;
    settings.ends = false;
    Draft {
        score: Score::repaired(RawScore {
            notes: (0..4 * bars).map(note).collect(),
            bars: Bars(bars.into()),
            ..RawScore::default()
        }),
        recipe: Recipe {
            model: "tiny".to_owned(),
            guidance_scale: 1.0,
            settings,
            asked: Some(Asked {
                steering: Steering::default(),
                energy: vec![0.0; 4 * usize::from(bars)],
                picture_end: Beats(f64::from(bars) * 4.0),
            }),
        },
    }
}

/// Returns the place of a button in the editor of `state` once the cuts have been compared.
fn place_when_compared(window: &HostWindow, state: &State, label: &str) -> (i16, i16) {
    let mut editor = HeadlessEditor::new(state, window.size);
    for _ in 0..600 {
        editor.frame();
        if let Some(place) = editor.middle_of(label) {
            return place;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("no widget is labelled {label}")
}

#[test]
fn a_press_makes_a_take_that_fits_another_cut() {
    let Some(_turn) = screen() else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut state = State {
        model: Some(tiny_parts::write(folder.path())),
        hits: vec![MarkedHit::new(Seconds(9.0), 2)],
        ..State::default()
    };
    state.open_clip(clip(&[1, 2, 3, 4, 5]));
    state.add_take(draft(10), 0);
    state.open_clip(clip(&[1, 3, 6, 5]));
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    let conform = place_when_compared(&window, &state, "Conform");
    thread::sleep(Duration::from_millis(1500));
    shot(&window, "cut");
    assert_eq!(saved_state(&mut instance).takes.len(), 1);
    window.click(conform);
    let after = wait_for(&mut instance, |state| state.takes.len() == 2);
    let score = &after.current_take().unwrap().draft.score;
    assert_eq!(score.bars(), Bars(8));
    let pitches = |bar: f64| -> Vec<u8> {
        let beats = 4.0 * bar..4.0 * bar + 4.0;
        let inside = score
            .notes()
            .iter()
            .filter(|note| beats.contains(&note.start.0));
        inside.map(|note| note.pitch).collect()
    };
    for (bar, was) in [(0.0, 0), (1.0, 1), (2.0, 4), (3.0, 5), (6.0, 8), (7.0, 9)] {
        assert_eq!(pitches(bar), [60 + was; 4], "bar {bar}");
    }
    assert_eq!(after.hits, [MarkedHit::new(Seconds(5.0), 2)]);
    // The draft had no chords, so kept bars have none either.
    let named = (score.chords().iter()).filter(|chord| chord.symbol != "N.C.");
    let starts: Vec<f64> = named.map(|chord| chord.start.0).collect();
    let painted = 16.0..24.0;
    assert!(
        starts.iter().all(|start| painted.contains(start)),
        "{starts:?}"
    );
    assert_eq!(after.takes[0], state.takes[0]);
    shot(&window, "conformed");
    window.close(&mut instance);
}
