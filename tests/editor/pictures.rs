//! The picture lane, of a video that is analysed and then opened again from a project.

use std::env;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::instance::{Desk, Session};
use diff_bgm::player::Player;
use plugin_hosts::desktop::Window;

use super::ffmpeg::{film_folder, make_film};
use super::{screen, shot, with};

/// A red shot and a green one of two seconds each.
const SHOTS: &str = "-f lavfi -i color=0xc03020:s=320x180:r=24:d=2 -f lavfi -i color=0x20a040:s=320x180:r=24:d=2 \
                     -filter_complex concat";

#[test]
fn an_opened_project_shows_the_pictures_that_were_kept_when_its_clip_was_analysed() {
    let Some(_turn) = screen() else { return };
    // SAFETY: this test has its turn, so no other thread reads the environment.
    let set = |name: &str, value: &std::ffi::OsStr| unsafe { env::set_var(name, value) };
    set("PATH", "/usr/local/bin:/usr/bin:/bin".as_ref());
    let Some(folder) = film_folder() else {
        set("PATH", "".as_ref());
        return;
    };
    set("XDG_CACHE_HOME", folder.path().as_os_str());
    let video = folder.path().join("two shots.mp4");
    make_film(&video, SHOTS.split_whitespace());
    let desk = Desk::new(Arc::new(Session::new(Player::new().1)));
    desk.load_clip(video);
    let is_analysed = |_| {
        thread::sleep(Duration::from_millis(50));
        desk.session.state().clip.is_some()
    };
    assert!((0..600).any(is_analysed), "{:?}", desk.session.notices());
    set("PATH", "".as_ref());

    let state = desk.session.state();
    let mut instance = with(&state);
    let window = Window::open(&mut instance);
    thread::sleep(Duration::from_millis(500));
    let picture = shot(&window, "pictures");
    let editor = HeadlessEditor::new(&state, window.size);
    let lanes = editor.rect_of("Timeline").expect("a timeline");
    let pixel = |share: f32| {
        let x = (lanes.left() + share * lanes.width()) as usize;
        picture.pixels[(lanes.top() as usize + 40) * picture.width + x]
    };
    let [[red, green, _], [other_red, other_green, _]] = [pixel(0.2), pixel(0.8)];
    assert!(red > 0xa0 && green < 0x50, "{red} {green}");
    assert!(
        other_green > 0x80 && other_red < 0x50,
        "{other_red} {other_green}"
    );
    window.point((
        (lanes.left() + 0.3 * lanes.width()) as i16,
        lanes.top() as i16 + 20,
    ));
    let hovered = shot(&window, "still");
    assert!(hovered.count(|[red, green, _]| red > 0xa0 && green < 0x50) > 15_000);
    window.close(&mut instance);
}
