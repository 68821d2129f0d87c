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
        self.shapes
            .iter()
            .any(|clipped| has_text(&clipped.shape, text))
    }
}

fn has_text(shape: &Shape, text: &str) -> bool {
    match shape {
        Shape::Vec(shapes) => shapes.iter().any(|shape| has_text(shape, text)),
        Shape::Text(shape) => shape.galley.text() == text,
        _ => false,
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
