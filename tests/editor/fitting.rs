//! Windows of other sizes and scales than the usual.

use std::env;

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::generator::Draft;
use diff_bgm::instance::{CurveId, MarkedHit, State};
use diff_bgm::music::chord::ChordChange;
use diff_bgm::music::cues::Cue;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats, Seconds};
use plugin_hosts::desktop::{Picture, Window, set_dots_per_inch};
use plugin_hosts::vst3::{Playing as Vst3, View};
use plugin_hosts::{library_of_this_test, project};

use super::{ACCENT, LARGE_SCREEN, clip_and_steps, screen, shot, with, with_clip};

/// The dots an inch of the usual scale.
const DPI: u32 = 96;

/// Returns the pixel beside the text of the button Generate in a window whose contents are laid out in `points`.
fn generate(picture: &Picture, points: (u16, u16)) -> [u8; 3] {
    let editor = HeadlessEditor::new(&clip_and_steps(4), points);
    let (x, y) = editor.middle_of("Generate").expect("a button");
    let pixels_each = picture.width as f64 / f64::from(points.0);
    let pixel = |place: i16| (f64::from(place) * pixels_each) as usize;
    picture.pixels[pixel(y - 14) * picture.width + pixel(x)]
}

/// A desktop at twice the usual scale, until this is dropped.
struct Scaled;

impl Scaled {
    fn twice() -> Self {
        set_dots_per_inch(Some(2 * DPI));
        Self
    }
}

impl Drop for Scaled {
    fn drop(&mut self) {
        set_dots_per_inch(None);
    }
}

#[test]
fn at_scale_2_a_vst3_host_opens_a_window_with_room_for_everything() {
    let Some(_turn) = screen() else { return };
    let plugin = Vst3::start(&library_of_this_test());
    let state = project::saved(&clip_and_steps(4).to_text().unwrap());
    assert!(plugin.load(&project::for_vst3(&state)));
    let _scaled = Scaled::twice();
    let view = View::open(&plugin);
    // The screen has 1600 × 1200 pixels, and the host gets a share of them.
    assert_eq!(view.size, (1520, 1032));
    let picture = shot(&view, "vst3-twice");
    let points = (900, 611);
    assert_eq!(generate(&picture, points), ACCENT);
}

#[test]
fn at_scale_2_a_clap_host_opens_the_same_window() {
    let Some(_turn) = screen() else { return };
    let _scaled = Scaled::twice();
    let mut instance = with_clip(4);
    let window = Window::open(&mut instance);
    assert_eq!(window.size, (1520, 1032));
    assert_eq!(generate(&shot(&window, "clap-twice"), (900, 611)), ACCENT);
    window.close(&mut instance);
}

#[test]
fn a_window_that_is_too_small_shows_everything_smaller_and_is_clicked_where_it_shows() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_clip(4);
    let mut window = Window::open(&mut instance);
    window.resize(&mut instance, (600, 420));
    let points = (900, 630);
    let picture = shot(&window, "small");
    assert_eq!(generate(&picture, points), ACCENT);
    let editor = HeadlessEditor::new(&clip_and_steps(4), points);
    let (x, y) = editor.middle_of("Open clip…").expect("a button");
    window.click((x * 2 / 3, y * 2 / 3));
    let picture = shot(&window, "small-clicked");
    assert!(picture.count(super::is_red) > 20, "no dialog was asked for");
    window.resize(&mut instance, (1040, 660));
    let picture = shot(&window, "laptop");
    assert_eq!(generate(&picture, (1040, 660)), ACCENT);
    window.close(&mut instance);
}

/// A clip with a take of its length, and something of everything that can be set on it.
fn desk() -> State {
    let note = |start: f64, length: f64, pitch, part| Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 84,
        part,
    };
    let mut notes = Vec::new();
    for bar in 0..15_u8 {
        let (start, root) = (
            f64::from(bar) * 4.0,
            45 + [0, 8, 3, 10][usize::from(bar % 4)],
        );
        notes.push(note(start, 3.5, root - 12, Part::Bass));
        for beat in 0..4 {
            let at = start + f64::from(beat);
            notes.push(note(at, 0.5, root + 15, Part::Chords));
            notes.push(note(at + 0.5, 0.5, root + 7 + 5 * (beat % 2), Part::Chords));
            notes.push(note(at, 0.75, root + 24 + beat * 2, Part::Lead));
        }
    }
    notes.sort_by(Note::position);
    let chord = |bar: usize| ChordChange {
        start: Beats(4.0 * bar as f64),
        symbol: ["Am", "F", "C", "G"][bar % 4].to_owned(),
    };
    let draft = Draft {
        score: Score::repaired(RawScore {
            notes,
            bars: Bars(15),
            chords: (0..15).map(chord).collect(),
            ..RawScore::default()
        }),
        ..Draft::default()
    };
    let mut state = clip_and_steps(4);
    state.add_take(draft.clone(), 0);
    state.add_take(draft, 0);
    state.locks.bars = [0, 1, 2].into();
    state.hits = vec![
        MarkedHit::new(Seconds(6.0), 3),
        MarkedHit::new(Seconds(23.0), 1),
    ];
    state.curves[CurveId::Cue(Cue::Density)].draw((20, -0.5), (40, 0.9));
    state
}

#[test]
fn the_desk_fills_a_large_window_and_stays_whole_in_a_small_one_at_either_scale() {
    let Some(_turn) = screen() else { return };
    let Some(Some(large)) = LARGE_SCREEN.get() else {
        return;
    };
    let usual = env::var_os("DISPLAY").expect("a screen");
    // SAFETY: it is this test's turn, so no other thread reads the environment.
    unsafe { env::set_var("DISPLAY", &large.display) };
    let mut instance = with(&desk());
    let mut window = Window::open(&mut instance);
    let panel = |picture: &Picture| {
        let is_lit =
            |x: usize| (0..picture.height).any(|y| picture.pixels[y * picture.width + x] == ACCENT);
        (0..picture.width).filter(|&x| is_lit(x)).count()
    };
    window.resize(&mut instance, (1040, 660));
    let small = panel(&shot(&window, "desk-small"));
    window.resize(&mut instance, (1920, 1200));
    let filled = panel(&shot(&window, "desk-large"));
    window.close(&mut instance);
    let scaled = Scaled::twice();
    let window = Window::open(&mut instance);
    let twice = panel(&shot(&window, "desk-twice"));
    window.close(&mut instance);
    drop(scaled);
    // SAFETY: as above.
    unsafe { env::set_var("DISPLAY", usual) };
    // The button alone is 150 points wide.
    assert!(
        small > 140 && filled > 140 && twice > 280,
        "{small} {filled} {twice}"
    );
}
