//! The ring around the widget that has the keyboard focus, the same for all.

use egui::{Context, Rect, Stroke, StrokeKind};

use super::theme;

/// How far outside the widget the ring lies, in points.
const DISTANCE: f32 = 1.0;

/// Paints the ring. To be called after all widgets of a frame.
pub(super) fn paint(ctx: &Context) {
    if let Some((rect, layer)) = focused(ctx) {
        let stroke = Stroke::new(1.5, theme::ACCENT);
        ctx.layer_painter(layer).rect_stroke(
            rect.expand(DISTANCE),
            theme::RADIUS,
            stroke,
            StrokeKind::Outside,
        );
    }
}

/// Returns the visible part of the widget that has the focus, and its layer.
fn focused(ctx: &Context) -> Option<(Rect, egui::LayerId)> {
    let id = ctx.memory(|memory| memory.focused())?;
    let response = ctx.read_response(id)?;
    let rect = response.interact_rect;
    rect.is_positive().then_some((rect, response.layer_id))
}

#[cfg(test)]
mod tests {
    use egui::{Key, Modifiers};

    use super::super::HeadlessEditor;
    use super::*;
    use crate::instance::State;

    /// Returns the places of rings in the last frame.
    fn rings(editor: &HeadlessEditor) -> Vec<Rect> {
        let strokes = editor.strokes();
        let is_ring =
            |(_, stroke): &&(Rect, Stroke)| stroke.color == theme::ACCENT && stroke.width > 1.0;
        strokes
            .iter()
            .filter(is_ring)
            .map(|(rect, _)| *rect)
            .collect()
    }

    #[test]
    fn whatever_has_the_focus_has_the_one_ring() {
        let mut editor = HeadlessEditor::new(&State::default(), (1040, 768));
        assert_eq!(rings(&editor), []);
        let mut places = Vec::new();
        for _ in 0..12 {
            editor.press(Modifiers::NONE, Key::Tab, 0);
            let rings = rings(&editor);
            let focused = focused(editor.context()).expect("something has the focus");
            assert_eq!(rings, [focused.0.expand(DISTANCE)]);
            places.extend(rings);
        }
        places.dedup();
        assert_eq!(places.len(), 12);
    }

    #[test]
    fn a_text_field_has_the_same_ring_and_no_outline_of_its_own() {
        let mut editor = HeadlessEditor::new(&State::default(), (1040, 768));
        editor.click("Chords: Am | F G");
        assert_eq!(rings(&editor).len(), 1);
        let blue = |(_, stroke): &&(Rect, Stroke)| stroke.color == theme::NOTE;
        assert_eq!(editor.strokes().iter().filter(blue).count(), 0);
    }
}
