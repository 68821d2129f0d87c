//! Projects and clip files of earlier versions open, and their drafts are what they were.

use std::fs;
use std::path::{Path, PathBuf};

use diff_bgm::conditioning::harmony::Harmony;
use diff_bgm::conditioning::steering::Lane;
use diff_bgm::features::{ClipFeatures, PictureMeasure};
use diff_bgm::instance::State;
use diff_bgm::music::cues::Cue;
use diff_bgm::music::tempo_map::TempoMap;
use diff_bgm::time::{Bars, Tempo};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/version-0.1.0")
        .join(name)
}

/// The state that 0.1.0 saved: two takes of four bars made with four steps, the first of them current, and the demo clip.
fn project() -> State {
    let text = fs::read_to_string(fixture("project.txt")).unwrap();
    State::from_text(&text).unwrap()
}

#[test]
fn takes_of_an_earlier_version_write_the_same_midi_files() {
    let state = project();
    assert_eq!((state.takes.len(), state.current), (2, Some(0)));
    for (take, name) in state.takes.iter().zip(["take-1.mid", "take-2.mid"]) {
        assert_eq!(take.draft.score.bars(), Bars(4));
        let expected = fs::read(fixture(name)).unwrap();
        assert!(take.draft.to_midi().unwrap() == expected, "{name} differs");
    }
}

#[test]
fn settings_of_an_earlier_version_are_read() {
    let state = project();
    assert_eq!(state.seed, 7);
    let settings = &state.takes[1].draft.recipe.settings;
    assert_eq!((settings.seed, settings.sampler.steps), (8, 4));
    let tempo = Tempo::new(100.0).unwrap();
    assert_eq!(settings.tempo_map, TempoMap::constant(tempo));
    assert_eq!(settings.steering.lanes[Cue::Density], Lane::constant(0.25));
    let Harmony::Chords(chords) = &settings.harmony else {
        panic!("{:?}", settings.harmony);
    };
    assert_eq!(chords.to_string(), "C | G/B | Am | N.C.");
}

#[test]
fn the_clip_of_an_earlier_version_keeps_its_measures_and_cuts() {
    let saved = project().clip.unwrap();
    assert_eq!(saved.name(), "big-buck-bunny-30s.safetensors");
    let remembered = saved.features();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    let clip = ClipFeatures::read(&path).unwrap();
    assert_eq!(remembered.shots, clip.shots);
    let measures = remembered.measures.unwrap();
    assert_eq!(measures.rows(), 50);
    assert!(
        PictureMeasure::MEASURED
            .iter()
            .all(|&measure| measures.column(measure).is_some())
    );
}
