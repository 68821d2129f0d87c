//! Drafts in parts: any metre, bars painted again, longer pieces, and accompaniments, with the
//! built-in model and few steps.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::LazyLock;

use candle_core::Device;
use diff_bgm::conditioning::lead::Lead;
use diff_bgm::diffusion::model::Model;
use diff_bgm::diffusion::sampler::{SamplerKind, SamplerSettings};
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{self, Draft, Inpainting, Progress, Region, Settings};
use diff_bgm::music::mask::Mask;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::piano_roll::RollPart;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats, Tempo};

const BOTH: [RollPart; 2] = [RollPart::Lead, RollPart::Accompaniment];

static MODEL: LazyLock<Model> = LazyLock::new(|| Model::built_in(&Device::Cpu).unwrap());

fn clip() -> ClipFeatures {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    ClipFeatures::read(&path).unwrap()
}

fn settings(metre: &str, bars: Option<u32>) -> Settings {
    Settings {
        tempo_map: Tempo::new(100.0).unwrap().into(),
        metre: metre.parse().unwrap(),
        bars: bars.map(Bars),
        sampler: SamplerSettings {
            kind: SamplerKind::SdeDpmSolver,
            steps: 3,
            ..SamplerSettings::default()
        },
        ..Settings::for_family(MODEL.config().cond_type)
    }
}

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
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
fn what_is_not_painted_again_stays_exactly_as_it_was() {
    let mut draft = draft(&settings("4/4", Some(12)));
    // A note played off the grid, as an edit elsewhere would leave it.
    let played = Note {
        start: Beats(2.13),
        length: Beats(0.61),
        pitch: 79,
        velocity: 33,
        part: Part::Lead,
    };
    let mut raw: RawScore = draft.score.clone().into();
    raw.notes
        .retain(|note| (note.part, note.pitch) != (Part::Lead, 79));
    raw.notes.push(played);
    draft.score = Score::repaired(raw);

    let painted = bars(&draft, 5, 6);
    let again = |seed, parts: &[RollPart]| {
        let region = region(&draft, 5, 6, parts);
        generator::repaint(&MODEL, &draft, &region, seed, &mut on).unwrap()
    };
    let kept = |draft: &Draft| -> Vec<Note> {
        let notes = draft.score.notes().iter().copied();
        notes.filter(|note| !starts_in(note, &painted)).collect()
    };
    let new = again(77, &BOTH);
    assert_eq!(kept(&new), kept(&draft));
    assert!(kept(&new).contains(&played));
    assert_ne!(new.score.notes(), draft.score.notes());
    assert_eq!(new.score.chords(), draft.score.chords());
    assert_eq!(again(77, &BOTH), new);
    assert_ne!(again(78, &BOTH).score, new.score);

    let accompaniment = again(77, &[RollPart::Accompaniment]);
    let lead = |draft: &Draft| -> Vec<Note> {
        let notes = draft.score.notes().iter().copied();
        notes.filter(|note| note.part == Part::Lead).collect()
    };
    assert_eq!(lead(&accompaniment), lead(&draft));
}

#[test]
fn bars_far_apart_are_painted_alike_in_either_order() {
    let draft = draft(&settings("4/4", Some(32)));
    let paint = |draft: &Draft, first: u32| {
        let region = region(draft, first, first + 1, &BOTH);
        generator::repaint(&MODEL, draft, &region, 5, &mut on).unwrap()
    };
    let one_way = paint(&paint(&draft, 3), 27);
    let other_way = paint(&paint(&draft, 27), 3);
    assert_eq!(one_way.score, other_way.score);
}

#[test]
fn a_draft_comes_back_from_its_midi_file() {
    let draft = draft(&settings("6/8", Some(8)));
    let bytes = draft.to_midi().unwrap();
    let back = Draft::of_midi(&MidiFile::parse(&bytes).unwrap()).unwrap();
    assert_eq!(back.recipe, draft.recipe);
    assert_eq!(back.score.metre(), draft.score.metre());
    let close = |a: &Note, b: &Note| {
        (a.pitch, a.velocity, a.part) == (b.pitch, b.velocity, b.part)
            && (a.start.0 - b.start.0).abs() < 1e-9
            && (a.length.0 - b.length.0).abs() < 1e-9
    };
    let pairs = back.score.notes().iter().zip(draft.score.notes());
    assert_eq!(back.score.notes().len(), draft.score.notes().len());
    assert!(pairs.clone().all(|(a, b)| close(a, b)));

    let region = region(&back, 3, 4, &BOTH);
    let from_file = generator::repaint(&MODEL, &back, &region, 9, &mut on).unwrap();
    let from_draft = generator::repaint(&MODEL, &draft, &region, 9, &mut on).unwrap();
    assert_eq!(from_file.score.notes(), from_draft.score.notes());
}

#[test]
fn a_draft_goes_on_after_its_last_bar() {
    let mut draft = draft(&settings("4/4", Some(8)));
    // Held beyond the bar line where the new music begins.
    let held = Note {
        start: Beats(26.0),
        length: Beats(4.0),
        pitch: 67,
        velocity: 70,
        part: Part::Lead,
    };
    let mut raw: RawScore = draft.score.clone().into();
    raw.notes
        .retain(|note| (note.part, note.pitch) != (Part::Lead, 67));
    raw.notes.push(held);
    draft.score = Score::repaired(raw);
    let longer = generator::extend(&MODEL, &draft, Bars(4), 3, &mut on).unwrap();
    assert_eq!(longer.score.bars(), Bars(12));
    let before = 0..28;
    let kept = |draft: &Draft| -> Vec<Note> {
        let notes = draft.score.notes().iter().copied();
        notes.filter(|note| starts_in(note, &before)).collect()
    };
    assert_eq!(kept(&longer), kept(&draft));
    assert!(kept(&longer).contains(&held));
    let last = longer
        .score
        .notes()
        .iter()
        .map(|note| note.start.0)
        .fold(0.0, f64::max);
    assert!(last >= 44.0, "{last}");
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
