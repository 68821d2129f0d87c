//! Drafts with form: themes return where it says, with the built-in model and few steps.

#[path = "models/few_steps.rs"]
mod few_steps;

use std::ops::Range;
use std::path::Path;
use std::sync::LazyLock;

use candle_core::Device;
use diff_bgm::conditioning::harmony::Harmony;
use diff_bgm::diffusion::model::Model;
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{self, Draft, Region, Settings};
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::piano_roll::RollPart;
use diff_bgm::time::{Bars, Beats, Seconds};
use few_steps::{MODEL, few_steps, on};

/// Sections of eight bars: A on beats 0 to 32, B on 32 to 64, A' on 64 to 96.
static ABA: LazyLock<Draft> = LazyLock::new(|| draft(&settings("ABA", 24)));

fn settings(form: &str, bars: u32) -> Settings {
    Settings {
        form: form.parse().unwrap(),
        ..few_steps(Some(bars))
    }
}

/// Returns half a minute of a film as a single shot.
fn clip() -> ClipFeatures {
    ClipFeatures {
        shots: Vec::new(),
        ..few_steps::clip()
    }
}

fn draft(settings: &Settings) -> Draft {
    generator::generate(&MODEL, &clip(), settings, &mut on).unwrap()
}

/// Start after `beats` begins, length and pitch of the notes that start in `beats`, ended with it.
type Tune = Vec<(f64, f64, u8)>;

fn notes(draft: &Draft, beats: Range<usize>, is_wanted: impl Fn(Part) -> bool) -> Tune {
    let (start, end) = (beats.start as f64, beats.end as f64);
    let notes = draft.score.notes().iter();
    notes
        .filter(|note| is_wanted(note.part) && (start..end).contains(&note.start.0))
        .map(|note| {
            (
                note.start.0 - start,
                note.end().0.min(end) - note.start.0,
                note.pitch,
            )
        })
        .collect()
}

fn lead(draft: &Draft, beats: Range<usize>) -> Tune {
    notes(draft, beats, |part| part == Part::Lead)
}

fn accompaniment(draft: &Draft, beats: Range<usize>) -> Tune {
    notes(draft, beats, |part| part != Part::Lead)
}

fn symbol_at(draft: &Draft, beat: usize) -> &str {
    let changes = draft.score.chords().iter().rev();
    let mut before = changes.skip_while(|change| change.start.0 > beat as f64);
    &before.next().unwrap().symbol
}

fn sections(draft: &Draft) -> Vec<(f64, &str)> {
    let sections = draft.score.sections().iter();
    sections
        .map(|section| (section.start.0, &*section.name))
        .collect()
}

/// Eight bars of a tune in D major, played off the grid.
fn theme() -> Vec<Note> {
    let pitches = [62, 64, 66, 67, 69, 69, 71, 69, 67, 66, 64, 62];
    (pitches.into_iter().cycle().take(16).enumerate())
        .map(|(place, pitch)| Note {
            start: Beats(2.0 * place as f64 + 0.03),
            length: Beats(1.4),
            pitch,
            velocity: 71 + place as u8,
            part: Part::All,
        })
        .collect()
}

#[test]
fn a_theme_returns_note_for_note_over_its_chords_with_a_new_accompaniment() {
    assert_eq!(sections(&ABA), [(0.0, "A"), (32.0, "B"), (64.0, "A'")]);
    let theme = lead(&ABA, 0..24);
    assert!(theme.len() > 6, "{theme:?}");
    assert_eq!(lead(&ABA, 64..88), theme);
    for beat in 0..24 {
        assert_eq!(
            symbol_at(&ABA, 64 + beat),
            symbol_at(&ABA, beat),
            "beat {beat}"
        );
    }
    assert_ne!(accompaniment(&ABA, 64..88), accompaniment(&ABA, 0..24));
    assert!(accompaniment(&ABA, 64..88).len() > 24);
}

#[test]
fn the_contrast_has_a_tune_of_its_own() {
    assert!(lead(&ABA, 32..56).len() > 6);
    assert_ne!(lead(&ABA, 32..56), lead(&ABA, 0..24));
}

#[test]
fn the_piece_still_comes_to_rest() {
    let last = ABA
        .score
        .notes()
        .iter()
        .map(|note| note.start.0)
        .fold(0.0, f64::max);
    assert!(last >= 92.0, "{last}");
    let chord = ABA.score.notes().iter().filter(|note| note.start.0 == last);
    assert!(chord.clone().count() >= 3);
    assert!(chord.clone().all(|note| note.end() == Beats(96.0)));
}

#[test]
fn only_the_bars_that_vary_a_theme_are_painted_anew() {
    let with_varied = |varied_bars| {
        draft(&Settings {
            varied_bars,
            ends: false,
            ..settings("AA", 8)
        })
    };
    let (exact, varied) = (with_varied(0), with_varied(2));
    assert_eq!(sections(&exact), [(0.0, "A"), (16.0, "A")]);
    assert_eq!(sections(&varied), [(0.0, "A"), (16.0, "A'")]);
    assert!(!lead(&exact, 0..16).is_empty());
    assert_eq!(lead(&exact, 16..32), lead(&exact, 0..16));
    assert_eq!(lead(&varied, 0..16), lead(&exact, 0..16));
    assert_eq!(lead(&varied, 16..24), lead(&varied, 0..8));
    assert_ne!(lead(&varied, 24..32), lead(&varied, 8..16));
}

#[test]
fn a_theme_moves_with_chords_of_your_own() {
    let chords = "C | G | Am | F | D | A | Bm | G".parse().unwrap();
    let draft = draft(&Settings {
        harmony: Harmony::Chords(chords),
        ends: false,
        ..settings("AA", 8)
    });
    let higher: Tune = (lead(&draft, 0..8).into_iter())
        .map(|(start, length, pitch)| (start, length, pitch + 2))
        .collect();
    assert!(!higher.is_empty());
    assert_eq!(lead(&draft, 16..24), higher);
    assert_eq!(symbol_at(&draft, 16), "D");
}

#[test]
fn sections_begin_at_the_cuts() {
    // At 100 BPM, bar 5 (counted from 0) begins after 12 s.
    let clip = ClipFeatures {
        shots: vec![Seconds(12.1)],
        ..clip()
    };
    let draft = generator::generate(&MODEL, &clip, &settings("AB", 12), &mut on).unwrap();
    assert_eq!(sections(&draft), [(0.0, "A"), (20.0, "B")]);
}

#[test]
fn an_imported_theme_is_kept_as_played_and_returns() {
    let draft = draft(&Settings {
        theme: theme(),
        ..settings("AA", 16)
    });
    let played = |note: &&Note| note.part == Part::Lead && note.start.0 < 32.0;
    let played: Vec<Note> = (draft.score.notes().iter().filter(played))
        .map(|note| Note {
            part: Part::All,
            ..*note
        })
        .collect();
    assert_eq!(played, theme());
    let returned: Vec<(u8, u8)> = (draft.score.notes().iter())
        .filter(|note| note.part == Part::Lead && (32.0..56.0).contains(&note.start.0))
        .map(|note| (note.pitch, note.velocity))
        .collect();
    let expected: Vec<(u8, u8)> = (theme().iter().take(12))
        .map(|note| (note.pitch, note.velocity))
        .collect();
    assert_eq!(returned, expected);
    assert!(accompaniment(&draft, 0..32).len() > 32);
    let symbols = draft.score.chords().iter();
    assert!(symbols.clone().any(|chord| chord.symbol.starts_with('D')));
}

#[test]
fn form_comes_back_from_a_midi_file_and_outlasts_repainting_and_going_on() {
    let file = MidiFile::parse(&ABA.to_midi().unwrap()).unwrap();
    let markers: Vec<(f64, &str)> = (file.markers.iter())
        .map(|marker| (marker.at.0, &*marker.text))
        .collect();
    assert_eq!(markers, sections(&ABA));
    let back = Draft::of_midi(&file).unwrap();
    assert_eq!(back.recipe, ABA.recipe);
    assert_eq!(back.score.sections(), ABA.score.sections());

    let region = Region::nothing(96).with(64..72, &[RollPart::Accompaniment]);
    let again = generator::repaint(&MODEL, &back, &region, 5, &mut on).unwrap();
    assert_eq!(sections(&again), sections(&ABA));
    assert_eq!(lead(&again, 0..96), lead(&ABA, 0..96));
    assert_ne!(accompaniment(&again, 64..72), accompaniment(&ABA, 64..72));

    let longer = generator::extend(&MODEL, &back, Bars(4), 5, &mut on).unwrap();
    assert_eq!(sections(&longer), sections(&ABA));
    assert_eq!(lead(&longer, 0..92), lead(&ABA, 0..92));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let with_threads = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| draft(&settings("AA", 8)))
    };
    assert_eq!(with_threads(1), with_threads(2));
}

#[test]
fn a_form_or_a_theme_that_does_not_fit_is_refused() {
    let error = |settings: &Settings| {
        let draft = generator::generate(&MODEL, &clip(), settings, &mut on);
        draft.unwrap_err().to_string()
    };
    let message = error(&settings("AABA", 3));
    assert!(
        message.contains("4 sections") && message.contains("3 bars"),
        "{message}"
    );
    let long = Settings {
        theme: theme(),
        ..settings("auto", 7)
    };
    let message = error(&long);
    assert!(
        message.contains("8 bars") && message.contains("7 bars"),
        "{message}"
    );

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cues.safetensors");
    let cues = Model::load(&path, &Device::Cpu).unwrap();
    let error = generator::generate(&cues, &clip(), &settings("AABA", 8), &mut on).unwrap_err();
    assert!(error.to_string().contains("parts"), "{error}");
}

#[test]
fn a_draft_without_form_has_no_sections() {
    let draft = draft(&settings("off", 4));
    assert!(draft.score.sections().is_empty());
}
