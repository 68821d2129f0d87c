//! Painting over music with a published network: what a mask keeps comes out as it went in.

use std::ops::ControlFlow;

use diff_bgm::Result;
use diff_bgm::diffusion::config::ModelConfig;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::sampler::{SamplerKind, SamplerSettings};
use diff_bgm::features::{ClipFeatures, Track};
use diff_bgm::generator::{Draft, Inpainting, Progress, Settings, inpaint};
use diff_bgm::music::mask::Mask;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::time::{Bars, Beats, Seconds};

use crate::formula::formula_model;
use crate::network::{TINY_BASE, tiny_config};

/// A network whose segments have two bars and the lowest 32 pitches.
fn model() -> Model {
    let config = ModelConfig {
        n_steps: 6,
        ..tiny_config()
    };
    formula_model(&config, TINY_BASE).0
}

fn clip() -> ClipFeatures {
    let track = |width: usize| Track {
        rate_hz: 2.0,
        width,
        values: (0..16 * width).map(|i| (i % 7) as f32 / 7.0).collect(),
    };
    ClipFeatures {
        duration: Seconds(8.0),
        visual: Some(track(512)),
        caption: Some(track(768)),
        ..ClipFeatures::default()
    }
}

/// Four bars: a note at every beat, played late and softly, and one that is held over a bar line.
fn music() -> Vec<Note> {
    let note = |start: f64, length: f64, pitch: u8| Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 40,
        part: Part::All,
    };
    let mut notes: Vec<Note> = (0..16)
        .map(|beat| note(f64::from(beat) + 0.05, 0.8, 12 + (beat % 5) as u8))
        .collect();
    notes.push(note(6.5, 3.0, 20));
    notes.sort_by(Note::position);
    notes
}

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

fn painted(kind: SamplerKind, mask: Mask, autoregressive: bool) -> Result<Draft> {
    let inpainting = Inpainting {
        mask,
        autoregressive,
    };
    let settings = Settings {
        bars: Some(Bars(4)),
        sampler: SamplerSettings {
            kind,
            steps: 2,
            ..SamplerSettings::default()
        },
        ..Settings::default()
    };
    inpaint(&model(), &clip(), &music(), &inpainting, &settings, &mut on)
}

/// Returns the notes that start in bars, counted from 0.
fn in_bars(notes: &[Note], bars: std::ops::Range<u32>) -> Vec<Note> {
    let bars = f64::from(bars.start * 4)..f64::from(bars.end * 4);
    let notes = notes.iter().copied();
    notes.filter(|note| bars.contains(&note.start.0)).collect()
}

#[test]
fn bars_that_are_not_painted_stay_as_they_were_played() {
    for (kind, autoregressive) in [(SamplerKind::Ddpm, true), (SamplerKind::DpmSolver, false)] {
        let draft = painted(kind, Mask::Bars(vec![2]), autoregressive).unwrap();
        let (before, after) = (music(), draft.score.notes());
        for kept in [0..1, 3..4] {
            assert_eq!(in_bars(after, kept.clone()), in_bars(&before, kept));
        }
        assert_ne!(in_bars(after, 2..3), in_bars(&before, 2..3));
        let is_painted = |note: &Note| note.velocity == 80;
        assert!(in_bars(after, 2..3).iter().all(is_painted), "{kind}");
    }
}

#[test]
fn a_mask_that_keeps_everything_changes_nothing() {
    for autoregressive in [false, true] {
        let draft = painted(SamplerKind::Ddpm, Mask::Bars(Vec::new()), autoregressive).unwrap();
        assert_eq!(draft.score.notes(), music());
    }
}

#[test]
fn the_remaining_mask_keeps_every_note_and_adds_others() {
    let draft = painted(SamplerKind::DpmSolver, Mask::Remaining, false).unwrap();
    let starts = |notes: &[Note]| -> Vec<(u32, u8)> {
        let place = |note: &Note| ((note.start.0 * 4.0).round() as u32, note.pitch);
        notes.iter().map(place).collect()
    };
    let after = starts(draft.score.notes());
    assert!(starts(&music()).iter().all(|note| after.contains(note)));
    assert!(after.len() > music().len());
}

#[test]
fn a_melody_is_painted_above_and_an_accompaniment_below() {
    let new = |mask| {
        let draft = painted(SamplerKind::DpmSolver, mask, true).unwrap();
        let notes = draft.score.notes().iter().copied();
        notes
            .filter(|note| note.velocity == 80)
            .collect::<Vec<Note>>()
    };
    let (above, below) = (new(Mask::Above), new(Mask::Below));
    assert!(!above.is_empty() && above.iter().all(|note| note.pitch > 12));
    assert!(!below.is_empty() && below.iter().all(|note| note.pitch < 20));
}

#[test]
fn segments_that_go_on_from_each_other_are_painted_otherwise_and_the_same_every_time() {
    let paint = |autoregressive| {
        let mask = Mask::Bars(vec![1, 2, 3]);
        painted(SamplerKind::DpmSolver, mask, autoregressive)
            .unwrap()
            .score
    };
    let continuous = paint(true);
    assert_eq!(paint(true), continuous);
    assert_ne!(continuous, paint(false));
}

#[test]
fn bars_beyond_the_piece_are_refused() {
    let error = painted(SamplerKind::DpmSolver, Mask::Bars(vec![4]), false).unwrap_err();
    assert_eq!(
        error.to_string(),
        "There is no bar 5 to paint. Choose bars from 1 to 4."
    );
}
