//! The table of tempi: where the picture starts, and how many frames each hit is off.

use egui::{
    Align2, Color32, CursorIcon, FontId, Rect, Response, Role, Sense, Ui, Vec2, WidgetInfo, pos2,
};

use super::{Place, shown_bpm};
use crate::conditioning::tempo_finder::{Candidate, MetHit, Strength, TempoSearch};
use crate::editor::theme::{self, FIELD_HOVERED, LINE, MUTED, TEXT, WELL, WRONG};
use crate::instance::params::place_in;

const ROW_HEIGHT: f32 = 24.0;
/// The right edges of the first columns, in points.
const TEMPO: f32 = 58.0;
const STARTS: f32 = 148.0;
const MEAN: f32 = 206.0;
/// The width of the column of a hit, in points.
const HIT: f32 = 42.0;
/// The most hits that have a column.
const MOST_HITS: usize = 10;
/// A hit that is missed by no more frames is met.
const MET_FRAMES: f64 = 1.0;
/// One that is missed by more is seen to be.
const MISSED_FRAMES: f64 = 3.0;

/// The rows that the user points at and presses.
#[derive(Default)]
pub(super) struct Chosen {
    pub(super) hovered: Option<usize>,
    pub(super) pressed: Option<usize>,
}

/// Shows the table, with what is now in its first row.
pub(super) fn show(
    ui: &mut Ui,
    search: &TempoSearch,
    now: &Candidate,
    candidates: &[Candidate],
    place: Place,
) -> Chosen {
    let columns = search.hits.len().min(MOST_HITS);
    let more = if search.hits.len() > MOST_HITS {
        HIT
    } else {
        0.0
    };
    let width = (MEAN + 16.0 + columns as f32 * HIT + more).max(430.0);
    ui.spacing_mut().item_spacing.y = 2.0;
    header(ui, search, width);
    let mut chosen = Chosen::default();
    row(ui, now, place, width, Some("now"));
    for (index, candidate) in candidates.iter().enumerate() {
        let response = row(ui, candidate, place, width, None);
        if response.hovered() || response.has_focus() {
            chosen.hovered = Some(index);
        }
        if response.clicked() {
            chosen.pressed = Some(index);
        }
        response
            .on_hover_cursor(CursorIcon::PointingHand)
            .on_hover_ui(|ui| details(ui, candidate, place));
    }
    let rate = search.frames_per_second();
    let source = if search.frame_rate_hz > 0.0 {
        "the clip's"
    } else {
        "assumed; the clip does not say"
    };
    let rate = (rate * 1000.0).round() / 1000.0;
    let text =
        format!("Distances in frames of {rate} per second ({source}). + is late, − is early.");
    ui.label(
        egui::RichText::new(text)
            .font(theme::font(11.0))
            .color(MUTED),
    );
    chosen
}

fn header(ui: &mut Ui, search: &TempoSearch, width: f32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(width, 18.0), Sense::hover());
    let word = |right: f32, text: &str| {
        cell(ui, rect, right, text, theme::font(10.5), MUTED);
    };
    word(TEMPO, "Tempo");
    word(STARTS, "Picture starts");
    word(MEAN, "Mean off");
    for (index, hit) in search.hits.iter().take(MOST_HITS).enumerate() {
        word(hit_edge(index), &hit.at.clock());
    }
    let more = search.hits.len().saturating_sub(MOST_HITS);
    if more > 0 {
        word(hit_edge(MOST_HITS), &format!("+{more}"));
    }
    let y = rect.bottom();
    ui.painter()
        .hline(rect.x_range(), y, egui::Stroke::new(1.0, LINE));
}

/// Shows a row. One with a `name` is only for comparison.
fn row(
    ui: &mut Ui,
    candidate: &Candidate,
    place: Place,
    width: f32,
    name: Option<&str>,
) -> Response {
    let sense = if name.is_some() {
        Sense::hover()
    } else {
        Sense::click()
    };
    let (rect, response) = ui.allocate_exact_size(Vec2::new(width, ROW_HEIGHT), sense);
    let tempo = shown_bpm(candidate.tempo);
    if name.is_none() {
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{tempo} BPM")));
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, theme::RADIUS, FIELD_HOVERED);
        }
    }
    let ink = if name.is_some() { MUTED } else { TEXT };
    let starts = match name {
        Some(name) => name.to_owned(),
        None => place_in(place.bar, place.bar_line + candidate.start),
    };
    let text = format!("{:.2}", candidate.tempo.bpm());
    cell(ui, rect, TEMPO, &text, theme::strong(12.5), ink);
    cell(ui, rect, STARTS, &starts, theme::font(12.0), ink);
    let mean = candidate.mean_frames();
    let text = format!("{:.1}", tenths(mean).abs());
    cell(ui, rect, MEAN, &text, theme::font(12.0), colour(mean));
    for (index, met) in candidate.met.iter().take(MOST_HITS).enumerate() {
        let font = match met.strength {
            Strength::Downbeat => theme::strong(11.5),
            Strength::Middle | Strength::Beat => theme::font(11.5),
        };
        let text = signed(met.frames);
        cell(ui, rect, hit_edge(index), &text, font, colour(met.frames));
    }
    response
}

/// Says where each hit of a tempo falls.
fn details(ui: &mut Ui, candidate: &Candidate, place: Place) {
    let line = |met: &MetHit| {
        let at = place_in(place.bar, place.bar_line + met.beat);
        let beat = at.trim_end_matches(".00");
        let off = match tenths(met.frames) {
            0.0 => "exactly".to_owned(),
            off if off > 0.0 => format!("{off:.1} frames late"),
            off => format!("{:.1} frames early", -off),
        };
        let strength = met.strength.name();
        format!("{}  →  {beat} ({strength}), {off}", met.at.clock())
    };
    for met in candidate.met.iter().take(2 * MOST_HITS) {
        ui.label(line(met));
    }
}

fn hit_edge(index: usize) -> f32 {
    MEAN + 12.0 + (index + 1) as f32 * HIT
}

/// Paints text that ends at a column's right edge.
fn cell(ui: &Ui, row: Rect, right: f32, text: &str, font: FontId, ink: Color32) {
    let at = pos2(row.left() + right, row.center().y);
    ui.painter().text(at, Align2::RIGHT_CENTER, text, font, ink);
}

fn colour(frames: f64) -> Color32 {
    match frames.abs() {
        off if off <= MET_FRAMES => WELL,
        off if off <= MISSED_FRAMES => TEXT,
        _ => WRONG,
    }
}

fn tenths(frames: f64) -> f64 {
    (frames * 10.0).round() / 10.0
}

fn signed(frames: f64) -> String {
    match tenths(frames) {
        0.0 => "0".to_owned(),
        off if off > 0.0 => format!("+{off:.1}"),
        off => format!("−{:.1}", -off),
    }
}
