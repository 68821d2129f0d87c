//! The row of takes: choose, rename, delete, compare and export.

mod card;
mod combine;
mod files;
mod hint;
mod keys;
mod marks;
mod picture;

use egui::{Align, Key, Layout, RichText, ScrollArea, Sense, TextEdit, Ui, Vec2};

use super::contents::Scene;
use super::controls::{Weight, button};
use super::drag_handle::{self, HANDLE_WIDTH};
use super::file_dialog::{FileDialog, Purpose};
use super::history::{self, Step};
use super::into_reaper::IntoReaper;
use super::theme;
use super::themes::{ThemeRequest, USE_WORDS};
use crate::instance::{Desk, Pin, Selection, Snapshot, file_name};
use card::{CARD_SIZE, Cards};
pub(super) use files::{default_folder, free_path};
pub(super) use keys::DIGITS;
use marks::Marks;

/// What the row keeps between frames.
#[derive(Default)]
pub(super) struct Takes {
    /// The take that is being renamed: its index and the typed name.
    renamed: Option<(usize, String)>,
    marks: Marks,
    cards: Cards,
    into_reaper: IntoReaper,
    /// The take that was current in the last frame.
    shown: Option<usize>,
}

impl Takes {
    /// Shows the row. Returns the step through the history that was asked for.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        scene: Scene<'_>,
        snapshot: &Snapshot,
        dialog: &mut FileDialog,
    ) -> Option<Step> {
        let Scene { desk, state, .. } = scene;
        let row = ui.horizontal_centered(|ui| {
            ui.label(RichText::new("Takes").color(theme::MUTED));
            let step = history::show(ui, snapshot);
            compare(ui, scene);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let (mut ask, mut export) = (false, false);
                if state.current_take().is_some() {
                    ask = button(ui, "Save as…", Vec2::new(84.0, 26.0), Weight::Plain)
                        .on_hover_text(
                            "As a MIDI file, or as a DAWproject or REAPER project with the video, if its name ends in .dawproject or .rpp",
                        )
                        .clicked();
                    export = button(ui, "Export MIDI", Vec2::new(104.0, 26.0), Weight::Plain)
                        .on_hover_text(
                            "Writes into the folder Diff-BGM in your music or home folder",
                        )
                        .clicked();
                }
                if state.current_take().is_some() {
                    let size = Vec2::new(HANDLE_WIDTH + 4.0, 26.0);
                    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                    let whole = Selection::default();
                    drag_handle::show(ui, scene, rect, whole, "the draft", theme::TEXT);
                }
                self.into_reaper.show(ui, scene);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ScrollArea::horizontal().show(ui, |ui| self.list(ui, scene));
                });
                if !ask && !export {
                    return;
                }
                // A name that this click entered is in the session's state, but not yet in the snapshot.
                if let Some(take) = desk.session.state().current_take() {
                    if ask {
                        let name = format!("{}.mid", file_name(&take.name));
                        dialog.ask(Purpose::Export, name, state);
                    } else {
                        desk.export(free_path(&default_folder(), &take.name));
                    }
                }
            });
            step
        });
        keys::choose(ui, desk, state);
        row.inner
    }

    fn list(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        let Scene { desk, state, .. } = scene;
        if state.takes.is_empty() {
            ui.label(RichText::new("none yet").color(theme::MUTED));
        }
        self.marks.forget_deleted();
        self.cards.forget_old(&state.takes);
        let is_other = self.shown != state.current;
        self.shown = state.current;
        for (index, take) in state.takes.iter().enumerate() {
            if self
                .renamed
                .as_ref()
                .is_some_and(|(renamed, _)| *renamed == index)
            {
                self.rename(ui, desk);
                continue;
            }
            let is_current = state.current == Some(index);
            let pin = state.pins.of(index);
            let other_tempo = self.marks.of(take, scene);
            let response = self.cards.show(ui, take, is_current, pin);
            if is_current && is_other {
                response.scroll_to_me(None);
            }
            if let Some(host) = &other_tempo {
                hint::mark(ui, response.rect, index, hint::why_marked(take, host));
            }
            let response = response.on_hover_ui(|ui| hint::show(ui, take, other_tempo.as_deref()));
            if response.clicked() {
                response.request_focus();
                keys::choose_take(desk, state, index);
            }
            let pressed = |key| response.has_focus() && ui.input(|input| input.key_pressed(key));
            let plain = ui.input(|input| input.modifiers.is_none());
            let mut rename = response.double_clicked() || is_current && pressed(Key::Enter);
            let mut delete = pressed(Key::Delete) || pressed(Key::Backspace);
            let bars = (!is_current)
                .then(|| combine::offered(scene, take))
                .flatten();
            let mut takes_over = plain && pressed(Key::C);
            let mut is_theme = plain && pressed(Key::T);
            let mut toggled = match (pressed(Key::A), pressed(Key::B)) {
                (true, _) if plain => Some(Pin::A),
                (_, true) if plain => Some(Pin::B),
                _ => None,
            };
            response.context_menu(|ui| {
                rename |= ui.button("Rename").clicked();
                for choice in Pin::ALL {
                    let verb = if pin == Some(choice) {
                        "Unpin"
                    } else {
                        "Pin as"
                    };
                    if ui.button(format!("{verb} {}", choice.name())).clicked() {
                        toggled = Some(choice);
                    }
                }
                if let Some((_, words)) = &bars {
                    takes_over |= ui.button(words).clicked();
                }
                is_theme |= ui.button(USE_WORDS).clicked();
                delete |= ui.button("Delete").clicked();
            });
            if let Some((bars, _)) = bars.filter(|_| takes_over) {
                desk.combine(index, bars, scene.params.values());
            }
            if is_theme {
                let request = ThemeRequest::of(scene, index, take);
                scene.asked_theme.set(Some(request));
            }
            if let Some(pin) = toggled {
                desk.session.edit(|state| {
                    if index < state.takes.len() {
                        state.pins.toggle(pin, index);
                    }
                });
            }
            if rename {
                self.renamed = Some((index, take.name.clone()));
            }
            if delete {
                desk.session.edit(|state| state.delete_take(index));
                // The next take moves to this place. With the focus, a key held down would delete it too: on X11 the window
                // cannot tell a repeated press from another.
                response.surrender_focus();
            }
        }
    }

    fn rename(&mut self, ui: &mut Ui, desk: &Desk) {
        let Some((index, name)) = &mut self.renamed else {
            return;
        };
        let edit = TextEdit::singleline(name).margin(Vec2::new(8.0, 5.0));
        let response = ui.add_sized(Vec2::new(CARD_SIZE.x, 26.0), edit);
        if response.lost_focus() {
            let keep = !ui.input(|input| input.key_pressed(Key::Escape));
            let (index, name) = (*index, name.trim().to_owned());
            if keep && !name.is_empty() {
                desk.session.edit(|state| {
                    if let Some(take) = state.takes.get_mut(index) {
                        take.name = name;
                    }
                });
            }
            self.renamed = None;
        } else {
            response.request_focus();
        }
    }
}

/// Shows the button that switches between the takes A and B, if both are pinned.
fn compare(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
    let Some(other) = state.pins.other(state.current) else {
        return;
    };
    let which = state.current.and_then(|current| state.pins.of(current));
    let (text, weight) = match which {
        Some(pin) => (format!("A/B: {}", pin.name()), Weight::Chosen),
        None => ("A/B".to_owned(), Weight::Plain),
    };
    let hint = format!(
        "Switches between the takes A and B ({})",
        keys::SWITCH.name()
    );
    if button(ui, &text, Vec2::new(58.0, 26.0), weight)
        .on_hover_text(hint)
        .clicked()
    {
        keys::choose_take(desk, state, other);
    }
}

#[cfg(test)]
mod tests;
