//! The editor in a real window: a host opens it on its own X server, clicks, types and takes screenshots.
//!
//! Widgets are clicked where [`HeadlessEditor`] says their labels are. The screenshots stay in `target/editor`. These tests
//! run only on Linux with Xvfb.
#![cfg(target_os = "linux")]

mod audition;
mod cut;
mod drag;
#[path = "../films/ffmpeg.rs"]
mod ffmpeg;
mod fitting;
mod focus;
mod lanes;
mod moods;
mod parts;
mod pictures;
mod reaper;
mod select;
mod session;
mod steer;
mod takes;
mod tempo;
mod tempo_map;
mod themes;
#[path = "../models/tiny_parts.rs"]
mod tiny_parts;
mod windows;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use std::{env, fs, thread};

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::{Draft, Recipe};
use diff_bgm::instance::{SavedClip, State};
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::time::{Bars, Beats, Tempo};
use plugin_hosts::clap::{INSTRUMENT, Instance, Library, Playing};
use plugin_hosts::desktop::{HostWindow, Key, Picture, Screen, Window};
use plugin_hosts::{Roll, library_of_this_test, project};

const ACCENT: [u8; 3] = [0xf2, 0xb8, 0x4b];

/// A screen of 1920 × 1200 pixels, once the other one is started.
static LARGE_SCREEN: OnceLock<Option<Screen>> = OnceLock::new();

/// Waits for the screen that all tests share. Returns `None` if there cannot be one.
fn screen() -> Option<MutexGuard<'static, ()>> {
    static SCREEN: OnceLock<Option<Screen>> = OnceLock::new();
    static TURN: Mutex<()> = Mutex::new(());
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let screen = SCREEN.get_or_init(|| {
        let screen = Screen::start()?;
        LARGE_SCREEN.get_or_init(|| Screen::of_size(1920, 1200));
        // SAFETY: all tests of this program start here and wait for their turn, so no other thread reads the environment.
        unsafe {
            env::set_var("DISPLAY", &screen.display);
            env::set_var("LIBGL_ALWAYS_SOFTWARE", "1");
            // The desktop's file dialogs would wait for a user.
            env::set_var("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
            env::set_var("PATH", "");
            // Files that are written, and pictures of clips, are not the user's.
            env::set_var("XDG_CACHE_HOME", home());
            env::set_var("HOME", home());
        }
        Some(screen)
    });
    if screen.is_none() {
        eprintln!("skipped: Xvfb is not installed");
    }
    screen.is_some().then_some(turn)
}

/// The folder that stands for the user's home and cache.
fn home() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor-home")
}

fn demo_clip() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors")
}

fn empty() -> Instance {
    Library::open(&library_of_this_test()).instance(INSTRUMENT)
}

fn with(state: &State) -> Instance {
    let mut instance = empty();
    let state = project::saved(&state.to_text().unwrap());
    assert!(instance.load(&project::for_clap(&state)));
    instance
}

fn clip_and_steps(steps: usize) -> State {
    let clip = ClipFeatures::read(&demo_clip()).unwrap();
    State {
        clip: Some(SavedClip::new(demo_clip(), &clip, Tempo::DEFAULT)),
        steps,
        ..State::default()
    }
}

fn with_clip(steps: usize) -> Instance {
    with(&clip_and_steps(steps))
}

/// A state with a take of 16 quarter notes.
fn draft_state() -> State {
    let note = |start: u8| Note {
        start: Beats(start.into()),
        length: Beats(1.0),
        pitch: 60 + start,
        velocity: 90,
        part: Part::All,
    };
    let mut state = State::default();
    state.add_take(
        Draft {
            score: Score::repaired(RawScore {
                notes: (0..16).map(note).collect(),
                bars: Bars(4),
                ..RawScore::default()
            }),
            recipe: Recipe::default(),
        },
        0,
    );
    state
}

fn with_draft() -> Instance {
    with(&draft_state())
}

/// Returns the middle of the widget that is labelled `label` in the editor of `state`.
fn place(window: &Window, state: &State, label: &str) -> (i16, i16) {
    let editor = HeadlessEditor::new(state, window.size);
    let place = editor.middle_of(label);
    place.unwrap_or_else(|| panic!("no widget is labelled {label}"))
}

fn saved_state(instance: &mut Instance) -> State {
    let text = project::text_saved_by_clap(&instance.save()).unwrap();
    State::from_text(&text).unwrap()
}

/// Waits until the saved state is as wanted.
fn wait_for(instance: &mut Instance, wanted: impl Fn(&State) -> bool) -> State {
    for _ in 0..600 {
        let state = saved_state(instance);
        if wanted(&state) {
            return state;
        }
        thread::sleep(Duration::from_millis(100));
    }
    panic!("the state does not change as wanted");
}

/// Takes a screenshot, which is also written to a file.
fn shot(window: &HostWindow, name: &str) -> Picture {
    thread::sleep(Duration::from_millis(500));
    let picture = drawn(window);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../editor");
    fs::create_dir_all(&folder).unwrap();
    let file = fs::File::create(folder.join(format!("{name}.png"))).unwrap();
    let mut encoder = png::Encoder::new(file, picture.width as u32, picture.height as u32);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer
        .write_image_data(picture.pixels.as_flattened())
        .unwrap();
    picture
}

/// Returns what the window shows, once it has drawn anything: on a busy machine its first frame may take a while.
fn drawn(window: &HostWindow) -> Picture {
    for _ in 0..100 {
        let picture = window.picture();
        if picture.pixels.iter().any(|pixel| *pixel != [0; 3]) {
            return picture;
        }
        thread::sleep(Duration::from_millis(100));
    }
    window.picture()
}

/// Whether a pixel is as red as the status line of a problem.
fn is_red(pixel: [u8; 3]) -> bool {
    pixel[0] > 0xc0 && pixel[1] < 0x90 && pixel[2] < 0x90
}

fn is_note(pixel: [u8; 3]) -> bool {
    pixel[2] > 0x90 && pixel[2] > pixel[0].saturating_add(0x20)
}

#[test]
fn an_empty_instance_opens_and_has_no_notes() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    let picture = shot(&window, "empty");
    let mut colours = picture.pixels.clone();
    colours.sort_unstable();
    colours.dedup();
    assert!(colours.len() > 100, "{} colours", colours.len());
    assert_eq!(picture.count(is_red), 0);
    window.close(&mut instance);
}

#[test]
fn clicking_generate_drafts_notes_and_shows_them() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_clip(10);
    let window = Window::open(&mut instance);
    let before = shot(&window, "clip");
    let generate = place(&window, &clip_and_steps(10), "Generate");
    // Beside the text, the button has the accent colour: the places are those of the real window.
    let (x, y) = (
        usize::from(generate.0 as u16),
        usize::from(generate.1 as u16),
    );
    assert_eq!(before.pixels[(y - 14) * before.width + x], ACCENT);
    window.click(generate);
    shot(&window, "generating");
    wait_for(&mut instance, |state| state.takes.len() == 1);
    let mut playing = Playing::start(instance, 2);
    playing.block(Some(Roll::from(10.5)), 512);
    let after = shot(&window, "draft");
    assert!(after.count(is_note) > before.count(is_note) + 1000);
    assert_eq!(after.count(is_red), 0);
    window.close(&mut playing.instance);
}

#[test]
fn a_wrong_path_is_reported_in_red_and_can_be_corrected() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    let path_field = place(&window, &State::default(), "Path of a clip");
    window.click(path_field);
    window.type_line(&format!("x{}", demo_clip().display()));
    let picture = shot(&window, "error");
    assert!(picture.count(is_red) > 50, "{}", picture.count(is_red));
    assert_eq!(saved_state(&mut instance).clip, None);

    window.click(path_field);
    window.press_key(Key::Home);
    window.press_key(Key::Delete);
    window.press_key(Key::Enter);
    wait_for(&mut instance, |state| state.clip.is_some());
    assert_eq!(shot(&window, "opened").count(is_red), 0);
    window.close(&mut instance);
}

#[test]
fn a_file_dialog_that_cannot_be_opened_is_reported() {
    let Some(_turn) = screen() else { return };
    let mut instance = empty();
    let window = Window::open(&mut instance);
    window.click(place(&window, &State::default(), "Open clip…"));
    let picture = shot(&window, "no-dialog");
    assert!(picture.count(is_red) > 50, "{}", picture.count(is_red));
    window.close(&mut instance);
}

#[test]
fn keys_zoom_and_scroll_the_lanes_until_home_shows_all_again() {
    let Some(_turn) = screen() else { return };
    let mut instance = with_draft();
    let window = Window::open(&mut instance);
    let editor = HeadlessEditor::new(&draft_state(), window.size);
    window.click(editor.middle_of("Timeline").expect("a timeline"));
    let all = shot(&window, "all");
    for key in [Key::Equals, Key::Right, Key::Up] {
        let before = window.picture();
        window.press_key(key);
        assert!(window.picture().pixels != before.pixels, "{key:?}");
    }
    shot(&window, "zoomed");
    window.press_key(Key::Home);
    assert!(window.picture().pixels == all.pixels);

    // A plus is typed with Shift, and zooms in pitch: the bar numbers at the top stay where they are.
    window.type_line("+");
    let in_pitch = shot(&window, "zoomed-in-pitch");
    let top = editor.rect_of("Timeline").expect("a timeline").top() as usize;
    let bars = (top + 2) * all.width..(top + 32) * all.width;
    assert!(in_pitch.pixels[bars.clone()] == all.pixels[bars]);
    assert!(in_pitch.pixels != all.pixels);
    window.close(&mut instance);
}
