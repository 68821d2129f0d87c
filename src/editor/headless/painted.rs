//! What the editor without a window has painted.

use egui::{Context, Rect, Shape, Stroke};

use super::HeadlessEditor;

impl HeadlessEditor {
    /// Returns egui's context.
    pub(in crate::editor) fn context(&self) -> &Context {
        &self.egui
    }

    /// Returns the outlined rectangles that the last pass painted.
    pub(in crate::editor) fn strokes(&self) -> Vec<(Rect, Stroke)> {
        let mut strokes = Vec::new();
        for clipped in &self.shapes {
            collect(&clipped.shape, &mut strokes);
        }
        strokes
    }

    /// Returns whether the last pass painted this text.
    pub(in crate::editor) fn paints(&self, text: &str) -> bool {
        self.rect_of_text(text).is_some()
    }

    /// Returns where the last pass painted this text, if it did.
    pub(in crate::editor) fn rect_of_text(&self, text: &str) -> Option<Rect> {
        (self.shapes.iter()).find_map(|clipped| text_rect(&clipped.shape, text))
    }
}

fn text_rect(shape: &Shape, text: &str) -> Option<Rect> {
    match shape {
        Shape::Vec(shapes) => shapes.iter().find_map(|shape| text_rect(shape, text)),
        Shape::Text(shape) => {
            (shape.galley.text() == text).then(|| shape.galley.rect.translate(shape.pos.to_vec2()))
        }
        _ => None,
    }
}

fn collect(shape: &Shape, strokes: &mut Vec<(Rect, Stroke)>) {
    match shape {
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, strokes)),
        Shape::Rect(shape) if !shape.stroke.is_empty() => {
            strokes.push((shape.rect, shape.stroke));
        }
        _ => {}
    }
}
