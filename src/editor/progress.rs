//! Generate and Cancel, how far the work is, and one line that says what is so.

use std::path::Path;
use std::time::Duration;

use egui::{
    Align, Align2, CornerRadius, CursorIcon, Layout, Pos2, Rect, RichText, Sense, Ui, Vec2,
};

use super::controls::{Weight, button};
use super::theme::{self, ACCENT, MUTED, TEXT, WELL, WRONG};
use crate::plugin::{Desk, DiffBgmParams, Notice, Snapshot};
use crate::worker::{JobKind, Running, Status};

/// Shows the buttons and the progress.
pub(super) fn show_generate(
    ui: &mut Ui,
    desk: &Desk,
    params: &DiffBgmParams,
    has_clip: bool,
    status: &Status,
) {
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
                desk.generate(params);
            }
        }
        if let Some(running) = &status.running {
            if button(ui, "Cancel", Vec2::new(80.0, 40.0), Weight::Plain).clicked() {
                desk.worker.cancel(running.kind);
            }
            show_progress(ui, running);
        }
    });
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

/// Shows the status line.
pub(super) fn show_status(ui: &mut Ui, snapshot: &Snapshot, status: &Status, is_playing: bool) {
    let (colour, line) = words(snapshot, status, is_playing);
    ui.horizontal_centered(|ui| {
        let (dot, _) = ui.allocate_exact_size(Vec2::splat(8.0), Sense::hover());
        ui.painter().circle_filled(dot.center(), 4.0, colour);
        ui.label(RichText::new(line).font(theme::font(12.0)));
        if let Some(Notice::Wrote(path)) = &snapshot.notice {
            show_folder(ui, path);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let version = concat!("Diff-BGM ", env!("CARGO_PKG_VERSION"));
            ui.label(RichText::new(version).font(theme::font(11.0)).color(MUTED));
        });
    });
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

/// What is so, and what to do next.
fn words(snapshot: &Snapshot, status: &Status, is_playing: bool) -> (egui::Color32, String) {
    if let Some(failure) = status.failure.as_ref().filter(|_| snapshot.is_asked) {
        return (WRONG, sentence(failure));
    }
    match &snapshot.notice {
        Some(Notice::Problem(problem)) => return (WRONG, problem.clone()),
        Some(Notice::Wrote(path)) => return (WELL, format!("Wrote {}.", path.display())),
        Some(Notice::Done(done)) => return (WELL, done.clone()),
        None => {}
    }
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
            let draft = &take.draft;
            (
                WELL,
                format!(
                    "Draft of {} bars, {} notes. {playing}",
                    draft.bars.0,
                    draft.notes.len()
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
