//! Curves, hits and stretches without music, drawn over the clip with the pointer.

use diff_bgm::conditioning::hits::{Hit, Side};
use diff_bgm::conditioning::quiet::{QuietKind, marked};
use diff_bgm::editor::HeadlessEditor;
use diff_bgm::instance::{CurveId, MarkedHit, State};
use diff_bgm::music::cues::Cue;
use diff_bgm::time::Seconds;
use plugin_hosts::Roll;
use plugin_hosts::clap::{Playing, Sent};
use plugin_hosts::desktop::Window;

use super::{ACCENT, clip_and_steps, place, saved_state, screen, shot, wait_for, with};

/// Returns the place of a share of the row that is labelled `row`, along it and down.
fn in_row(window: &Window, state: &State, row: &str, along: f32, down: f32) -> (i16, i16) {
    let editor = HeadlessEditor::new(state, window.size);
    let rect = editor
        .rect_of(row)
        .unwrap_or_else(|| panic!("no row {row}"));
    let place = rect.lerp_inside([along, down]);
    (place.x as i16, place.y as i16)
}

#[test]
fn what_is_drawn_over_the_clip_is_saved() {
    let Some(_turn) = screen() else { return };
    let state = clip_and_steps(1);
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    let at = |row, along, down| in_row(&window, &state, row, along, down);
    window.drag(
        at("Mode curve", 0.1, 0.9),
        at("Mode curve", 0.5, 0.2),
        || (),
    );
    let drawn = wait_for(&mut instance, |state| !state.curves.is_empty());
    let mode = drawn.curves[CurveId::Cue(Cue::Mode)].values();
    let line: Vec<f32> = mode.iter().copied().flatten().collect();
    assert!(line.len() > 20 && line.is_sorted(), "{line:?}");
    // The first cut of the clip.
    let clip = state.clip.as_ref().unwrap();
    let share = |at: Seconds| (at.0 / 30.0) as f32;
    let cut = clip.shots[0];
    window.click(at("Hits", share(cut), 0.5));
    let hit = wait_for(&mut instance, |state| !state.hits.is_empty());
    assert_eq!(hit.hits, [MarkedHit::new(cut, 1)]);
    let (from, to) = (at("Picture", 0.7, 0.5), at("Picture", 0.8, 0.5));
    window.drag(from, to, || ());
    let picture = shot(&window, "quiet-menu");
    assert!(picture.contains(ACCENT));
    window.click((to.0 + 40, to.1 + 22));
    let quiet = wait_for(&mut instance, |state| !state.quiet.is_empty());
    assert_eq!(quiet.quiet[0].kind, QuietKind::NoMusic);
    assert!((quiet.quiet[0].from.0 - 21.0).abs() < 0.5, "{quiet:?}");
    shot(&window, "drawn-lanes");
    window.close(&mut instance);
}

#[test]
fn hits_and_quiet_stretches_of_a_project_are_shown() {
    let Some(_turn) = screen() else { return };
    let mut state = clip_and_steps(1);
    let named = |at: f64, weight, side, name: &str| MarkedHit {
        hit: Hit {
            at: Seconds(at),
            weight,
            side,
        },
        name: name.to_owned(),
    };
    state.hits = vec![
        named(4.0, 3, Side::Late, "door"),
        named(25.0, 2, Side::Early, "splash"),
    ];
    let stretch = |text: &str| text.parse().unwrap();
    state.quiet = marked(&[], stretch("14-20"), Some(QuietKind::Thin));
    state.quiet = marked(&state.quiet, stretch("27-30"), Some(QuietKind::NoMusic));
    for (number, id) in CurveId::ALL.into_iter().enumerate() {
        state.curves[id].draw((8, -0.8), (30 + 4 * number, 0.8));
    }
    state.curves[CurveId::Cue(Cue::Density)].armed = true;
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    let picture = shot(&window, "marked-lanes");
    assert!(picture.contains(ACCENT));
    let editor = HeadlessEditor::new(&state, window.size);
    for row in ["Polyphony curve", "Accent curve", "Lead curve"] {
        assert!(editor.rect_of(row).is_some(), "{row}");
    }
    window.close(&mut instance);
}

#[test]
fn the_hosts_automation_of_an_armed_slider_becomes_its_curve() {
    let Some(_turn) = screen() else { return };
    let state = clip_and_steps(1);
    let mut instance = with(&state);
    let register = instance.parameter("Register");
    let window = Window::open(&mut instance);
    window.click(place(&window, &state, "Record register"));
    let id = CurveId::Cue(Cue::Register);
    wait_for(&mut instance, |state| state.curves[id].armed);
    let mut playing = Playing::start(instance, 2);
    for beat in 0..6 {
        // Hosts count from 0 to 1.
        let value = 0.25 + 0.1 * f64::from(beat);
        let roll = Roll::from(f64::from(beat) + 0.1);
        playing.block_with(Some(roll), 512, &[Sent::Value(0, register, value)]);
        // The window looks about thirty times a second.
        std::thread::sleep(std::time::Duration::from_millis(400));
    }
    shot(&window, "recording");
    let stopped = Roll {
        playing: false,
        ..Roll::from(6.0)
    };
    playing.block_with(Some(stopped), 512, &[]);
    let recorded = wait_for(&mut playing.instance, |state| state.curves[id].is_drawn());
    let values: Vec<f32> = recorded.curves[id]
        .values()
        .iter()
        .copied()
        .flatten()
        .collect();
    assert_eq!(values.len(), 6, "{values:?}");
    for (value, expected) in values.iter().zip([-0.5, -0.3, -0.1, 0.1, 0.3, 0.5]) {
        assert!((value - expected).abs() < 0.011, "{values:?}");
    }
    window.click(place(&window, &recorded, "Record register"));
    let drawn = wait_for(&mut playing.instance, |state| !state.curves[id].armed);
    assert_eq!(drawn.curves[id].values(), recorded.curves[id].values());
    assert_eq!(saved_state(&mut playing.instance).curves, drawn.curves);
    window.close(&mut playing.instance);
}
