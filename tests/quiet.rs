//! Stretches of a clip without music, or with a thin one: nothing sounds there, whatever the network paints.

use std::ops::{ControlFlow, Range};
use std::sync::LazyLock;

use candle_core::Device;
use diff_bgm::conditioning::lead::Lead;
use diff_bgm::conditioning::quiet::{Quiet, QuietKind, Stretch};
use diff_bgm::diffusion::model::Model;
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{self, Draft, Progress, Region, Repainting, Settings, Wishes};
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::part_set::PartSet;
use diff_bgm::music::piano_roll::RollPart;
use diff_bgm::time::{Bars, Beats, Seconds, Tempo};

#[path = "models/tiny_parts.rs"]
mod tiny_parts;

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = tiny_parts::write(folder.path());
    Model::load(&path, &Device::Cpu).unwrap()
});

/// Thirty-two bars at 60 BPM, where seconds are beats: silent from 30.4 to 44.5, thin from 80 to 96, silent at the end.
static DRAFT: LazyLock<Draft> = LazyLock::new(|| draft(&settings(&quiet(), "off")));

const SILENT: Range<f64> = 30.4..44.5;
const THIN: Range<f64> = 80.0..96.0;
const END: Range<f64> = 118.0..128.0;
const BOTH: &[RollPart] = &[RollPart::Lead, RollPart::Accompaniment];

fn quiet() -> Vec<Quiet> {
    let quiet = |beats: Range<f64>, kind| {
        let (from, to) = (Seconds(beats.start), Seconds(beats.end));
        Quiet::over(Stretch { from, to }, kind)
    };
    vec![
        quiet(THIN, QuietKind::Thin),
        quiet(END, QuietKind::NoMusic),
        quiet(SILENT, QuietKind::NoMusic),
    ]
}

fn settings(quiet: &[Quiet], form: &str) -> Settings {
    let mut settings = Settings {
        tempo_map: Tempo::new(60.0).unwrap().into(),
        bars: Some(Bars(32)),
        quiet: quiet.to_vec(),
        form: form.parse().unwrap(),
        lead: Lead::Free,
        ..Settings::for_family(MODEL.config().cond_type)
    };
    settings.sampler.steps = 1;
    settings
}

fn draft(settings: &Settings) -> Draft {
    let clip = ClipFeatures {
        duration: Seconds(128.0),
        ..ClipFeatures::default()
    };
    generator::generate(&MODEL, &clip, settings, &mut on).unwrap()
}

fn on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Returns the notes that sound in `beats`.
fn sounding(draft: &Draft, beats: &Range<f64>) -> Vec<Note> {
    let notes = draft.score.notes().iter();
    notes
        .filter(|note| note.start.0 < beats.end - 1e-9 && note.end().0 > beats.start + 1e-9)
        .copied()
        .collect()
}

fn leads(notes: &[Note]) -> usize {
    notes.iter().filter(|note| note.part == Part::Lead).count()
}

fn assert_quiet(draft: &Draft) {
    assert_eq!(sounding(draft, &SILENT), []);
    assert_eq!(sounding(draft, &END), []);
    let thin = sounding(draft, &THIN);
    assert_eq!(leads(&thin), 0, "{thin:?}");
}

#[test]
fn nothing_sounds_without_music_and_the_lead_rests_where_it_is_thin() {
    let loud = draft(&settings(&[], "off"));
    for beats in [SILENT, END] {
        assert!(sounding(&loud, &beats).len() > 5, "{beats:?}");
    }
    assert!(leads(&sounding(&loud, &THIN)) > 3);
    assert_quiet(&DRAFT);
    assert!(sounding(&DRAFT, &THIN).len() > 3);
}

#[test]
fn the_music_comes_to_a_chord_before_a_silence_and_enters_on_a_beat_after_it() {
    for (silent, chord) in [(SILENT, 30.0), (END, 116.0)] {
        let last = sounding(&DRAFT, &(chord..silent.start));
        assert!(last.iter().any(|note| note.part == Part::Bass), "{last:?}");
        for note in &last {
            let span = (note.start, note.end().0);
            assert_eq!(span.0, Beats(chord), "{note:?}");
            assert!((span.1 - silent.start).abs() < 1e-6, "{note:?}");
        }
    }
    let entry = sounding(&DRAFT, &(SILENT.end..49.0));
    let first = entry
        .iter()
        .map(|note| note.start.0)
        .fold(f64::MAX, f64::min);
    assert!((45.0..46.0).contains(&first), "{first}");
}

#[test]
fn themes_that_return_stay_out_of_quiet_stretches() {
    let theme: Vec<Note> = (0..32)
        .map(|beat| Note {
            start: Beats(f64::from(beat)),
            length: Beats(1.0),
            pitch: 72,
            velocity: 80,
            part: Part::Lead,
        })
        .collect();
    let settings = Settings {
        theme,
        ..settings(&quiet(), "AAAA")
    };
    let draft = draft(&settings);
    assert_quiet(&draft);
    assert!(leads(&sounding(&draft, &(64.0..80.0))) > 10);
}

#[test]
fn a_lead_that_is_drawn_to_rest_takes_up_no_theme_there() {
    let mut settings = settings(&[], "AA");
    settings.lead = Lead::On;
    let before = draft(&settings);
    let returned = 72.0..88.0;
    assert!(leads(&sounding(&before, &returned)) > 3);
    settings.lead_curve = vec![None; 72];
    settings.lead_curve.extend([Some(-1.0); 16]);
    let after = draft(&settings);
    let starts = |draft: &Draft| {
        let notes = sounding(draft, &returned);
        notes
            .iter()
            .filter(|note| note.part == Part::Lead && note.start.0 >= 72.0)
            .count()
    };
    assert!(starts(&before) > 3);
    assert_eq!(starts(&after), 0);
}

#[test]
fn painting_again_keeps_quiet_stretches_quiet_after_a_file_too() {
    let midi = DRAFT.to_midi().unwrap();
    let read = Draft::of_midi(&MidiFile::parse(&midi).unwrap()).unwrap();
    assert_eq!(read.recipe.settings.quiet, DRAFT.recipe.settings.quiet);
    let region = Region::nothing(128).with(20..100, BOTH);
    let again = generator::repaint(&MODEL, &read, &region, 7, &mut on).unwrap();
    assert_quiet(&again);
    let before = |draft: &Draft| sounding(draft, &(20.0..28.0));
    assert_ne!(before(&again), before(&DRAFT));
    assert_eq!(again.recipe.settings.quiet, DRAFT.recipe.settings.quiet);
}

#[test]
fn bars_painted_again_for_a_new_silence_fall_silent() {
    let loud = draft(&settings(&[], "off"));
    let settings = settings(&quiet(), "off");
    let clip = ClipFeatures {
        duration: Seconds(128.0),
        ..ClipFeatures::default()
    };
    let repainting = Repainting {
        wishes: Some(Wishes {
            clip: &clip,
            settings: &settings,
        }),
        ..Repainting::of_bars(
            (0..32).map(|bar| match bar {
                6..12 => PartSet::ALL,
                _ => PartSet::NONE,
            }),
            loud.score.metre(),
        )
    };
    let again = generator::repaint_with(&MODEL, &loud, &repainting, 7, &mut on).unwrap();
    assert_eq!(sounding(&again, &SILENT), []);
    assert_eq!(sounding(&again, &THIN), sounding(&loud, &THIN));
}

#[test]
fn impossible_stretches_are_refused() {
    let stretch = Stretch {
        from: Seconds(4.0),
        to: Seconds(2.0),
    };
    let settings = settings(&[Quiet::over(stretch, QuietKind::Thin)], "off");
    let clip = ClipFeatures::default();
    let refused = generator::generate(&MODEL, &clip, &settings, &mut on);
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("from 4 to 2 s"), "{error}");
}
