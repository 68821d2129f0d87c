//! The clip's shots in pictures, each with its number and time, and a larger picture under the pointer.

use std::collections::HashMap;
use std::sync::Arc;

use egui::{
    Align2, Area, Color32, ColorImage, Frame, Image, Order, Painter, Pos2, Rect, RichText,
    TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2,
};

use super::PlacedClip;
use crate::editor::theme::{self, MUTED};
use crate::editor::timeline::Timeline;
use crate::features::{STILL_HEIGHT, STILL_WIDTH, Stills};
use crate::time::Seconds;

/// A shot that is narrower shows its colour only, in points.
const LEAST_WIDTH: f32 = 12.0;
/// The width from which on a shot has its number, and also its time.
const WIDTH_OF_NUMBER: f32 = 22.0;
const WIDTH_OF_TIME: f32 = 70.0;
/// The most pictures that are sent to the screen's memory in a frame, and that are kept there.
const MOST_NEW: usize = 16;
const MOST_KEPT: usize = 600;
/// The height of the picture under the pointer, in points.
const STILL_POINTS: f32 = 108.0;
/// A still this far from the pointer's time is that of the time.
const SAME_TIME: f64 = 0.05;
const UV: Rect = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));

/// The pictures that were shown, in the screen's memory.
#[derive(Default)]
pub(in crate::editor) struct Pictures {
    of: Option<Arc<Stills>>,
    textures: HashMap<usize, TextureHandle>,
}

impl Pictures {
    /// Paints pictures over the shots in `rect`, and numbers and times over these.
    pub(in crate::editor) fn paint(
        &mut self,
        ui: &Ui,
        placed: &PlacedClip<'_>,
        rect: Rect,
        timeline: &Timeline,
        stills: Option<&Arc<Stills>>,
    ) {
        self.take_over(stills);
        let mut new = MOST_NEW;
        let painter = ui.painter().with_clip_rect(rect);
        for (number, (from, end)) in (1..).zip(placed.shots()) {
            let x = placed.x_of(from, timeline)..=placed.x_of(end, timeline);
            let shot = Rect::from_x_y_ranges(x, rect.y_range()).shrink2(vec2(0.5, 0.0));
            if !shot.intersects(rect) || shot.width() < LEAST_WIDTH {
                continue;
            }
            let painter = painter.with_clip_rect(shot.intersect(rect));
            self.paint_strip(ui, &painter, placed, shot, timeline, (from, end), &mut new);
            paint_label(&painter, shot, number, from);
        }
        if new == 0 {
            ui.ctx().request_repaint();
        }
    }

    /// Shows a larger picture of the time under the pointer, if it is over the shots in `rect`. It is the nearest that there is
    /// of the shot, and says so.
    pub(in crate::editor) fn show_still(
        &mut self,
        ui: &Ui,
        placed: &PlacedClip<'_>,
        rect: Rect,
        timeline: &Timeline,
        pointer: Pos2,
    ) {
        let Some(stills) = self.of.clone().filter(|_| rect.contains(pointer)) else {
            return;
        };
        let Some(time) = placed.time_at(pointer.x, timeline) else {
            return;
        };
        let shots = (1..).zip(placed.shots());
        let here = shots.into_iter().find(|(_, (_, end))| time.0 < end.0);
        let Some((number, (from, end))) = here else {
            return;
        };
        let Some(index) = stills.nearest(time, from, end) else {
            return;
        };
        let at = stills.all()[index].at;
        let texture = self.texture(ui, &stills, index);
        let size = vec2(STILL_POINTS * stills.aspect() as f32, STILL_POINTS);
        let right = (ui.ctx().content_rect().right() - size.x - 24.0).max(0.0);
        let left = (pointer.x - size.x / 2.0).clamp(0.0, right);
        let mut text = format!("Shot {number}, {}", time.clock());
        if (at.0 - time.0).abs() > SAME_TIME {
            text.push_str(&format!(" (picture of {})", at.clock()));
        }
        Area::new(ui.scope_id().with("still"))
            .order(Order::Tooltip)
            .interactable(false)
            .fixed_pos(pos2(left, rect.bottom() + 6.0))
            .show(ui.ctx(), |ui| {
                Frame::popup(ui.style()).show(ui, |ui| {
                    ui.add(Image::from_texture((texture, size)).fit_to_exact_size(size));
                    ui.label(RichText::new(text).font(theme::font(11.0)).color(MUTED));
                });
            });
    }

    /// Lets go of the pictures of another clip.
    fn take_over(&mut self, stills: Option<&Arc<Stills>>) {
        let is_same = match (&self.of, stills) {
            (Some(known), Some(stills)) => Arc::ptr_eq(known, stills),
            (None, None) => true,
            _ => false,
        };
        if !is_same || self.textures.len() > MOST_KEPT {
            self.of = stills.cloned();
            self.textures.clear();
        }
    }

    /// Paints pictures side by side over a shot, each of its time.
    #[expect(
        clippy::too_many_arguments,
        reason = "one place on the screen, one in the clip"
    )]
    fn paint_strip(
        &mut self,
        ui: &Ui,
        painter: &Painter,
        placed: &PlacedClip<'_>,
        shot: Rect,
        timeline: &Timeline,
        (from, end): (Seconds, Seconds),
        new: &mut usize,
    ) {
        let Some(stills) = self.of.clone() else {
            return;
        };
        let size = vec2(shot.height() * stills.aspect() as f32, shot.height());
        let visible = painter.clip_rect();
        let first = ((visible.left() - shot.left()) / size.x).floor().max(0.0) as u32;
        for tile in first.. {
            let left = shot.left() + tile as f32 * size.x;
            if left >= visible.right() {
                break;
            }
            let time = match tile {
                0 => Some(from),
                _ => placed.time_at(left, timeline),
            };
            let index = time.and_then(|time| stills.nearest(time, from, end));
            let Some(index) = index else {
                continue;
            };
            if !self.textures.contains_key(&index) {
                if *new == 0 {
                    continue;
                }
                *new -= 1;
            }
            let place = Rect::from_min_size(pos2(left, shot.top()), size);
            let texture = self.texture(ui, &stills, index);
            painter.image(texture, place, UV, Color32::WHITE);
        }
    }

    fn texture(&mut self, ui: &Ui, stills: &Stills, index: usize) -> egui::TextureId {
        let load = || {
            let pixels = stills.all()[index].rgb.as_flattened();
            let image = ColorImage::from_rgb([STILL_WIDTH, STILL_HEIGHT], pixels);
            let name = format!("still {index}");
            ui.ctx().load_texture(name, image, TextureOptions::LINEAR)
        };
        self.textures.entry(index).or_insert_with(load).id()
    }
}

/// Paints the number of a shot and the time at which it begins, as far as there is room.
fn paint_label(painter: &Painter, shot: Rect, number: usize, from: Seconds) {
    if shot.width() < WIDTH_OF_NUMBER {
        return;
    }
    let layout = |text: String, font| painter.layout_no_wrap(text, font, Color32::WHITE);
    let number = layout(number.to_string(), theme::strong(11.5));
    let time = (shot.width() >= WIDTH_OF_TIME).then(|| layout(from.clock(), theme::font(11.0)));
    let at = shot.left_top() + vec2(6.0, 3.0);
    let gap = 7.0;
    let width = number.size().x + time.as_ref().map_or(0.0, |time| gap + time.size().x);
    let ground = Rect::from_min_size(at, Vec2::new(width, number.size().y)).expand2(vec2(4.0, 1.0));
    painter.rect_filled(ground, theme::RADIUS, Color32::from_black_alpha(120));
    let after = at.x + number.size().x + gap;
    let bottom = at.y + number.size().y;
    painter.galley(at, number, Color32::WHITE);
    if let Some(time) = time {
        let place = Align2::LEFT_BOTTOM.anchor_size(pos2(after, bottom), time.size());
        painter.galley(place.min, time, Color32::WHITE);
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use egui::vec2;

    use crate::editor::HeadlessEditor;
    use crate::features::{ClipFeatures, STILL_HEIGHT, STILL_WIDTH, Still, Stills};
    use crate::instance::{SavedClip, State};
    use crate::time::{Seconds, Tempo};

    /// An editor with a clip of 16 seconds, eight bars, that is cut in the middle and has stills at 0, 8 and 9 seconds.
    fn editor() -> HeadlessEditor {
        let clip = ClipFeatures {
            duration: Seconds(16.0),
            shots: vec![Seconds(8.0)],
            ..ClipFeatures::default()
        };
        let state = State {
            clip: Some(SavedClip::new("clip.mp4".into(), &clip, Tempo::DEFAULT)),
            ..State::default()
        };
        let editor = HeadlessEditor::new(&state, (1040, 768));
        let still = |at: f64| Still {
            at: Seconds(at),
            rgb: vec![[90, 60, 30]; STILL_WIDTH * STILL_HEIGHT],
        };
        let stills = Stills::new(None, [0.0, 8.0, 9.0].map(still).into()).unwrap();
        let path = PathBuf::from("clip.mp4");
        editor.session().keep_stills(path, Arc::new(stills));
        editor
    }

    #[test]
    fn the_pointer_over_a_shot_shows_its_nearest_picture_and_says_of_when_it_is() {
        let mut editor = editor();
        let lanes = editor.rect_of("Timeline").unwrap();
        let at = |share: f32| lanes.left_top() + vec2(lanes.width() * share, 20.0);
        editor.click_at(at(0.25), 1);
        let said = |editor: &HeadlessEditor, text: &str| editor.middle_of(text).is_some();
        assert!(said(&editor, "Shot 1, 0:04.0 (picture of 0:00.0)"));
        editor.click_at(at(0.5625), 1);
        assert!(said(&editor, "Shot 2, 0:09.0"));
        editor.click_at(at(0.25) + vec2(0.0, 200.0), 1);
        assert!(!said(&editor, "Shot 1, 0:04.0 (picture of 0:00.0)"));
    }

    #[test]
    fn without_pictures_there_is_none_under_the_pointer() {
        let mut editor = editor();
        let other = Arc::new(Stills::default());
        editor.session().keep_stills("other.mp4".into(), other);
        let lanes = editor.rect_of("Timeline").unwrap();
        editor.click_at(lanes.left_top() + vec2(lanes.width() * 0.25, 20.0), 1);
        assert_eq!(editor.middle_of("Shot 1, 0:04.0 (picture of 0:00.0)"), None);
    }
}
