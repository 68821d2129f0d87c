//! The buttons Generate and Cancel, the progress of a job, and the status line.

use std::path::Path;
use std::time::Duration;

use egui::{
    Align, Align2, Color32, CornerRadius, CursorIcon, Label, Layout, Pos2, Rect, RichText, Sense,
    Ui, Vec2,
};

use super::controls::{Weight, button};
use super::folder;
use super::theme::{self, ACCENT, MUTED, TEXT, WELL, WRONG};
use crate::counted::counted;
use crate::instance::{Notice, Snapshot};
use crate::worker::{JobKind, Running, Status};

/// The width of the link to a folder, in points.
const FOLDER_WIDTH: f32 = 112.0;

/// A button that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Press {
    /// Make a draft.
    Generate,
    /// Cancel the running job.
    Cancel(JobKind),
}

/// Shows the buttons and the progress. `request` says what Generate does, if there is anything to do. Returns the button that
/// was pressed.
pub(super) fn show_generate(ui: &mut Ui, request: Option<&str>, status: &Status) -> Option<Press> {
    let mut press = None;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        let generating = status
            .running
            .as_ref()
            .filter(|running| running.kind == JobKind::Generate);
        if let Some(request) = request {
            let name = if generating.is_some() {
                "Start again"
            } else {
                request
            };
            let galley = ui
                .painter()
                .layout_no_wrap(name.to_owned(), theme::strong(13.0), TEXT);
            let size = Vec2::new((galley.size().x + 32.0).max(150.0), 40.0);
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
            time_left(remaining),
            theme::font(12.0),
            TEXT,
        );
    }
    let track = Rect::from_x_y_ranges(rect.x_range(), top + 20.0..=top + 26.0);
    painter.rect_filled(track, CornerRadius::same(3), theme::LINE);
    let done = track.with_max_x(track.left() + track.width() * running.fraction.clamp(0.0, 1.0));
    painter.rect_filled(done, CornerRadius::same(3), ACCENT);
}

pub(super) fn time_left(remaining: Duration) -> String {
    match remaining.as_secs_f32().ceil() as u32 {
        seconds @ ..=59 => format!("{seconds} s left"),
        seconds => format!("{} min {} s left", seconds / 60, seconds % 60),
    }
}

/// Shows the status line.
pub(super) fn show_status(ui: &mut Ui, snapshot: &Snapshot, status: &Status, is_playing: bool) {
    let (colour, line) = status_line(snapshot, status, is_playing);
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

fn show_folder(ui: &mut Ui, path: &Path) {
    let link = ui
        .link("Open the folder")
        .on_hover_cursor(CursorIcon::PointingHand);
    if let (true, Some(folder)) = (link.clicked(), path.parent()) {
        folder::show(folder);
    }
}

/// Returns the colour and the text of the status line: the notice, or else what to do next.
fn status_line(snapshot: &Snapshot, status: &Status, is_playing: bool) -> (Color32, String) {
    match &snapshot.notice {
        Some(Notice::Problem(problem)) => (WRONG, problem.clone()),
        Some(Notice::Wrote(path)) => (WELL, format!("Wrote {}.", path.display())),
        Some(Notice::Done(done)) => (WELL, done.clone()),
        None => next_step(snapshot, status, is_playing),
    }
}

fn next_step(snapshot: &Snapshot, status: &Status, is_playing: bool) -> (Color32, String) {
    if status.running.is_some() {
        return (ACCENT, "Working. You can keep using your DAW.".to_owned());
    }
    let state = &snapshot.state;
    match (state.current_take(), &state.clip) {
        (Some(take), _) => {
            let playing = if is_playing {
                "Playing with the host."
            } else {
                "It plays with the host. Route the notes to your synth."
            };
            let bars = counted(take.draft.score.bars().0 as usize, "bar");
            let notes = counted(take.draft.score.notes().len(), "note");
            (WELL, format!("Draft of {bars}, {notes}. {playing}"))
        }
        (None, Some(_)) => (
            ACCENT,
            "Press Generate to draft music for the clip.".to_owned(),
        ),
        (None, None) => (MUTED, "Open a clip to draft music for it.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(notice: Option<Notice>, status: &Status) -> String {
        let snapshot = Snapshot {
            notice,
            ..Snapshot::default()
        };
        status_line(&snapshot, status, false).1
    }

    #[test]
    fn a_notice_is_shown_as_it_is_and_before_anything_else() {
        let working = Status {
            running: Some(Running {
                kind: JobKind::Clip,
                stage: String::new(),
                fraction: 0.0,
                remaining: None,
            }),
        };
        let problem = "No clip is open. Open one first.";
        let notice = Some(Notice::Problem(problem.to_owned()));
        assert_eq!(line(notice, &working), problem);
        let wrote = Some(Notice::Wrote("draft.mid".into()));
        assert_eq!(line(wrote, &Status::default()), "Wrote draft.mid.");
        let working = line(None, &working);
        assert_eq!(working, "Working. You can keep using your DAW.");
        let idle = line(None, &Status::default());
        assert_eq!(idle, "Open a clip to draft music for it.");
    }
}
