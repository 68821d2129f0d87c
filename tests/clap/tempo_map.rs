//! A film under a tempo map: the host is at 60 BPM when it begins and at 180 when it ends.

use diff_bgm::conditioning::placement::{Alignment, Placement};
use diff_bgm::features::ClipFeatures;
use diff_bgm::instance::SavedClip;
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::music::tempo_map::{TempoChange, TempoMap};
use diff_bgm::time::{Seconds, Tempo};
use plugin_hosts::clap::{RATE_HZ, Sent};

use super::drafting::{saved_state, wait_for_takes_in};
use super::*;

const BLOCK: u32 = 512;
const MILLISECOND: f64 = 1e-3;
const BPMS: [(f64, f64); 4] = [(0.0, 60.0), (16.0, 90.0), (32.0, 120.0), (56.5, 180.0)];

fn tempo_map() -> TempoMap {
    let change = |(at, bpm)| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(bpm).unwrap(),
    };
    TempoMap::new(BPMS.map(change).into()).unwrap()
}

fn at(second: f64, playing: bool) -> Roll {
    let map = tempo_map();
    let beat = map.beat_at(Seconds(second));
    Roll {
        playing,
        tempo_bpm: map.tempo_at(beat).bpm(),
        seconds: Some(second),
        ..Roll::from(beat.0)
    }
}

/// The host plays a minute.
fn play_through(playing: &mut Playing) {
    playing.heard.clear();
    playing.frames = 0;
    while playing.frames < 61 * RATE_HZ as u64 {
        playing.block(Some(at(playing.frames as f64 / RATE_HZ, true)), BLOCK);
    }
    playing.block(Some(at(61.0, false)), BLOCK);
}

/// A film of a minute that cuts on sixteenths of the host: a cut is then where notes can be.
fn film() -> ClipFeatures {
    let map = tempo_map();
    let beats = [
        3.0, 9.25, 15.75, 20.5, 31.0, 40.25, 56.5, 57.25, 70.0, 101.75,
    ];
    ClipFeatures {
        duration: Seconds(60.0),
        shots: beats.map(|beat| map.seconds_at(Beats(beat))).into(),
        ..ClipFeatures::default()
    }
}

#[test]
fn each_cut_of_a_film_is_drafted_hit_played_and_exported_at_its_second_to_a_millisecond() {
    let (map, film) = (tempo_map(), film());
    let state = State {
        clip: Some(SavedClip::new("film.mp4".into(), &film, Tempo::DEFAULT)),
        steps: 1,
        cut_weight: 3,
        ..State::default()
    };
    let mut instance = instance(NOTE_EFFECT);
    let state = project::saved(&state.to_text().unwrap());
    assert!(instance.load(&project::for_clap(&state)));
    let mut playing = Playing::start(instance, 0);
    play_through(&mut playing);
    let known = saved_state(&mut playing).host_tempo;
    assert_eq!(known.map(None), Some(map.clone()));

    let standing = Some(at(0.0, false));
    let generate = playing.instance.parameter("Generate");
    playing.block_with(standing, 64, &[Sent::Value(0, generate, 1.0)]);
    playing.block(standing, 64);
    let state = wait_for_takes_in(&mut playing, 1, standing);
    let draft = &state.current_take().unwrap().draft;
    let settings = &draft.recipe.settings;
    let is_near = |one: Seconds, other: Seconds| (one - other).0.abs() < MILLISECOND;

    // Drafted and hit.
    let cuts = draft.score.cuts();
    assert_eq!(cuts.len(), film.shots.len());
    let placement = Placement {
        tempo_map: settings.tempo_map.clone(),
        clip_start: settings.clip_start,
        alignment: Alignment::Time,
    };
    for ((cut, hit), second) in cuts.iter().zip(&settings.hits).zip(&film.shots) {
        assert!(is_near(map.seconds_at(*cut), *second), "{cut:?}");
        let placed = hit.placed(&placement).unwrap();
        assert!(
            is_near(map.seconds_at(placed.step.beats()), *second),
            "{placed:?}"
        );
    }
    // Exported.
    let file = MidiFile::parse(&draft.to_midi().unwrap()).unwrap();
    let marked = file
        .markers
        .iter()
        .filter(|marker| marker.text.starts_with("cut "));
    let marked: Vec<Seconds> = marked.map(|marker| file.seconds_at(marker.at)).collect();
    assert_eq!(marked.len(), film.shots.len());
    for (marked, second) in marked.iter().zip(&film.shots) {
        assert!(is_near(*marked, *second), "{marked:?} for {second:?}");
    }
    // Played.
    play_through(&mut playing);
    let begun = playing
        .heard
        .iter()
        .filter_map(|(frame, heard)| match heard {
            Heard::On { .. } => Some(*frame as f64 / RATE_HZ),
            Heard::Off { .. } => None,
        });
    let begun: Vec<f64> = begun.collect();
    let notes = draft.score.notes();
    assert_eq!(begun.len(), notes.len());
    for (begun, note) in begun.iter().zip(notes) {
        assert!(
            is_near(Seconds(*begun), map.seconds_at(note.start)),
            "{note:?}"
        );
    }
    let on_cuts = cuts.iter().filter(|cut| {
        let is_there = |second: &&f64| is_near(Seconds(**second), map.seconds_at(**cut));
        begun.iter().any(|second| is_there(&second))
    });
    assert!(on_cuts.count() >= cuts.len() / 2);
}
