//! Songs, their windows, and `bgm evaluate`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use diff_bgm::conditioning::cue_scale::CueScale;
use diff_bgm::dataset::pop909::{self, Song};
use diff_bgm::diffusion::model::Model;
use diff_bgm::music::cues::Cue;
use diff_bgm::music::decode::decode;
use diff_bgm::music::piano_roll::{PitchRange, RollPart};
use diff_bgm::time::Steps;

use crate::songs::{data_set, write_song};

fn first_song(data: &Path) -> diff_bgm::Result<Song> {
    pop909::song_folders(data)?[0].read()
}

#[test]
fn every_twentieth_song_is_held_out() {
    let data = tempfile::tempdir().unwrap();
    for name in ["001", "002", "020", "021", "041", "index"] {
        fs::create_dir(data.path().join(name)).unwrap();
    }
    let songs = pop909::song_folders(data.path()).unwrap();
    let held_out: Vec<&str> = (songs.iter())
        .filter(|song| song.is_held_out())
        .map(|song| song.name())
        .collect();
    assert_eq!((songs.len(), held_out), (5, vec!["001", "021", "041"]));
}

#[test]
fn a_window_has_the_notes_chords_and_cues_of_its_eight_bars() {
    let data = data_set();
    let song = first_song(data.path()).unwrap();
    assert_eq!(song.segment_starts, [0, 4, 8, 12, 16]);

    let window = song.window(4, PitchRange::new(24, 80).unwrap());
    let notes = decode(&window.roll);
    // 8 bars of three chord and four melody notes; the earlier bass note only sustains, and drums are left out.
    assert_eq!(notes.len(), 8 * 7);
    let first: Vec<(u32, u8, u32)> = (notes.iter())
        .filter(|note| note.start < Steps(4))
        .map(|note| (note.start.0, note.pitch, note.end.0))
        .collect();
    assert_eq!(first, [(0, 45, 16), (0, 48, 16), (0, 52, 16), (0, 79, 2)]);
    let held = |step: usize| window.roll.sustain(RollPart::All)[step * 80 + 40 - 24];
    assert_eq!([held(0), held(3), held(4)], [1.0, 1.0, 0.0]);

    let (first, second) = (&window.cues[0], &window.cues[1]);
    assert_eq!(first.get(Cue::Accent), 4.0);
    assert_eq!(second.get(Cue::Accent), 1.0);
    // Onsets 4, 4 and 1 with weights 1, 2 and 1.
    assert_eq!(first.get(Cue::Density), 3.25);
    // Sounding cells per beat, 4 · 4 + 2 and 4 · 3 + 2, give 4.5, 4.5 and 3.5.
    assert_eq!(first.get(Cue::Polyphony), 4.25);
    // Of beats -4 to 4, with the first repeated, only the last is in C major.
    assert!((first.get(Cue::Mode) - 1.0 / 9.0).abs() < 1e-6);
    assert_eq!(window.chords[0].unwrap().bass, 9);
    assert_eq!(window.chords[4].unwrap().bass, 0);
}

#[test]
fn cues_of_a_window_become_rows_for_a_model() {
    let data = data_set();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cues.safetensors");
    let model = Model::load(&path, &candle_core::Device::Cpu).unwrap();
    let window = (first_song(data.path()).unwrap()).window(0, model.pitches());
    let rows = CueScale::new(model.config()).unwrap().rows(&window.cues);
    assert_eq!((rows.beats(), rows.width()), (32, 10));
    assert!((0..32).all(|beat| rows.row(beat)[..5].iter().all(|cue| cue.abs() <= 1.0)));
    assert!((0..32).all(|beat| rows.row(beat)[5..] == [1.0; 5]));
    // Four notes on a downbeat are above the median, one is below.
    assert!(rows.row(0)[4] > 0.0 && rows.row(1)[4] < 0.0);
}

#[test]
fn errors_in_a_song_name_the_file() {
    let data = tempfile::tempdir().unwrap();
    let folder = write_song(data.path(), "001");
    let fault = || first_song(data.path()).unwrap_err().to_string();
    for (name, text, words) in [
        ("chord_midi.txt", "0 1 H:maj", ["H:maj", "in line 1"]),
        ("beat_midi.txt", "0 1", ["`0 1`", "in line 1"]),
        ("001.mid", "no music", ["001.mid", "expected"]),
    ] {
        let path = folder.join(name);
        let good = fs::read(&path).unwrap();
        fs::write(&path, text).unwrap();
        let fault = fault();
        assert!(fault.contains(name), "{fault}");
        assert!(words.iter().all(|word| fault.contains(word)), "{fault}");
        fs::write(&path, good).unwrap();
    }
    fs::remove_file(folder.join("beat_midi.txt")).unwrap();
    assert!(fault().contains("beat_midi.txt"));

    let without_songs = tempfile::tempdir().unwrap();
    let fault = pop909::song_folders(without_songs.path())
        .unwrap_err()
        .to_string();
    assert!(fault.contains("one folder a song"), "{fault}");
}

#[test]
fn a_cache_file_has_the_songs_of_the_folder_and_a_damaged_one_is_rejected() {
    let data = data_set();
    let cache = data.path().join("music.safetensors");
    let read = |data: &Path, cache: Option<&Path>| pop909::read_songs(data, cache, &mut |_| {});
    let songs = read(data.path(), Some(&cache)).unwrap();
    assert_eq!(songs.len(), 2);
    assert_eq!(songs.iter().filter(|song| song.is_held_out()).count(), 1);
    let single: Vec<Song> = (pop909::song_folders(data.path()).unwrap().iter())
        .map(|folder| folder.read().unwrap())
        .collect();
    assert_eq!(songs, single);
    assert_eq!(read(&cache, None).unwrap(), songs);
    assert_eq!(read(Path::new("nowhere"), Some(&cache)).unwrap(), songs);

    let good = fs::read(&cache).unwrap();
    let header = 8 + u64::from_le_bytes(*good.first_chunk().unwrap()) as usize;
    let refused = |bytes: &[u8]| {
        fs::write(&cache, bytes).unwrap();
        let fault = read(&cache, None).unwrap_err().to_string();
        assert!(fault.contains("music.safetensors"), "{fault}");
        fault
    };
    for length in [0, 7, header - 1, header, good.len() - 1] {
        refused(&good[..length]);
    }
    // All arrays are of bytes or little-endian 32-bit numbers, none of which may be this large.
    for place in (header..good.len()).step_by(97) {
        let mut bytes = good.clone();
        let end = (place + 8).min(bytes.len());
        bytes[place..end].fill(0xFF);
        refused(&bytes);
    }
    let text =
        String::from_utf8_lossy(&good[8..header]).replace("diff-bgm-music/1", "diff-bgm-music/9");
    let mut other = good[..8].to_vec();
    other.extend(text.as_bytes());
    other.extend(&good[header..]);
    assert!(refused(&other).contains("diff-bgm-music/1"));
}

/// Takes few sampling steps to be quick; the tests do not depend on their number.
fn bgm_evaluate(data: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bgm"))
        .args(["evaluate", "--segments", "2", "--steps", "2", "--model"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("models/cues.safetensors"))
        .arg("--data")
        .arg(data)
        .args(arguments)
        .current_dir(data)
        .output()
        .unwrap()
}

#[test]
fn evaluate_compares_real_and_generated_music_in_a_table_json_and_a_picture() {
    let data = data_set();
    let files = ["--json", "figures.json", "--sheet", "sheet.png"];
    let output = bgm_evaluate(data.path(), &files);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("mode agreement"), "{table}");

    let text = fs::read_to_string(data.path().join("figures.json")).unwrap();
    let figures: serde_json::Value = serde_json::from_str(&text).unwrap();
    for key in [
        "pche",
        "gps",
        "si",
        "notes_per_beat",
        "polyphony",
        "in_scale",
    ] {
        assert!(figures[key]["real"].is_number(), "{key} in {text}");
        assert!(figures[key].get("generated").is_some(), "{key} in {text}");
        assert!(figures["oa"].get(key).is_some(), "{key} in {text}");
    }
    for cue in Cue::ALL.map(Cue::name) {
        assert!(
            figures["cue_spearman"].get(cue).is_some(),
            "{cue} in {text}"
        );
    }
    for key in ["mode_agreement", "accent_hits", "empty_bars", "seconds"] {
        assert!(figures.get(key).is_some(), "{key} in {text}");
    }
    for rank in ["5", "10", "20"] {
        assert!(
            figures["precision_at"][rank].is_number(),
            "{rank} in {text}"
        );
    }
    // The real music is all in C major, and follows its own accents.
    assert_eq!(figures["in_scale"]["real"], 1.0);
    assert_eq!(figures["real_following"]["accent_hits"], 1.0);
    assert_eq!(figures["segments"], 2);

    let key = fs::read_to_string(data.path().join("sheet.key.json")).unwrap();
    let key: serde_json::Value = serde_json::from_str(&key).unwrap();
    assert_eq!(key.as_array().unwrap().len(), 2);
    assert_eq!(key[0]["song"], "001");
    let picture = fs::read(data.path().join("sheet.png")).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
}

#[test]
fn evaluate_rejects_invalid_arguments_before_it_starts() {
    let data = data_set();
    let failure = |arguments: &[&str]| {
        let output = bgm_evaluate(data.path(), arguments);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(failure(&["--in-chord", "3"]).contains("hold on the chords"));
    assert!(failure(&["--consonance", "2"]).contains("a consonance of 2"));
    assert!(failure(&["--sheet", "sheet.gif"]).contains("sheet.gif"));
    assert!(failure(&["--json", "missing/figures.json"]).contains("figures.json"));
    fs::remove_dir_all(data.path().join("001")).unwrap();
    assert!(failure(&[]).contains("held-out"));
}
