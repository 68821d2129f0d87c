//! The row that says that the clip is another cut than the current take was made for.

use std::time::Duration;

use egui::{Align, Label, Layout, RichText, Ui, Vec2};

use super::contents::Scene;
use super::controls::{Weight, button};
use super::progress::time_left;
use super::theme;
use crate::features::recut::Recut;
use crate::instance::Desk;
use crate::worker::Running;

/// A comparison that is done sooner is not worth a word.
const WORTH_A_WORD: Duration = Duration::from_secs(1);

/// The comparison of the picture of the current take with that of the clip, as far as it is shown.
#[derive(Default)]
pub(super) struct Comparison(Option<Running>);

impl Comparison {
    /// Takes how far the comparison is now. It is shown from when it will take a while until it ends.
    pub(super) fn see(&mut self, now: Option<Running>) {
        let is_long = |running: &Running| running.remaining.is_some_and(|left| left > WORTH_A_WORD);
        let is_shown = self.0.is_some();
        self.0 = now.filter(|running| is_shown || is_long(running));
    }

    /// Returns whether it is shown.
    pub(super) fn is_shown(&self) -> bool {
        self.0.is_some()
    }

    /// Shows how far it is, and a button that stops it.
    pub(super) fn show(&self, ui: &mut Ui, desk: &Desk) {
        let Some(running) = &self.0 else { return };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let stop = button(ui, "Do not compare", Vec2::new(126.0, 26.0), Weight::Plain);
            if stop.clicked() {
                desk.cancel_comparison();
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let percent = (100.0 * running.fraction).round();
                let left = running
                    .remaining
                    .map_or_else(String::new, |left| format!(", {}", time_left(left)));
                let words = format!("Looking for the take's shots in this clip: {percent} %{left}");
                ui.add(Label::new(RichText::new(words).color(theme::TEXT)).truncate());
            });
        });
    }
}

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
            let words = words(recut);
            let label = Label::new(RichText::new(words).color(theme::TEXT)).truncate();
            ui.add(label);
        });
    });
}

fn words(recut: &Recut) -> String {
    match recut.speed() {
        Some(speed) => {
            let percent = format!("{:.2} %", 100.0 * speed);
            format!(
                "The picture runs at {percent} of its speed: the take fits as it is at {percent} of its tempo."
            )
        }
        None => format!("The picture changed: {}.", recut.summary()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use super::super::{HeadlessEditor, SIZE};
    use super::Comparison;
    use crate::features::{ClipFeatures, FINGERPRINT_WIDTH, Fingerprint};
    use crate::generator::Draft;
    use crate::instance::{SavedClip, State};
    use crate::time::{Seconds, Tempo};
    use crate::worker::{JobKind, Running};

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
    fn only_a_comparison_that_takes_long_is_shown_and_then_to_its_end() {
        let running = |seconds| {
            Some(Running {
                kind: JobKind::Compare,
                stage: String::new(),
                fraction: 0.1,
                remaining: Some(Duration::from_secs_f32(seconds)),
            })
        };
        let mut comparison = Comparison::default();
        let shown = [0.5, 70.0, 0.4].map(|seconds| {
            comparison.see(running(seconds));
            comparison.is_shown()
        });
        assert_eq!(shown, [false, true, true]);
        comparison.see(None);
        assert!(!comparison.is_shown());
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
