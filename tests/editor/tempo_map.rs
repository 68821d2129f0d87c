//! A film under a tempo map in the window: its cuts lie at their seconds.

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::features::ClipFeatures;
use diff_bgm::instance::{SavedClip, State};
use diff_bgm::music::tempo_map::{TempoChange, TempoMap};
use diff_bgm::time::{Beats, Seconds, Tempo};
use plugin_hosts::Roll;
use plugin_hosts::clap::{Playing, RATE_HZ};
use plugin_hosts::desktop::Window;

use super::{ACCENT, screen, shot, with};

/// From 60 to 180 BPM, with cuts at 10, 30 and 50 seconds of 60.
fn tempo_map() -> TempoMap {
    let changes = [(0.0, 60.0), (16.0, 90.0), (32.0, 120.0), (56.0, 180.0)];
    let change = |(at, bpm)| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(bpm).unwrap(),
    };
    TempoMap::new(changes.map(change).into()).unwrap()
}

fn play(playing: &mut Playing, to: f64) {
    let map = tempo_map();
    playing.frames = 0;
    while (playing.frames as f64) < to * RATE_HZ {
        let second = playing.frames as f64 / RATE_HZ;
        let beat = map.beat_at(Seconds(second));
        let roll = Roll {
            tempo_bpm: map.tempo_at(beat).bpm(),
            seconds: Some(second),
            ..Roll::from(beat.0)
        };
        playing.block(Some(roll), 512);
    }
}

#[test]
fn cuts_are_shown_at_their_seconds_once_the_host_has_played_its_tempo_map() {
    let Some(_turn) = screen() else { return };
    let map = tempo_map();
    let cuts = [10.0, 30.0, 50.0].map(Seconds);
    let film = ClipFeatures {
        duration: Seconds(60.0),
        shots: cuts.into(),
        ..ClipFeatures::default()
    };
    let state = State {
        clip: Some(SavedClip::new("film.mp4".into(), &film, Tempo::DEFAULT)),
        cut_weight: 1,
        ..State::default()
    };
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    let row = HeadlessEditor::new(&state, window.size).rect_of("Hits");
    let row = row.expect("a row of hits");
    let mut playing = Playing::start(instance, 2);
    play(&mut playing, 12.0);
    let ahead = shot(&window, "tempo-ahead");
    play(&mut playing, 61.0);
    let known = shot(&window, "tempo-known");
    assert!(ahead.pixels != known.pixels);
    let bars = (map.beat_at(Seconds(60.0)).0 / 4.0).ceil();
    let y = row.center().y as usize;
    for cut in cuts {
        let share = map.beat_at(cut).0 / (4.0 * bars);
        let x = f64::from(row.left()) + share * f64::from(row.width());
        let at = |x: usize| known.pixels[y * known.width + x];
        assert_eq!(at(x.round() as usize), ACCENT, "no cut at {cut:?}");
        assert_ne!(at(x.round() as usize + 12), ACCENT);
    }
    window.close(&mut playing.instance);
}
