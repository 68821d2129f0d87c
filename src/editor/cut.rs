//! The row that says that the clip is another cut than the current take was made for.

use egui::{Align, Label, Layout, RichText, Ui, Vec2};

use super::contents::Scene;
use super::controls::{Weight, button};
use super::theme;
use crate::features::recut::Recut;

/// Shows what became of the shots, and the button that makes a take that fits.
pub(super) fn show(ui: &mut Ui, scene: Scene<'_>, recut: &Recut, is_working: bool) {
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if !is_working {
            let conform = button(ui, "Conform", Vec2::new(96.0, 26.0), Weight::Primary);
            let conform = conform.on_hover_text(
                "Makes a new take: keeps the bars whose picture is unchanged and paints the others again. Hits, quiet stretches, \
                 curves and locks go with their picture.",
            );
            if conform.clicked() {
                scene.desk.conform(scene.params.values());
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let words = format!("The picture changed: {}.", recut.summary());
            let label = Label::new(RichText::new(words).color(theme::TEXT)).truncate();
            ui.add(label);
        });
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::super::{HeadlessEditor, SIZE};
    use crate::features::{ClipFeatures, FINGERPRINT_WIDTH, Fingerprint};
    use crate::generator::Draft;
    use crate::instance::{SavedClip, State};
    use crate::time::{Seconds, Tempo};

    const HZ: f64 = 25.0;

    /// A clip of shots of four seconds, each with a picture of its own.
    fn clip(shots: &[u8]) -> SavedClip {
        let level = |shot: u8, cell: usize, frame: usize| {
            let still = (usize::from(shot) * 89 + cell * 57 + usize::from(shot) * cell * 31) % 160;
            (40 + still + frame % 25) as u8
        };
        let frames = shots
            .iter()
            .flat_map(|&shot| (0..100).map(move |frame| (shot, frame)));
        let values = frames.flat_map(|(shot, frame)| {
            (0..FINGERPRINT_WIDTH).map(move |cell| level(shot, cell, frame))
        });
        let features = ClipFeatures {
            duration: Seconds(4.0 * shots.len() as f64),
            frame_rate_hz: HZ,
            shots: (1..shots.len())
                .map(|cut| Seconds(4.0 * cut as f64))
                .collect(),
            fingerprint: Fingerprint::new(HZ, values.collect()).ok(),
            ..ClipFeatures::default()
        };
        SavedClip::new(format!("{shots:?}.mp4").into(), &features, Tempo::DEFAULT)
    }

    /// An editor with a take for one clip after another one was opened.
    fn editor(old: &[u8], new: &[u8]) -> HeadlessEditor {
        let mut state = State::default();
        state.open_clip(clip(old));
        state.add_take(Draft::default(), 0);
        state.open_clip(clip(new));
        let mut editor = HeadlessEditor::new(&state, (SIZE.width as u16, SIZE.height as u16));
        for _ in 0..200 {
            editor.frame();
            if editor
                .session()
                .try_snapshot()
                .is_some_and(|snapshot| snapshot.recut.is_some())
            {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        editor.frame();
        editor
    }

    #[test]
    fn another_cut_is_told_shot_by_shot_with_a_button() {
        let editor = editor(&[1, 2, 3, 4], &[1, 3, 5, 4]);
        let words = "The picture changed: 2 shots kept, 1 moved, 1 new, 1 removed.";
        assert!(editor.rect_of(words).is_some());
        let button = editor.rect_of("Conform").unwrap();
        assert!(button.right() <= SIZE.width);
        assert!(editor.generating().rect_of("Conform").is_none());
    }

    #[test]
    fn the_same_picture_in_another_file_is_not_mentioned() {
        let mut same = editor(&[1, 2, 3], &[1, 2, 3]);
        assert!(same.rect_of("Conform").is_none());
        let other: Arc<State> = same.session().state();
        assert_eq!(other.other_cut(), None);
        same.frame();
    }
}
