//! Selecting bars on the ruler, and locking them.

use egui::{
    Align2, CornerRadius, CursorIcon, Key, KeyboardShortcut, Modifiers, Painter, Pos2, Rect, Role,
    Sense, Ui, WidgetInfo,
};

use super::contents::Scene;
use super::drag_handle::{self, HANDLE_WIDTH};
use super::piano_roll::paint_bar_numbers;
use super::theme::{self, ACCENT, LINE, MUTED};
use super::themes::{ThemeRequest, USE_WORDS};
use super::timeline::Timeline;
use crate::instance::{Locks, Selection};
use crate::time::Beats;

/// The height of the row of bar numbers, in points.
pub(super) const NUMBERS_HEIGHT: f32 = 17.0;
/// The width from which on a locked bar says so, in points.
const LEAST_WIDTH_OF_WORD: f32 = 64.0;
/// The width from which on the handle of selected bars lies in them, beside their number, in points.
const LEAST_WIDTH_OF_HANDLED: f32 = 40.0;

const REPEAT: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::R);
const LOCK: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::L);
const CLEAR: KeyboardShortcut = KeyboardShortcut::new(Modifiers::NONE, Key::Escape);

/// The bars of a draft on the screen.
#[derive(Clone, Copy)]
pub(super) struct DraftBars<'a> {
    pub(super) timeline: &'a Timeline,
    /// The beat of the project at which the draft starts.
    pub(super) start: Beats,
    /// The length of one of its bars.
    pub(super) bar: Beats,
    /// How many it has.
    pub(super) count: u32,
}

impl DraftBars<'_> {
    /// Returns the bar at an x coordinate, or the nearest one.
    fn at(&self, x: f32) -> u32 {
        let bar = (self.timeline.beat_at(x) - self.start.0) / self.bar.0;
        (bar.floor().max(0.0) as u32).min(self.count.saturating_sub(1))
    }

    /// Returns the x coordinates of bars, the first and the last.
    fn x_of(&self, first: u32, last: u32) -> std::ops::RangeInclusive<f32> {
        let x = |bar: u32| {
            self.timeline
                .x_of(self.start.0 + f64::from(bar) * self.bar.0)
        };
        x(first)..=x(last.saturating_add(1))
    }

    /// Lets the user select bars in `ruler` by clicks and drags, and lock them from its menu. Returns whether everything is to
    /// be shown, as a double click asks.
    pub(super) fn select(self, ui: &Ui, ruler: Rect, scene: Scene<'_>) -> bool {
        let id = ui.scope_id().with("ruler");
        let response = ui.interact(ruler, id, Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Slider, true, "Bars"));
        let selected = scene.selection.get();
        let pressed = response.interact_pointer_pos().map(|at| self.at(at.x));
        let extends = ui.input(|input| input.modifiers.shift);
        let anchor_id = id.with("anchor");
        if let Some(bar) = pressed.filter(|_| response.drag_started() || response.clicked()) {
            let anchor = match selected.bars {
                Some((first, last)) if extends => {
                    if bar < first {
                        last
                    } else {
                        first
                    }
                }
                _ => {
                    let origin = ui.input(|input| input.pointer.press_origin());
                    origin.map_or(bar, |origin| self.at(origin.x))
                }
            };
            ui.memory_mut(|memory| memory.data.insert_temp(anchor_id, anchor));
            // The window takes Escape from the host only while something has the focus.
            response.request_focus();
        }
        let anchor: Option<u32> = ui.memory(|memory| memory.data.get_temp(anchor_id));
        if let (Some(bar), Some(anchor)) = (pressed, anchor)
            && (response.dragged() || response.clicked())
        {
            let bars = (bar.min(anchor), bar.max(anchor));
            // A click on the only selected bar lets it go.
            let is_let_go = response.clicked() && !extends && selected.bars == Some((bar, bar));
            scene.selection.set(Selection {
                bars: (!is_let_go).then_some(bars),
                ..selected
            });
        }
        let is_double = response.double_clicked();
        response.context_menu(|ui| {
            let is_any = scene.selection.get().bars.is_some();
            if is_any && ui.button("Lock or unlock (L)").clicked() {
                toggle_lock(scene);
            }
            let current = scene.state.current.zip(scene.state.current_take());
            if let Some((index, take)) = current.filter(|_| is_any)
                && ui.button(USE_WORDS).clicked()
            {
                let request = ThemeRequest::of(scene, index, take);
                scene.asked_theme.set(Some(request));
            }
            if is_any && ui.button("Select nothing (Esc)").clicked() {
                scene.selection.set(Selection::default());
            }
            if !scene.state.locks.bars.is_empty() && ui.button("Unlock all bars").clicked() {
                let session = &scene.desk.session;
                session.edit(|state| state.locks.bars.clear());
            }
        });
        let response = response.on_hover_cursor(CursorIcon::PointingHand);
        if scene.selection.get().bars.is_none() {
            response.on_hover_text(
                "Drag to select bars; Generate then paints only those. L locks them, Esc selects nothing.",
            );
        }
        self.show_handle(ui, ruler, scene);
        is_double
    }

    /// Shows the handle by which the selected bars are dragged out of the window: at their end, or after it if they are narrow.
    fn show_handle(self, ui: &Ui, ruler: Rect, scene: Scene<'_>) {
        let selection = scene.selection.get();
        let Some((first, last)) = selection.bars.filter(|(first, _)| *first < self.count) else {
            return;
        };
        let last = last.min(self.count - 1);
        let bars = Rect::from_x_y_ranges(self.x_of(first, last), ruler.y_range()).intersect(ruler);
        if !bars.is_positive() {
            return;
        }
        let is_inside = bars.width() >= LEAST_WIDTH_OF_HANDLED;
        let left = if is_inside {
            bars.right() - HANDLE_WIDTH
        } else {
            bars.right().min(ruler.right() - HANDLE_WIDTH)
        };
        let handle = Rect::from_x_y_ranges(left..=left + HANDLE_WIDTH, ruler.y_range());
        let ink = if is_inside { theme::BACKGROUND } else { ACCENT };
        let start = scene.params.values().start();
        let first_bar = scene.desk.session.first_bar(scene.state, start);
        let what = selection.words(&Locks::default(), first_bar);
        drag_handle::show(ui, scene, handle, selection, &what, ink);
    }

    /// Paints what is selected and locked over the `ruler` and the `roll` below it.
    pub(super) fn paint(
        self,
        painter: &Painter,
        ruler: Rect,
        roll: Rect,
        selection: Selection,
        locks: &Locks,
    ) {
        let painter = painter.with_clip_rect(roll);
        for &bar in locks.bars.iter().filter(|&&bar| bar < self.count) {
            let place = Rect::from_x_y_ranges(self.x_of(bar, bar), ruler.y_range());
            painter.rect_filled(place, CornerRadius::ZERO, LINE.gamma_multiply(0.7));
            if place.width() >= LEAST_WIDTH_OF_WORD {
                let at = Pos2::new(place.right() - 5.0, place.top() + 3.0);
                painter.text(at, Align2::RIGHT_TOP, "locked", theme::font(9.5), MUTED);
            } else {
                paint_padlock(&painter, place);
            }
        }
        if let Some((first, last)) = selection.bars.filter(|(first, _)| *first < self.count) {
            let x = self.x_of(first, last.min(self.count - 1));
            let bars = Rect::from_x_y_ranges(x.clone(), ruler.y_range());
            painter.rect_filled(bars, CornerRadius::ZERO, ACCENT);
            let in_bars = painter.with_clip_rect(bars);
            paint_bar_numbers(&in_bars, ruler.top(), self.timeline, theme::BACKGROUND);
            let below = Rect::from_x_y_ranges(x, ruler.bottom()..=roll.bottom());
            painter.rect_filled(below, CornerRadius::ZERO, ACCENT.gamma_multiply(0.06));
        }
    }
}

fn paint_padlock(painter: &Painter, place: Rect) {
    let middle = Pos2::new(place.right() - 7.0, place.center().y);
    let body = Rect::from_center_size(middle + egui::vec2(0.0, 1.5), egui::vec2(7.0, 5.0));
    painter.rect_filled(body, CornerRadius::same(1), MUTED);
    let stroke = egui::Stroke::new(1.2, MUTED);
    painter.circle_stroke(middle + egui::vec2(0.0, -1.5), 2.4, stroke);
}

fn toggle_lock(scene: Scene<'_>) {
    if let Some((first, last)) = scene.selection.get().bars {
        let session = &scene.desk.session;
        session.edit(|state| state.locks.toggle_bars(first..last.saturating_add(1)));
    }
}

/// Acts on the keys of the selection, unless text is typed. Returns whether Generate is to be pressed, as Ctrl+R asks.
pub(super) fn follow_keys(ui: &Ui, scene: Scene<'_>) -> bool {
    if ui.ctx().text_edit_focused() {
        return false;
    }
    if !scene.selection.get().is_empty() && ui.input_mut(|input| input.consume_shortcut(&CLEAR)) {
        scene.selection.set(Selection::default());
    }
    if scene.selection.get().bars.is_some() && ui.input_mut(|input| input.consume_shortcut(&LOCK)) {
        toggle_lock(scene);
    }
    ui.input_mut(|input| input.consume_shortcut(&REPEAT))
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::super::HeadlessEditor;
    use super::*;
    use crate::generator::Draft;
    use crate::instance::State;
    use crate::music::score::{RawScore, Score};
    use crate::time::Bars;

    /// Returns an editor with a draft of 12 bars, all of them visible.
    fn editor() -> HeadlessEditor {
        let mut state = State::default();
        let draft = Draft {
            score: Score::repaired(RawScore {
                bars: Bars(12),
                ..RawScore::default()
            }),
            ..Draft::default()
        };
        state.add_take(draft, 0);
        HeadlessEditor::new(&state, (1040, 768))
    }

    /// Drags on the ruler from the middle of one bar to that of another, counted from 1.
    fn select(editor: &mut HeadlessEditor, modifiers: Modifiers, first: u32, last: u32) {
        let ruler = editor.rect_of("Bars").unwrap();
        let place = |bar: u32| {
            let share = (bar as f32 - 0.5) / 12.0;
            ruler.left_center() + vec2(share * ruler.width(), 0.0)
        };
        if first == last {
            editor.click_at(place(first), 1);
        } else {
            editor.drag(modifiers, place(first), place(last));
        }
    }

    #[test]
    fn bars_that_are_dragged_over_are_what_generate_paints() {
        let mut editor = editor();
        assert_eq!(editor.middle_of("Generate"), None);
        select(&mut editor, Modifiers::NONE, 8, 5);
        assert!(editor.middle_of("Repaint bars 5–8").is_some());
        select(&mut editor, Modifiers::SHIFT, 9, 10);
        assert!(editor.middle_of("Repaint bars 5–10").is_some());
        select(&mut editor, Modifiers::NONE, 3, 3);
        assert!(editor.middle_of("Repaint bar 3").is_some());
        select(&mut editor, Modifiers::NONE, 3, 3);
        assert_eq!(editor.middle_of("Repaint bar 3"), None);
    }

    #[test]
    fn l_locks_the_selected_bars_and_escape_selects_nothing() {
        let mut editor = editor();
        select(&mut editor, Modifiers::NONE, 1, 4);
        let before = editor.state();
        editor.press(Modifiers::NONE, Key::L, 0);
        assert!(editor.state().locks.bars.iter().eq(&[0, 1, 2, 3]));
        editor.press(Modifiers::NONE, Key::Escape, 0);
        assert!(editor.middle_of("Repaint what is not locked").is_some());
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(editor.state(), before);
    }

    #[test]
    fn keys_of_the_selection_do_nothing_while_text_is_typed() {
        let mut editor = editor();
        select(&mut editor, Modifiers::NONE, 1, 4);
        editor.click("Chords: Am | F G");
        editor.press(Modifiers::NONE, Key::L, 0);
        assert!(editor.state().locks.is_empty());
    }
}
