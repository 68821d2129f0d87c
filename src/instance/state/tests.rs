use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Compression;
use flate2::read::DeflateEncoder;
use serde_json::json;

use super::text::{MARK, MAX_BYTES, VERSION};
use super::*;
use crate::conditioning::quiet::{QuietKind, marked};
use crate::generator::Recipe;
use crate::instance::curves::CurveId;
use crate::music::cues::Cue;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::score::{RawScore, Score};
use crate::time::{Bars, Beats, Seconds};

fn draft(seed: u64) -> Draft {
    let mut recipe = Recipe::default();
    recipe.settings.seed = seed;
    let score = Score::new(RawScore {
        notes: vec![Note {
            start: Beats(0.25),
            length: Beats(1.5),
            pitch: 60,
            velocity: 90,
            part: Part::All,
        }],
        bars: Bars(8),
        cuts: vec![Beats(4.5)],
        ..RawScore::default()
    });
    Draft {
        score: score.unwrap(),
        recipe,
    }
}

fn with_takes(count: u64) -> State {
    let mut state = State::default();
    for seed in 0..count {
        state.add_take(draft(seed), 1_700_000_000);
    }
    state
}

#[test]
fn a_saved_state_reads_back_the_same() {
    let state = with_takes(3);
    assert_eq!(State::from_text(&state.to_text().unwrap()), Ok(state));
}

#[test]
fn an_unknown_way_to_find_shots_becomes_the_quick_one() {
    let mut json = serde_json::to_value(State {
        shot_finder: ShotFinder::Network,
        ..State::default()
    })
    .unwrap();
    let read = |json| serde_json::from_value::<State>(json).unwrap().shot_finder;
    assert_eq!(read(json.clone()), ShotFinder::Network);
    json["shot_finder"] = json!("oracle");
    assert_eq!(read(json.clone()), ShotFinder::Quick);
    json.as_object_mut().unwrap().remove("shot_finder");
    assert_eq!(read(json), ShotFinder::Quick);
}

#[test]
fn a_draft_of_feature_length_is_saved_whole() {
    let note = |beat: u32| Note {
        start: Beats(f64::from(beat)),
        length: Beats(1.0),
        pitch: 60,
        velocity: 90,
        part: Part::Lead,
    };
    let score = Score::new(RawScore {
        notes: (0..4 * 8192).map(note).collect(),
        bars: Bars(8192),
        ..RawScore::default()
    });
    let mut state = State::default();
    let draft = Draft {
        score: score.unwrap(),
        recipe: Recipe::default(),
    };
    state.add_take(draft, 1_700_000_000);
    assert!(State::from_text(&state.to_text().unwrap()) == Ok(state));
}

#[test]
fn a_state_saved_before_chords_existed_has_planned_chords() {
    let mut json = serde_json::to_value(with_takes(1)).unwrap();
    json.as_object_mut().unwrap().remove("harmony");
    let state: State = serde_json::from_value(json).unwrap();
    assert_eq!(state, with_takes(1));
    assert_eq!(state.harmony, Harmony::Planned(None));
}

#[test]
fn an_empty_text_is_an_empty_state() {
    assert_eq!(State::from_text(""), Ok(State::default()));
}

#[test]
fn damaged_foreign_and_truncated_texts_are_refused() {
    let text = with_takes(2).to_text().unwrap();
    let cut = &text[..text.len() / 2];
    for wrong in ["{}", "diff-bgm/1 ", "diff-bgm/x AAAA", "diff-bgm/1 ÄÖ", cut] {
        assert!(State::from_text(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_state_of_a_later_version_is_reported_as_such() {
    let text = with_takes(1).to_text().unwrap().replacen("/1", "/2", 1);
    let fault = State::from_text(&text).unwrap_err();
    assert!(fault.to_string().contains("a later Diff-BGM saved it"));
}

#[test]
fn a_small_text_that_unpacks_to_a_huge_one_is_refused() {
    let mut deflated = Vec::new();
    let zeros = std::io::repeat(b' ').take(MAX_BYTES + 10);
    DeflateEncoder::new(zeros, Compression::best())
        .read_to_end(&mut deflated)
        .unwrap();
    let text = format!("{MARK}{VERSION} {}", BASE64.encode(deflated));
    let fault = State::from_text(&text).unwrap_err();
    assert!(fault.found.starts_with("more than"), "{fault}");
}

#[test]
fn values_out_of_range_are_clamped() {
    let mut state = with_takes(1);
    state.current = Some(7);
    state.steps = 0;
    let read = State::from_text(&state.to_text().unwrap()).unwrap();
    assert_eq!((read.current, read.steps), (None, 1));
}

#[test]
fn deleting_another_take_keeps_the_current_one_current() {
    let mut state = with_takes(3);
    state.delete_take(0);
    assert_eq!(state.current_take().unwrap().name, "3 seed 2");
    state.delete_take(1);
    assert_eq!(state.current_take().unwrap().name, "2 seed 1");
    state.delete_take(0);
    assert_eq!(state.current, None);
}

#[cfg(unix)]
#[test]
fn paths_that_are_not_unicode_do_not_keep_the_takes_from_being_saved() {
    use std::os::unix::ffi::OsStringExt;

    use crate::features::ClipFeatures;
    use crate::time::Tempo;

    let path = PathBuf::from(std::ffi::OsString::from_vec(b"caf\xe9.mp4".to_vec()));
    let clip = ClipFeatures {
        duration: Seconds(2.0),
        ..ClipFeatures::default()
    };
    let mut state = with_takes(1);
    state.clip = Some(SavedClip::new(path.clone(), &clip, Tempo::DEFAULT));
    state.model = Some(path);
    let read = State::from_text(&state.to_text().unwrap()).unwrap();
    assert_eq!(read.takes, state.takes);
    let expected = PathBuf::from("caf\u{fffd}.mp4");
    assert_eq!(read.clip.unwrap().path, expected);
    assert_eq!(read.model, Some(expected));
}

#[test]
fn impossible_notes_of_a_saved_draft_are_left_out_and_overlaps_shortened() {
    let mut json = serde_json::to_value(with_takes(1)).unwrap();
    let draft = &mut json["takes"][0]["draft"];
    let note = |start: f64, length: f64, pitch: u8, velocity: u8| json!({"start": start, "length": length, "pitch": pitch, "velocity": velocity});
    draft["notes"] = json!([
        note(0.0, 1.0, 128, 90),
        note(-0.5, 1.0, 60, 90),
        note(32768.0, 1.0, 60, 90),
        note(0.0, 0.0, 60, 90),
        note(0.0, 1e12, 60, 90),
        note(4.0, 1.0, 60, 90),
        note(0.0, 8.0, 60, 0),
    ]);
    draft["bars"] = json!(0);
    draft["cuts"] = json!([4.0, 2.0]);
    let text = json.to_string();
    let state: State = serde_json::from_str(&text).unwrap();
    let score = &state.takes[0].draft.score;
    let notes = score.notes().iter();
    let notes: Vec<_> = notes.map(|n| (n.start.0, n.length.0, n.velocity)).collect();
    assert_eq!(notes, [(0.0, 4.0, 1), (4.0, 1.0, 90)]);
    assert_eq!(score.bars(), Bars(1));
    assert_eq!(score.cuts(), [Beats(2.0), Beats(4.0)]);
}

#[test]
fn of_too_many_takes_the_oldest_are_left_out_but_not_the_current_one() {
    let mut state = with_takes(2);
    state.takes.extend(vec![state.takes[1].clone(); MAX_TAKES]);
    state.current = Some(0);
    let (text, left_out) = state.to_text_that_fits().unwrap();
    let read = State::from_text(&text).unwrap();
    assert_eq!((read.takes.len(), left_out), (MAX_TAKES, 2));
    assert_eq!(read.current_take(), state.current_take());
    assert_eq!(state.within_limits(), read);
}

#[test]
fn names_of_takes_do_not_repeat_after_a_deletion() {
    let mut state = with_takes(3);
    state.delete_take(0);
    state.add_take(draft(9), 0);
    let names: Vec<&str> = state.takes.iter().map(|take| take.name.as_str()).collect();
    assert_eq!(names, ["2 seed 1", "3 seed 2", "4 seed 9"]);
}

#[test]
fn a_device_that_this_build_lacks_becomes_the_cpu() {
    let with_device = |device: &str| -> State {
        let mut json = serde_json::to_value(with_takes(1)).unwrap();
        json["device"] = device.into();
        serde_json::from_value(json).unwrap()
    };
    assert_eq!(with_device("abacus"), with_takes(1));
    for kind in DeviceKind::ALL {
        let read = with_device(kind.name()).device;
        assert_eq!(read == kind, kind.is_compiled_in(), "{kind}");
        assert!(read.is_compiled_in());
    }
}

#[test]
fn curves_hits_and_quiet_stretches_come_back_and_impossible_ones_do_not() {
    let mut state = with_takes(1);
    state.curves[CurveId::Lead].draw((3, -1.0), (5, 1.0));
    state.curves[CurveId::Cue(Cue::Density)].armed = true;
    state.hits = vec![MarkedHit::new(Seconds(2.5), 3)];
    state.hits[0].name = "door".to_owned();
    let stretch = "4-6.5".parse().unwrap();
    state.quiet = marked(&[], stretch, Some(QuietKind::NoMusic));
    assert_eq!(State::from_text(&state.to_text().unwrap()).unwrap(), state);

    let mut json = serde_json::to_value(&state).unwrap();
    json["hits"] = json!([{"at": -1.0, "weight": 1}, {"at": 1.0, "weight": 9}]);
    json["quiet"] = json!([{"from": 3.0, "to": 3.0, "kind": "thin"}]);
    json["curves"] = json!({"lead": {"values": [9.0, null]}, "unknown": {}});
    let read: State = serde_json::from_value(json).unwrap();
    let read = read.within_limits();
    assert_eq!(read.hits, [MarkedHit::new(Seconds(1.0), 3)]);
    assert_eq!(read.quiet, []);
    assert_eq!(read.curves[CurveId::Lead].values(), [Some(1.0)]);
}

#[test]
fn a_state_saved_before_parts_had_outputs_has_each_on_its_own_channel() {
    let mut json = serde_json::to_value(with_takes(1)).unwrap();
    json.as_object_mut().unwrap().remove("outputs");
    let state: State = serde_json::from_value(json).unwrap();
    assert_eq!(state.outputs, Outputs::default());
}

#[test]
fn channels_and_octaves_are_saved_and_clamped() {
    let mut state = with_takes(1);
    state.outputs.bass.channel = 16;
    state.outputs.lead.octaves = -1;
    let text = state.to_text().unwrap();
    assert_eq!(State::from_text(&text).unwrap().outputs, state.outputs);
    state.outputs.bass.channel = 17;
    let text = state.to_text().unwrap();
    assert_eq!(State::from_text(&text).unwrap().outputs.bass.channel, 16);
}
