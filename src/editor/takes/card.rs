//! A take as a card: its number or name, what it was made with, and a small picture of its notes.

use std::collections::HashMap;
use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Align2, Color32, CursorIcon, FontId, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::picture::Picture;
use crate::editor::theme::{self, ACCENT, FIELD, FIELD_HOVERED, LINE, MUTED, NOTE, TEXT};
use crate::generator::Draft;
use crate::instance::{Pin, Take};

/// The size of a card, in points.
pub(super) const CARD_SIZE: Vec2 = Vec2::new(172.0, 44.0);
/// The part of a card that shows the notes, from its right edge.
const PICTURE_SIZE: Vec2 = Vec2::new(56.0, 34.0);
/// Pictures of takes that are gone are kept up to this number.
const MOST_OLD: usize = 64;

/// What is known of the takes that were shown, so that it is not found out in every frame.
#[derive(Default)]
pub(super) struct Cards {
    /// By the addresses of their drafts.
    known: HashMap<usize, Card>,
}

/// What a card shows of a draft.
struct Card {
    /// Keeps its address from being used again.
    draft: Arc<Draft>,
    summary: String,
    picture: Picture,
}

impl Cards {
    /// Shows the card of a take.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        take: &Take,
        is_current: bool,
        pin: Option<Pin>,
    ) -> Response {
        let (rect, response) = ui.allocate_exact_size(CARD_SIZE, Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_current, &take.name));
        if ui.is_rect_visible(rect) {
            let lit = response.hovered() || response.has_focus();
            self.paint(ui, rect, take, look(is_current, lit), pin);
        }
        response.on_hover_cursor(CursorIcon::PointingHand)
    }

    /// Forgets what is known of takes that are gone, once it is much.
    pub(super) fn forget_old(&mut self, takes: &[Take]) {
        if self.known.len() > takes.len() + MOST_OLD {
            self.known.retain(|_, card| {
                takes
                    .iter()
                    .any(|take| Arc::ptr_eq(&take.draft, &card.draft))
            });
        }
    }

    fn paint(&mut self, ui: &Ui, rect: Rect, take: &Take, look: Look, pin: Option<Pin>) {
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        painter.rect(
            rect,
            theme::RADIUS,
            look.fill,
            Stroke::new(1.0, look.edge),
            StrokeKind::Inside,
        );
        let card = self.known(take);
        let picture = Rect::from_center_size(
            pos2(rect.right() - 8.0 - PICTURE_SIZE.x / 2.0, rect.center().y),
            PICTURE_SIZE,
        );
        card.picture.paint(&painter, picture);
        let width = picture.left() - rect.left() - 16.0;
        let text = |text: &str, font: FontId, ink: Color32, top: f32| {
            let mut job = LayoutJob::simple_singleline(text.to_owned(), font, ink);
            job.wrap = TextWrapping::truncate_at_width(width);
            let galley = painter.layout_job(job);
            painter.galley(rect.left_top() + vec2(9.0, top), galley, ink);
        };
        text(take.title(), theme::strong(12.5), TEXT, 6.0);
        text(&card.summary, theme::font(10.5), MUTED, 24.0);
        if let Some(pin) = pin {
            let at = rect.right_top() + vec2(-7.0, 4.0);
            let galley = painter.layout_no_wrap(pin.name().to_owned(), theme::strong(11.5), ACCENT);
            let place = Align2::RIGHT_TOP.anchor_size(at, galley.size());
            painter.rect_filled(place.expand2(vec2(2.0, 0.0)), theme::RADIUS, look.fill);
            painter.galley(place.min, galley, ACCENT);
        }
    }

    fn known(&mut self, take: &Take) -> &Card {
        let card = || Card {
            draft: Arc::clone(&take.draft),
            summary: take.summary(),
            picture: Picture::of(&take.draft),
        };
        let place = Arc::as_ptr(&take.draft).addr();
        self.known.entry(place).or_insert_with(card)
    }
}

/// The colours of a card.
struct Look {
    fill: Color32,
    edge: Color32,
}

fn look(is_current: bool, lit: bool) -> Look {
    // Opaque, so that a letter on it covers the notes behind.
    let chosen = FIELD.lerp_to_gamma(NOTE, 0.2);
    let (fill, edge) = match (is_current, lit) {
        (true, false) => (chosen, NOTE),
        (true, true) => (chosen.lerp_to_gamma(NOTE, 0.12), TEXT),
        (false, false) => (FIELD, LINE),
        (false, true) => (FIELD_HOVERED, MUTED),
    };
    Look { fill, edge }
}
