//! Drafts in parts: any metre, bars painted again, longer pieces, and accompaniments, with the
//! built-in model and few steps.

#[path = "../models/few_steps.rs"]
mod few_steps;
mod repaint;

use std::path::Path;

use candle_core::Device;
use diff_bgm::conditioning::lead::Lead;
use diff_bgm::diffusion::model::Model;
use diff_bgm::generator::{self, Draft, Inpainting, Region, Settings};
use diff_bgm::music::mask::Mask;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::piano_roll::RollPart;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats};
use few_steps::{MODEL, clip, few_steps, on};

const BOTH: [RollPart; 2] = [RollPart::Lead, RollPart::Accompaniment];

fn settings(metre: &str, bars: Option<u32>) -> Settings {
    Settings {
        metre: metre.parse().unwrap(),
        ..few_steps(bars)
    }
}

fn draft(settings: &Settings) -> Draft {
    generator::generate(&MODEL, &clip(), settings, &mut on).unwrap()
}

fn bars(draft: &Draft, first: u32, last: u32) -> std::ops::Range<usize> {
    let bar = draft.score.metre().bar_beats();
    ((first - 1) * bar) as usize..(last * bar) as usize
}

fn region(draft: &Draft, first: u32, last: u32, parts: &[RollPart]) -> Region {
    let beats = draft.score.length().0 as usize;
    Region::nothing(beats).with(bars(draft, first, last), parts)
}

fn starts_in(note: &Note, beats: &std::ops::Range<usize>) -> bool {
    beats.contains(&(note.start.0 as usize))
}

#[test]
fn a_draft_has_a_lead_chords_and_a_bass() {
    let draft = draft(&settings("4/4", Some(12)));
    for part in [Part::Lead, Part::Chords, Part::Bass] {
        let notes = draft.score.notes().iter().filter(|note| note.part == part);
        assert!(notes.count() > 8, "{part:?}");
    }
    assert!(
        draft
            .score
            .notes()
            .iter()
            .all(|note| note.part != Part::All)
    );
}

#[test]
fn a_tune_that_is_off_does_not_play() {
    let settings = Settings {
        lead: Lead::Off,
        ..settings("4/4", Some(8))
    };
    let lead = |settings: &Settings| {
        let draft = draft(settings);
        draft
            .score
            .notes()
            .iter()
            .filter(|note| note.part == Part::Lead)
            .count()
    };
    let with_tune = lead(&Settings {
        lead: Lead::On,
        ..settings.clone()
    });
    assert!(
        lead(&settings) < with_tune / 4,
        "{} of {with_tune}",
        lead(&settings)
    );
}

#[test]
fn pieces_in_any_metre_cover_the_picture_and_end_on_a_chord_that_rings_out() {
    for (metre, length) in [("3/4", 17), ("6/8", 17), ("4/4", 13), ("5/4", 10)] {
        let draft = draft(&settings(metre, None));
        assert_eq!(draft.score.bars(), Bars(length), "{metre}");
        let last = draft
            .score
            .notes()
            .iter()
            .map(|note| note.start.0)
            .fold(0.0, f64::max);
        let end = draft.score.length().0;
        let bar = f64::from(draft.score.metre().bar_beats());
        assert!(last >= end - bar, "{metre}: last note at {last} of {end}");
        let chord = draft
            .score
            .notes()
            .iter()
            .filter(|note| note.start.0 == last);
        let chord: Vec<&Note> = chord.collect();
        assert!(chord.len() >= 3, "{metre}: {chord:?}");
        assert!(
            chord.iter().all(|note| note.end() == Beats(end)),
            "{metre}: {chord:?}"
        );
        assert!(
            chord.iter().any(|note| note.part == Part::Bass),
            "{metre}: {chord:?}"
        );
    }
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| draft(&settings("3/4", Some(8))))
    };
    assert_eq!(with_threads(1), with_threads(2));
}

#[test]
fn an_accompaniment_leaves_its_tune_as_it_was_played() {
    let pitches = [62, 64, 66, 67, 69, 69, 71, 69, 67, 66, 64, 62];
    let tune: Vec<Note> = (pitches.into_iter().cycle().take(32).enumerate())
        .map(|(beat, pitch)| Note {
            start: Beats(beat as f64 + 0.03),
            length: Beats(0.9),
            pitch,
            velocity: 71,
            part: Part::All,
        })
        .collect();
    let draft = generator::accompany(&MODEL, &tune, &settings("4/4", None), &mut on).unwrap();
    let lead = draft
        .score
        .notes()
        .iter()
        .filter(|note| note.part == Part::Lead);
    let as_played: Vec<Note> = lead
        .map(|note| Note {
            part: Part::All,
            ..*note
        })
        .collect();
    assert_eq!(as_played, tune);
    assert!(draft.score.notes().len() > tune.len() + 20);
    // The tune is in D major: most of its tones lie in the chords found for it.
    assert!(
        draft
            .score
            .chords()
            .iter()
            .any(|chord| chord.symbol.starts_with('D'))
    );
}

#[test]
fn a_tune_without_notes_is_refused() {
    let error = generator::accompany(&MODEL, &[], &settings("4/4", None), &mut on).unwrap_err();
    assert!(error.to_string().contains("no notes"), "{error}");
}

#[test]
fn models_without_parts_say_so() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cues.safetensors");
    let cues = Model::load(&path, &Device::Cpu).unwrap();
    let draft = draft(&settings("4/4", Some(4)));
    let region = region(&draft, 1, 1, &BOTH);
    let error = generator::repaint(&cues, &draft, &region, 1, &mut on).unwrap_err();
    assert!(error.to_string().contains("parts"), "{error}");
    let waltz = settings("3/4", Some(4));
    let error = generator::generate(&cues, &clip(), &waltz, &mut on).unwrap_err();
    assert!(error.to_string().contains("4/4"), "{error}");
}

#[test]
fn masks_are_not_for_a_model_in_parts() {
    let inpainting = Inpainting {
        mask: Mask::Above,
        autoregressive: false,
    };
    let settings = settings("4/4", Some(4));
    let error =
        generator::inpaint(&MODEL, &clip(), &[], &inpainting, &settings, &mut on).unwrap_err();
    assert!(error.to_string().contains("published"), "{error}");
}
