use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::*;
use crate::diffusion::config::ModelConfig;
use crate::formats::safetensors_file::Container;
use crate::music::piano_roll::{RollPart, is_on};

/// Written by `tests/fixtures/numpy/make_parts.py`.
const SMALL: &[u8] = include_bytes!("../../../tests/fixtures/numpy/parts.npz");
/// The whole music, where it is at hand.
const WHOLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/parts/all.npz");

fn pitches() -> PitchRange {
    PitchRange::new(24, 80).unwrap()
}

fn small() -> PartsCache {
    PartsCache::parse(Cursor::new(SMALL)).unwrap()
}

fn held_out(cache: &PartsCache) -> Vec<WindowPlace> {
    let places = cache.places().iter().copied();
    places.filter(|place| place.held_out).collect()
}

/// The sums of the planes of a window's roll, of the columns of its row, and the rows' values at beat 5.
fn sums(window: &Window) -> (Vec<f32>, Vec<f32>) {
    let plane = window.roll.values().len() / 4;
    let planes = window.roll.values().chunks_exact(plane);
    let model = parts_config();
    let conditioning = window.conditioning(&model).unwrap();
    let rows = conditioning.rows();
    let column = |column: usize| (0..32).map(|beat| rows.row(beat)[column]).sum();
    (
        planes.map(|plane| plane.iter().sum()).collect(),
        (0..rows.width()).map(column).collect(),
    )
}

fn parts_config() -> ModelConfig {
    let bytes = include_bytes!("../../../models/default.safetensors");
    let container = Container::parse(bytes).unwrap();
    ModelConfig::from_json(&container.metadata["config"]).unwrap()
}

fn assert_near(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert!(
            (found - expected).abs() <= tolerance,
            "{index}: {found}, not {expected}"
        );
    }
}

#[test]
fn windows_are_listed_piece_by_piece_with_style_and_metre() {
    let cache = small();
    let found: Vec<(usize, Style, bool, Option<String>)> = (cache.places().iter())
        .map(|&place| {
            let window = cache.window(place, 0, pitches());
            let metre = window.metre.map(|metre| metre.to_string());
            (place.piece, place.style, place.held_out, metre)
        })
        .collect();
    let mut pieces = found.clone();
    pieces.dedup();
    let metre = |text: &str| Some(text.to_owned());
    let expected = [
        (0, Style::Pop, true, metre("4/4")),
        (1, Style::Pop, false, metre("4/4")),
        (2, Style::Pop, true, metre("4/4")),
        (3, Style::Song, true, metre("3/4")),
        (4, Style::Song, true, metre("6/8")),
        // Every third bar has two beats.
        (5, Style::Strings, true, None),
        (6, Style::Strings, true, metre("4/4")),
    ];
    assert_eq!(pieces, expected);
    assert_eq!(found.iter().filter(|window| window.0 == 3).count(), 6);
}

/// Numbers of `parts.py`, the reference of the network's training.
#[test]
fn rolls_and_rows_are_those_of_the_reference() {
    let cache = small();
    let held_out = held_out(&cache);
    let window = cache.window(held_out[2], 0, pitches());
    let (planes, columns) = sums(&window);
    assert_eq!(planes, [24.0, 44.0, 88.0, 200.0]);
    #[rustfmt::skip]
    let expected = [
        -20.1601, -23.6301, -21.8699, 3.9196, -9.36, 2.0, 8.4171, 32.0, 32.0, 32.0, 32.0, 32.0, 32.0, 32.0,
        8.0, 8.0, 32.0, 8.0, 0.0, 32.0, 32.0, 0.0, 0.0,
    ];
    assert_near(&columns, &expected, 2e-3);

    let window = cache.window(held_out[11], 0, pitches());
    let (planes, columns) = sums(&window);
    assert_eq!(planes, [27.0, 64.0, 97.0, 203.0]);
    #[rustfmt::skip]
    let expected = [
        -16.2401, -18.8402, -25.0043, 2.5996, -4.54, 13.5, 0.0, 32.0, 32.0, 32.0, 32.0, 32.0, 32.0, 0.0,
        13.0, 3.0, 32.0, 11.0, 0.0, 32.0, 0.0, 32.0, 0.0,
    ];
    assert_near(&columns, &expected, 2e-3);
    assert_eq!(window.tempo_bpm, [None; 32]);
}

#[test]
fn a_transposed_window_has_the_same_rhythm_and_moved_chords() {
    let cache = small();
    let place = cache.places()[0];
    let (plain, higher) = (
        cache.window(place, 0, pitches()),
        cache.window(place, 3, pitches()),
    );
    let chord = plain.chords[0].unwrap();
    assert_eq!(higher.chords[0], Some(chord.transposed(3)));
    let onset = RollPart::Accompaniment;
    let struck = |window: &Window, pitch: usize| is_on(window.roll.onset(onset)[pitch - 24]);
    let lowest = (24..100).find(|&pitch| struck(&plain, pitch)).unwrap();
    assert!(struck(&higher, lowest + 3) && !struck(&higher, lowest));
    assert_eq!(plain.lead_shares, higher.lead_shares);
}

/// Returns the small cache with the bytes of an array's values changed.
fn changed(name: &str, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(SMALL)).unwrap();
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let names: Vec<String> = (0..archive.len())
        .map(|index| {
            archive
                .by_index(index)
                .unwrap()
                .name()
                .unwrap()
                .into_owned()
        })
        .collect();
    for member in names {
        let mut bytes = Vec::new();
        let mut file = archive.by_name(&member).unwrap();
        file.read_to_end(&mut bytes).unwrap();
        drop(file);
        if member == format!("{name}.npy") {
            change(&mut bytes);
        }
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(member, options).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn a_damaged_array_is_refused_by_name() {
    let refused = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let bytes = changed(name, change);
        PartsCache::parse(Cursor::new(bytes))
            .unwrap_err()
            .to_string()
    };
    let last_of = |byte: u8| move |bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() = byte;
    for (name, byte, words) in [
        ("lead", 3, "a cell of 3"),
        ("accompaniment", 9, "a cell of 9"),
        ("chords", 1, "a chord in `chords`"),
        ("compound", 0x7F, "in `compound`"),
        ("downbeat", 0x7F, "in `downbeat`"),
        ("tempo_bpm", 0xC2, "in `tempo_bpm`"),
        ("starts", 0x7F, "of `starts`"),
    ] {
        let fault = refused(name, &last_of(byte));
        assert!(fault.contains(words) && fault.contains(name), "{fault}");
    }
    for name in [
        "starts",
        "lead",
        "accompaniment",
        "chords",
        "modes",
        "tempo_bpm",
    ] {
        let fault = refused(name, &|bytes| bytes.truncate(bytes.len() - 8));
        assert!(fault.contains(name), "{fault}");
    }
    let fault = PartsCache::parse(Cursor::new(&SMALL[..200])).unwrap_err();
    assert!(fault.to_string().contains("zip archive"), "{fault}");
}

#[test]
fn an_archive_without_one_of_the_arrays_is_refused_by_its_name() {
    const SONG: &[u8] = include_bytes!("../../../tests/fixtures/numpy/song.npz");
    let fault = PartsCache::parse(Cursor::new(SONG))
        .unwrap_err()
        .to_string();
    assert!(fault.contains("downbeat"), "{fault}");
}

proptest! {
    #[test]
    fn random_changes_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        name in prop::sample::select(vec!["starts", "chords", "tempo_bpm", "downbeat"]),
    ) {
        let bytes = changed(name, |bytes| {
            for (index, byte) in &changes {
                let at = index.index(bytes.len());
                bytes[at] = *byte;
            }
        });
        if let Ok(cache) = PartsCache::parse(Cursor::new(bytes)) {
            for place in cache.places() {
                cache.window(*place, -5, pitches());
            }
        }
    }
}

/// Numbers of `parts.py`.
#[test]
fn windows_of_the_whole_music_are_those_of_the_reference() {
    if !Path::new(WHOLE).exists() {
        println!("skipped: {WHOLE} is missing");
        return;
    }
    let cache = PartsCache::read(Path::new(WHOLE)).unwrap();
    let held_out = held_out(&cache);
    assert_eq!((cache.places().len(), held_out.len()), (162_332, 7009));
    let pieces = held_out.chunk_by(|a, b| a.piece == b.piece).count();
    assert_eq!(pieces, 111);
    #[rustfmt::skip]
    let expected = [
        (0, 0, "4/4", [23.0, 12.0, 116.0, 205.0], [-8.6151, -18.6923, 3.0059, 2.6396, -13.2, -14.5, 5.4377],
            [19.0, 0.0, 8.0, 0.0]),
        (1234, 0, "4/4", [39.0, 29.0, 140.0, 285.0], [4.1399, 1.2795, 12.5345, -13.1203, 6.42, 1.5, 1.6997],
            [0.0, 0.0, 8.0, 0.0]),
        (4000, 0, "2/4", [48.0, 70.0, 281.0, 216.0], [28.17, 10.0693, 3.5055, 19.8395, 8.08, 27.0, 16.3508],
            [0.0, 0.0, 16.0, 0.0]),
        (4500, 5, "4/4", [32.0, 88.0, 159.0, 342.0], [0.8399, 2.7539, 10.316, 6.7196, -2.3834, 28.0, 10.3017],
            [0.0, 0.0, 8.0, 0.0]),
    ];
    for (index, semitones, metre, planes, cues, places) in expected {
        let window = cache.window(held_out[index], semitones, pitches());
        assert_eq!(window.metre.unwrap().to_string(), metre, "{index}");
        let (found, columns) = sums(&window);
        assert_eq!(found, planes, "{index}");
        assert_near(&columns[..7], &cues, 2e-2);
        let found = [14, 15, 17, 18].map(|column| columns[column]);
        assert_eq!(found, places, "{index}");
    }
}
