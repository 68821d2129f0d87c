//! Generate and Cancel, how far the work is, and one line that says what is so.

use std::path::Path;
use std::time::Duration;

use egui::{
    Align, Align2, Color32, CornerRadius, CursorIcon, Label, Layout, Pos2, Rect, RichText, Sense,
    Ui, Vec2,
};

use super::controls::{Weight, button};
use super::theme::{self, ACCENT, MUTED, TEXT, WELL, WRONG};
use crate::instance::{Notice, Snapshot};
use crate::worker::{JobKind, Running, Status};

/// Room for the link to a folder, in points.
const FOLDER_WIDTH: f32 = 112.0;

/// A button that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// A draft is wanted.
    Generate,
    /// What runs is not wanted any more.
    Cancel(JobKind),
}

/// Shows the buttons and the progress; which button was pressed, if any was.
pub(super) fn show_generate(ui: &mut Ui, has_clip: bool, status: &Status) -> Option<Press> {
    let mut press = None;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        let generating = status
            .running
            .as_ref()
            .filter(|running| running.kind == JobKind::Generate);
        let size = Vec2::new(150.0, 40.0);
        if has_clip {
            let name = if generating.is_some() {
                "Start again"
            } else {
                "Generate"
            };
            if button(ui, name, size, Weight::Primary).clicked() {
                press = Some(Press::Generate);
            }
        }
        if let Some(running) = &status.running {
            if button(ui, "Cancel", Vec2::new(80.0, 40.0), Weight::Plain).clicked() {
                press = Some(Press::Cancel(running.kind));
            }
            show_progress(ui, running);
        }
    });
    press
}

fn show_progress(ui: &mut Ui, running: &Running) {
    let size = Vec2::new(ui.available_width(), 40.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let rect = rect.shrink2(Vec2::new(6.0, 0.0));
    let painter = ui.painter();
    let top = rect.top() + 4.0;
    painter.text(
        Pos2::new(rect.left(), top),
        Align2::LEFT_TOP,
        &running.stage,
        theme::font(12.0),
        MUTED,
    );
    if let Some(remaining) = running.remaining {
        let at = Pos2::new(rect.right(), top);
        painter.text(
            at,
            Align2::RIGHT_TOP,
            left(remaining),
            theme::font(12.0),
            TEXT,
        );
    }
    let track = Rect::from_x_y_ranges(rect.x_range(), top + 20.0..=top + 26.0);
    painter.rect_filled(track, CornerRadius::same(3), theme::LINE);
    let done = track.with_max_x(track.left() + track.width() * running.fraction.clamp(0.0, 1.0));
    painter.rect_filled(done, CornerRadius::same(3), ACCENT);
}

fn left(remaining: Duration) -> String {
    match remaining.as_secs_f32().ceil() as u32 {
        seconds @ ..=59 => format!("{seconds} s left"),
        seconds => format!("{} min {} s left", seconds / 60, seconds % 60),
    }
}

/// The status line, and what it saw last, which tells whether a notice or a failure is the newer.
#[derive(Default)]
pub(super) struct StatusLine {
    notice: Option<Notice>,
    failure: Option<String>,
    is_failure_newer: bool,
}

impl StatusLine {
    /// Shows the line.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        snapshot: &Snapshot,
        status: &Status,
        is_playing: bool,
    ) {
        let (colour, line) = self.words(snapshot, status, is_playing);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let version = concat!("Diff-BGM ", env!("CARGO_PKG_VERSION"));
            ui.label(RichText::new(version).font(theme::font(11.0)).color(MUTED));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let (dot, _) = ui.allocate_exact_size(Vec2::splat(8.0), Sense::hover());
                ui.painter().circle_filled(dot.center(), 4.0, colour);
                let written = match &snapshot.notice {
                    Some(Notice::Wrote(path)) => Some(path),
                    _ => None,
                };
                ui.scope(|ui| {
                    let reserved = written.map_or(0.0, |_| FOLDER_WIDTH);
                    ui.set_max_width(ui.available_width() - reserved);
                    let line = RichText::new(line).font(theme::font(12.0));
                    ui.add(Label::new(line).truncate());
                });
                if let Some(path) = written {
                    show_folder(ui, path);
                }
            });
        });
    }

    /// What is so, and what to do next.
    fn words(
        &mut self,
        snapshot: &Snapshot,
        status: &Status,
        is_playing: bool,
    ) -> (Color32, String) {
        self.see(snapshot, status);
        let failure = status.failure.as_ref().filter(|_| snapshot.is_asked);
        match (&snapshot.notice, failure) {
            // A job that went well does not make up for one that failed before it.
            (Some(Notice::Done(_)) | None, Some(failure)) => (WRONG, sentence(failure)),
            (Some(_), Some(failure)) if self.is_failure_newer => (WRONG, sentence(failure)),
            (Some(Notice::Problem(problem)), _) => (WRONG, problem.clone()),
            (Some(Notice::Wrote(path)), _) => (WELL, format!("Wrote {}.", path.display())),
            (Some(Notice::Done(done)), None) => (WELL, done.clone()),
            (None, None) => so_far(snapshot, status, is_playing),
        }
    }

    fn see(&mut self, snapshot: &Snapshot, status: &Status) {
        if self.notice != snapshot.notice {
            self.notice.clone_from(&snapshot.notice);
            self.failure.clone_from(&status.failure);
            self.is_failure_newer = false;
        } else if self.failure != status.failure {
            self.failure.clone_from(&status.failure);
            self.is_failure_newer = true;
        }
    }
}

fn show_folder(ui: &mut Ui, path: &Path) {
    let link = ui
        .link("Open the folder")
        .on_hover_cursor(CursorIcon::PointingHand);
    if let (true, Some(folder)) = (link.clicked(), path.parent()) {
        // A desktop without a file manager shows nothing; the path is there to read.
        let _ = open::that_detached(folder);
    }
}

/// Where nothing is told: how far the user is, and what to do next.
fn so_far(snapshot: &Snapshot, status: &Status, is_playing: bool) -> (Color32, String) {
    if status.running.is_some() {
        return (ACCENT, "Working. The host goes on meanwhile.".to_owned());
    }
    let state = &snapshot.state;
    match (state.current_take(), &state.clip) {
        (Some(take), _) => {
            let playing = if is_playing {
                "Playing with the host."
            } else {
                "It plays with the host; route the notes to your synth."
            };
            let score = &take.draft.score;
            (
                WELL,
                format!(
                    "Draft of {} bars, {} notes. {playing}",
                    score.bars().0,
                    score.notes().len()
                ),
            )
        }
        (None, Some(_)) => (
            ACCENT,
            "Press Generate to draft music for the clip.".to_owned(),
        ),
        (None, None) => (MUTED, "Open a clip to draft music for it.".to_owned()),
    }
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(char::to_uppercase);
    format!(
        "{}{}.",
        first.into_iter().flatten().collect::<String>(),
        letters.as_str()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(notice: Notice) -> Snapshot {
        Snapshot {
            notice: Some(notice),
            is_asked: true,
            ..Snapshot::default()
        }
    }

    fn failed(failure: &str) -> Status {
        Status {
            failure: Some(failure.to_owned()),
            ..Status::default()
        }
    }

    #[test]
    fn of_a_problem_and_a_failure_the_newer_one_is_told() {
        let problem = told(Notice::Problem("No dialog.".to_owned()));
        let nothing = Snapshot {
            notice: None,
            ..problem.clone()
        };
        let well = Status::default();
        let failure = failed("no such file");
        let mut line = StatusLine::default();
        let mut words = |snapshot, status| line.words(snapshot, status, false).1;
        assert_eq!(words(&nothing, &failure), "No such file.");
        assert_eq!(words(&problem, &failure), "No dialog.");
        assert_eq!(words(&problem, &failure), "No dialog.");
        assert_eq!(words(&problem, &well), "No dialog.");
        assert_eq!(words(&problem, &failure), "No such file.");
        assert_eq!(words(&problem, &failure), "No such file.");
    }

    #[test]
    fn a_failure_is_hidden_by_a_file_that_was_written_but_not_by_another_job() {
        let failure = failed("no notes");
        let words = |notice| {
            StatusLine::default()
                .words(&told(notice), &failure, false)
                .1
        };
        let done = Notice::Done("30.0 s, 3 cuts.".to_owned());
        assert_eq!(words(done), "No notes.");
        let wrote = Notice::Wrote("draft.mid".into());
        assert_eq!(words(wrote), "Wrote draft.mid.");
    }
}
