//! The lanes of a clip with moods.

use std::path::Path;

use diff_bgm::conditioning::pairing::Follow;
use diff_bgm::editor::HeadlessEditor;
use diff_bgm::features::{ClipFeatures, MeasureTrack, PictureMeasure};
use diff_bgm::instance::{SavedClip, State};
use diff_bgm::time::Tempo;
use plugin_hosts::desktop::{Picture, Window};

use super::{demo_clip, screen, shot, wait_for, with};

/// Valence and arousal of each shot: calm, tense, joyful, gloomy.
const MOODS: [[f32; 2]; 4] = [[0.5, -0.8], [-0.6, 0.7], [0.9, 0.5], [-0.6, -0.7]];
/// A place in each shot, as a share of the clip.
const IN_SHOTS: [f32; 4] = [0.2, 0.46, 0.65, 0.88];

/// Writes a clip with moods to `folder` and returns a project with it.
fn with_moods(folder: &Path) -> State {
    let mut clip = ClipFeatures::read(&demo_clip()).unwrap();
    let measured = clip.measures.unwrap();
    let rate_hz = measured.track().rate_hz;
    let moods = [PictureMeasure::Valence, PictureMeasure::Arousal];
    let columns = [measured.columns(), &moods].concat();
    let values = (0..measured.rows()).flat_map(|row| {
        let at = row as f64 / rate_hz;
        let shot = clip.shots.partition_point(|cut| cut.0 <= at);
        [measured.track().row(row), &MOODS[shot]].concat()
    });
    let values = values.collect();
    clip.measures = Some(MeasureTrack::new(rate_hz, columns, values).unwrap());
    let path = folder.join("moods.safetensors");
    clip.write(&path).unwrap();
    State {
        clip: Some(SavedClip::new(path, &clip, Tempo::DEFAULT)),
        ..State::default()
    }
}

#[test]
fn density_and_mode_follow_the_moods_of_a_clip_once_they_are_chosen() {
    let Some(_turn) = screen() else { return };
    let folder = tempfile::tempdir().unwrap();
    let state = with_moods(folder.path());
    let mut instance = with(&state);
    let mut window = Window::open(&mut instance);
    window.resize(&mut instance, (1040, 1080));
    let mut editor = HeadlessEditor::new(&state, window.size);
    let lanes = ["Density curve", "Register curve", "Mode curve"];
    let [density, register, mode] = lanes.map(|row| editor.rect_of(row).expect(row));
    // How high the line of a lane runs in each shot, 0 at its bottom and 1 at its top.
    let heights = |picture: &Picture, lane: egui::Rect| {
        IN_SHOTS.map(|share| {
            let x = (lane.left() + share * lane.width()) as usize;
            let rows = lane.top() as usize..lane.bottom() as usize;
            let is_line = |y: &usize| {
                let [red, green, blue] = picture.pixels[y * picture.width + x];
                red.max(green).max(blue) - red.min(green).min(blue) > 0x40
            };
            let line: Vec<usize> = rows.filter(is_line).collect();
            assert!(!line.is_empty(), "no line at {x}");
            let middle = line.iter().sum::<usize>() as f32 / line.len() as f32;
            1.0 - (middle - lane.top()) / lane.height()
        })
    };
    let by_picture = shot(&window, "picture-lanes");
    let mut click = |window: &Window, label: &str| {
        let at = editor.middle_of(label).expect(label);
        window.click(at);
        editor.click(label);
        at
    };
    click(&window, "More settings");
    let (x, y) = click(&window, "picture");
    let choices = shot(&window, "mood-choice");
    // The current choice, the first below, is as bright as text elsewhere.
    let (x, y) = (usize::from(x.unsigned_abs()), usize::from(y.unsigned_abs()));
    let row = (y + 22..y + 44).flat_map(|y| (x - 50..x + 30).map(move |x| (x, y)));
    let is_bright = |(x, y): (usize, usize)| choices.pixels[y * choices.width + x][0] > 0xb0;
    assert!(row.filter(|&place| is_bright(place)).count() > 10);
    click(&window, "mood");
    wait_for(&mut instance, |state| state.follow == Follow::Mood);
    let by_mood = shot(&window, "mood-lanes");
    let [calm, tense, joyful, gloomy] = heights(&by_mood, density);
    assert!(tense.min(joyful) > calm.max(gloomy) + 0.3);
    let [calm, tense, joyful, gloomy] = heights(&by_mood, mode);
    assert!(calm.min(joyful) > tense.max(gloomy) + 0.3);
    assert_eq!(heights(&by_mood, register), heights(&by_picture, register));
    window.close(&mut instance);
}
