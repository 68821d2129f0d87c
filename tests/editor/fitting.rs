//! Windows of other sizes and scales than the usual.

use diff_bgm::editor::HeadlessEditor;
use plugin_hosts::desktop::{Picture, Window, set_dots_per_inch};
use plugin_hosts::vst3::{Playing as Vst3, View};
use plugin_hosts::{library_of_this_test, project};

use super::{ACCENT, clip_and_steps, screen, shot, with_clip};

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
