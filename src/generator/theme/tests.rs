use std::path::Path;

use super::*;
use crate::music::chord::ChordLane;
use crate::music::midi_file::MidiFile;
use crate::music::section::Section;
use crate::time::Tempo;

fn note(start: f64, length: f64, pitch: u8, part: Part) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 80,
        part,
    }
}

fn changes(chords: &str, bars: usize) -> Vec<ChordChange> {
    let lane: ChordLane = chords.parse().unwrap();
    let chords = lane.chords(4 * bars);
    ChordChange::of_beats(&chords, Key::of_chords(&chords).spelling())
}

/// Twelve bars in C major: the lead has a quarter on each bar, one higher in each, and a bass lies below.
fn raw() -> RawScore {
    let bar = |bar: u8| 4.0 * f64::from(bar);
    let lead = (0..12).map(|index| note(bar(index), 1.0, 69 + index, Part::Lead));
    let bass = (0..12).map(|index| note(bar(index), 4.0, 45, Part::Bass));
    RawScore {
        notes: lead.chain(bass).collect(),
        bars: Bars(12),
        tempo_map: Tempo::new(96.0).unwrap().into(),
        chords: changes("Am | F | C | G", 12),
        ..RawScore::default()
    }
}

fn score() -> Score {
    Score::repaired(raw())
}

fn theme(bars: Option<(u32, u32)>) -> Theme {
    let bars = bars.map(|(first, end)| Bars(first)..Bars(end));
    Theme::of_score("Theme of 2", &score(), None, bars).unwrap()
}

fn pitches(notes: &[Note]) -> Vec<u8> {
    notes.iter().map(|note| note.pitch).collect()
}

fn settings(harmony: &str) -> Settings {
    Settings {
        harmony: match harmony {
            "" => Harmony::Planned(None),
            "free" => Harmony::Free,
            key if key.len() < 3 => Harmony::Planned(key.parse().ok()),
            chords => Harmony::Chords(chords.parse().unwrap()),
        },
        ..Settings::default()
    }
}

#[test]
fn chosen_bars_bring_their_lead_chords_and_key() {
    let theme = theme(Some((2, 6)));
    assert_eq!(pitches(theme.notes()), [71, 72, 73, 74]);
    assert_eq!(theme.notes()[1].start, Beats(4.0));
    assert!(theme.notes().iter().all(|note| note.part == Part::Lead));
    let chords: Vec<(f64, &str)> = (theme.chords().iter())
        .map(|chord| (chord.start.0, &*chord.symbol))
        .collect();
    assert_eq!(chords, [(0.0, "C"), (4.0, "G"), (8.0, "Am"), (12.0, "F")]);
    assert_eq!(theme.to_string(), "4 bars, C, 4/4");
}

#[test]
fn without_bars_the_first_section_is_taken_or_as_much_as_one_usually_has() {
    assert_eq!(theme(None).bars(), Bars(4));
    let section = |start, name: &str| Section {
        start: Beats(start),
        name: name.to_owned(),
    };
    let in_form = Score::repaired(RawScore {
        sections: vec![section(0.0, "A"), section(24.0, "B"), section(40.0, "A'")],
        ..raw()
    });
    let theme = Theme::of_score("", &in_form, None, None).unwrap();
    assert_eq!(theme.bars(), Bars(6));
    let only = Score::repaired(RawScore {
        sections: vec![section(0.0, "A")],
        ..raw()
    });
    let theme = Theme::of_score("", &only, None, None).unwrap();
    assert_eq!(theme.bars(), Bars(12));
}

#[test]
fn notes_end_with_the_bars_and_begin_no_earlier() {
    let score = Score::repaired(RawScore {
        notes: vec![
            note(3.96, 1.0, 70, Part::Lead),
            note(7.0, 3.0, 72, Part::Lead),
        ],
        ..raw()
    });
    let theme = Theme::of_score("", &score, None, Some(Bars(1)..Bars(2))).unwrap();
    let [early, late] = theme.notes() else {
        panic!("{:?}", theme.notes());
    };
    assert_eq!(early.start, Beats(0.0));
    assert!((early.end().0 - 0.96).abs() < 1e-9);
    assert_eq!((late.start, late.end()), (Beats(3.0), Beats(4.0)));
}

#[test]
fn bars_without_a_tune_or_outside_the_draft_are_refused_with_what_to_do() {
    let refused = |score: &Score, bars: Range<Bars>| {
        let theme = Theme::of_score("", score, None, Some(bars));
        theme.unwrap_err().to_string()
    };
    let message = refused(&score(), Bars(8)..Bars(13));
    assert!(message.contains("bars from 1 to 12"), "{message}");
    let bass = Score::repaired(RawScore {
        notes: vec![note(0.0, 4.0, 45, Part::Bass)],
        ..raw()
    });
    let message = refused(&bass, Bars(0)..Bars(4));
    assert!(message.contains("lead has no notes"), "{message}");
}

#[test]
fn a_theme_comes_back_whole_from_its_file_and_from_a_project() {
    let whole = Theme::of_score(
        "Theme of 2",
        &score(),
        "Dm".parse().ok(),
        Some(Bars(0)..Bars(8)),
    );
    let whole = whole.unwrap();
    let file = MidiFile::parse(&whole.to_midi().unwrap()).unwrap();
    let back = Theme::of_midi(&file, Path::new("cues/Theme of 2.mid")).unwrap();
    assert_eq!(back, whole);
    let json = serde_json::to_string(&whole).unwrap();
    assert_eq!(serde_json::from_str::<Theme>(&json).unwrap(), whole);
    assert!(file.texts.iter().any(|text| text.text == "Am"));
}

#[test]
fn a_silent_last_bar_belongs_to_a_theme_that_was_written_as_one() {
    let score = Score::repaired(RawScore {
        notes: vec![note(0.0, 1.0, 70, Part::Lead)],
        ..raw()
    });
    let theme = Theme::of_score("a", &score, None, Some(Bars(0)..Bars(4))).unwrap();
    let file = MidiFile::parse(&theme.to_midi().unwrap()).unwrap();
    assert_eq!(
        Theme::of_midi(&file, Path::new("a.mid")).unwrap().bars(),
        Bars(4)
    );
    let without_text = MidiFile {
        texts: Vec::new(),
        ..file
    };
    let foreign = Theme::of_midi(&without_text, Path::new("a.mid")).unwrap();
    assert_eq!((foreign.bars(), foreign.key()), (Bars(1), None));
}

#[test]
fn a_theme_moves_to_the_key_or_the_chords_that_are_asked_for() {
    let theme = theme(Some((0, 4)));
    assert_eq!(theme.key(), "C".parse().ok());
    let moved = |harmony: &str| {
        let settings = theme.over(settings(harmony)).unwrap();
        i32::from(settings.theme[0].pitch) - 69
    };
    for (harmony, semitones) in [
        ("", 0),
        ("free", 0),
        ("Am", 0),
        ("C", 0),
        ("Dm", 5),
        ("Bm", 2),
        ("F#", 6),
        ("G", -5),
        ("Bm | G | D | A", 2),
        ("Em | Em | B7 | Em", -5),
    ] {
        assert_eq!(moved(harmony), semitones, "{harmony}");
    }
}

#[test]
fn a_theme_moves_to_a_scale_that_is_asked_for() {
    let settings = Settings {
        scale: "D dorian".parse().ok(),
        ..settings("")
    };
    let settings = theme(Some((0, 4))).over(settings).unwrap();
    assert_eq!(settings.theme[0].pitch, 69);
    assert_eq!(settings.harmony, Harmony::Planned(None));
    let settings = Settings {
        scale: "E dorian".parse().ok(),
        ..settings
    };
    let settings = theme(Some((0, 4))).over(settings).unwrap();
    assert_eq!(settings.theme[0].pitch, 71);
}

#[test]
fn planned_chords_are_in_the_key_of_the_theme_unless_another_is_asked_for() {
    let theme = theme(Some((0, 4)));
    let harmony = |asked: &str| theme.over(settings(asked)).unwrap().harmony;
    assert_eq!(harmony(""), Harmony::Planned("C".parse().ok()));
    assert_eq!(harmony("Dm"), Harmony::Planned("Dm".parse().ok()));
    assert_eq!(harmony("free"), Harmony::Free);
}

#[test]
fn a_tune_whose_key_is_not_known_stays_where_it_is() {
    let score = Score::repaired(RawScore {
        chords: Vec::new(),
        ..raw()
    });
    let theme = Theme::of_score("", &score, None, None).unwrap();
    for harmony in ["", "Dm", "Bm | G"] {
        let over = theme.over(settings(harmony)).unwrap();
        assert_eq!(over.theme, theme.notes(), "{harmony}");
        assert_eq!(over.harmony, settings(harmony).harmony);
    }
}

#[test]
fn music_in_another_metre_cannot_have_it_and_is_told_what_to_do() {
    let settings = Settings {
        metre: "3/4".parse().unwrap(),
        ..Settings::default()
    };
    let message = theme(None).over(settings).unwrap_err().to_string();
    assert_eq!(
        message,
        "Theme of 2 is in 4/4, the music in 3/4. Take a theme in 3/4, or make the music in 4/4."
    );
}

#[test]
fn a_theme_of_a_damaged_project_is_repaired_or_not_sound() {
    let read = |notes: &str| -> Theme {
        let json = format!(r#"{{"name":"a","notes":[{notes}],"bars":9000000,"tempo":120.0}}"#);
        serde_json::from_str(&json).unwrap()
    };
    let repaired = read(r#"{"start":-1.0,"length":2.0,"pitch":255,"velocity":0}"#);
    assert!(!repaired.is_sound());
    let sound = read(
        r#"{"start":4.0,"length":2.0,"pitch":60,"velocity":90},{"start":0.0,"length":5.0,"pitch":60,"velocity":90}"#,
    );
    assert!(sound.is_sound());
    assert_eq!(sound.notes()[0].start, Beats(0.0));
}
