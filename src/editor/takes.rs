//! The row of takes: choose, rename, delete, compare and export.

mod card;
mod combine;
mod files;
mod hint;
mod keys;
mod picture;

use egui::{Align, Key, Layout, RichText, ScrollArea, TextEdit, Ui, Vec2};

use super::contents::Scene;
use super::controls::{Weight, button};
use super::file_dialog::{FileDialog, Purpose};
use super::history::{self, Step};
use super::theme;
use crate::instance::{Desk, Pin, Snapshot};
use card::{CARD_SIZE, Cards};
pub(super) use files::default_folder;
use files::{file_name, free_path};

/// What the row keeps between frames.
#[derive(Default)]
pub(super) struct Takes {
    /// The take that is being renamed: its index and the typed name.
    renamed: Option<(usize, String)>,
    cards: Cards,
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
                    ask = button(ui, "Save as…", Vec2::new(84.0, 26.0), Weight::Plain).clicked();
                    export = button(ui, "Export MIDI", Vec2::new(104.0, 26.0), Weight::Plain)
                        .on_hover_text(
                            "Writes into the folder Diff-BGM in your music or home folder",
                        )
                        .clicked();
                }
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
                        desk.export_midi(free_path(&default_folder(), &take.name));
                    }
                }
            });
            step
        });
        keys::choose(ui, desk, state);
        row.inner
    }

    fn list(&mut self, ui: &mut Ui, scene: Scene<'_>) {
        let Scene {
            desk,
            params,
            state,
            ..
        } = scene;
        if state.takes.is_empty() {
            ui.label(RichText::new("none yet").color(theme::MUTED));
        }
        self.cards.forget_old(&state.takes);
        let is_other = self.shown != state.current;
        self.shown = state.current;
        // A draft that keeps its own tempo is right under any.
        let live = &desk.session.live;
        let host = live.tempo().filter(|_| params.values().follow_host);
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
            let other_tempo = host.filter(|host| take.is_of_other_tempo(*host));
            let response = self.cards.show(ui, take, is_current, pin);
            if is_current && is_other {
                response.scroll_to_me(None);
            }
            if let Some(host) = other_tempo {
                hint::mark(ui, response.rect, index, hint::why_marked(take, host));
            }
            let response = response.on_hover_ui(|ui| hint::show(ui, take, other_tempo));
            if response.clicked() {
                response.request_focus();
                keys::choose_take(desk, state, index);
            }
            let pressed = |key| response.has_focus() && ui.input(|input| input.key_pressed(key));
            let plain = ui.input(|input| input.modifiers.is_none());
            let mut rename = response.double_clicked() || is_current && pressed(Key::Enter);
            let mut delete = pressed(Key::Delete);
            let bars = (!is_current)
                .then(|| combine::offered(scene, take))
                .flatten();
            let mut takes_over = plain && pressed(Key::C);
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
                delete |= ui.button("Delete").clicked();
            });
            if let Some((bars, _)) = bars.filter(|_| takes_over) {
                desk.combine(index, bars, params.values());
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
mod tests {
    use egui::Modifiers;

    use super::super::HeadlessEditor;
    use super::*;
    use crate::generator::Draft;
    use crate::instance::State;
    use crate::music::note::Note;
    use crate::music::part::Part;
    use crate::music::score::{RawScore, Score};
    use crate::player::HostTransport;
    use crate::time::{Bars, Beats};

    fn with_takes(count: u64) -> HeadlessEditor {
        let mut state = State::default();
        for seed in 1..=count {
            let mut draft = Draft::default();
            draft.recipe.settings.seed = seed;
            state.add_take(draft, 0);
        }
        HeadlessEditor::new(&state, (1040, 768))
    }

    fn names(editor: &HeadlessEditor) -> Vec<String> {
        let state = editor.state();
        state.takes.iter().map(|take| take.name.clone()).collect()
    }

    #[test]
    fn delete_held_down_deletes_one_take_and_ctrl_z_brings_it_back() {
        let mut editor = with_takes(3);
        let all = editor.state();
        assert!(editor.click("1 seed 1"));
        let chosen = editor.state();
        editor.press(Modifiers::NONE, Key::Delete, 20);
        assert_eq!(names(&editor), ["2 seed 2", "3 seed 3"]);
        let deleted = editor.state();
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(editor.state(), chosen);
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(editor.state(), all);
        for _ in 0..2 {
            editor.press(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z, 0);
        }
        assert_eq!(editor.state(), deleted);
    }

    #[test]
    fn number_keys_choose_takes_but_not_while_text_is_typed() {
        let mut editor = with_takes(3);
        editor.press(Modifiers::NONE, Key::Num1, 0);
        assert_eq!(editor.state().current, Some(0));
        editor.press(Modifiers::COMMAND, Key::Num2, 0);
        editor.press(Modifiers::NONE, Key::Num9, 0);
        assert_eq!(editor.state().current, Some(0));
        editor.click("Chords: Am | F G");
        editor.press(Modifiers::NONE, Key::Num2, 0);
        assert_eq!(editor.state().current, Some(0));
        editor.press(Modifiers::NONE, Key::Escape, 0);
        editor.press(Modifiers::NONE, Key::Num2, 0);
        assert_eq!(editor.state().current, Some(1));
    }

    #[test]
    fn two_takes_are_pinned_and_one_key_switches_between_them() {
        let mut editor = with_takes(3);
        for (take, pin) in [("1 seed 1", Key::A), ("3 seed 3", Key::B)] {
            editor.click(take);
            editor.press(Modifiers::NONE, pin, 0);
        }
        let mut heard = Vec::new();
        for _ in 0..3 {
            editor.press(Modifiers::NONE, Key::X, 0);
            heard.extend(editor.state().current);
        }
        assert_eq!(heard, [0, 2, 0]);
        assert!(editor.click("A/B: A"));
        assert_eq!(editor.state().current, Some(2));
        let text = editor.state().to_text().unwrap();
        let saved = State::from_text(&text).unwrap();
        assert_eq!(saved.pins.other(Some(2)), Some(0));
        // The pins follow their takes, and there is nothing to switch once one is gone.
        editor.click("2 seed 2");
        editor.press(Modifiers::NONE, Key::Delete, 0);
        editor.press(Modifiers::NONE, Key::X, 0);
        assert_eq!(editor.state().current, Some(0));
        editor.click("1 seed 1");
        editor.press(Modifiers::NONE, Key::Delete, 0);
        editor.press(Modifiers::NONE, Key::X, 0);
        assert_eq!(editor.state().pins.other(None), None);
    }

    #[test]
    fn selected_bars_of_another_take_are_taken_into_the_current_one() {
        let mut state = State::default();
        for seed in 1..=2 {
            let note = |bar: u8| Note {
                start: Beats(4.0 * f64::from(bar)),
                length: Beats(1.0),
                pitch: 60 + 12 * seed as u8,
                velocity: 80,
                part: Part::Lead,
            };
            let mut draft = Draft {
                score: Score::repaired(RawScore {
                    notes: (0..4).map(note).collect(),
                    bars: Bars(4),
                    ..RawScore::default()
                }),
                ..Draft::default()
            };
            draft.recipe.settings.seed = seed;
            state.add_take(draft, 0);
        }
        let mut editor = HeadlessEditor::new(&state, (1040, 768));
        editor.open_menu("1 seed 1");
        assert!(!editor.click("Take bar 3 into take 2"));
        editor.press(Modifiers::NONE, Key::Escape, 0);
        // Just right of the middle of four bars lies the third.
        let ruler = editor.rect_of("Bars").unwrap();
        editor.click_at(ruler.center() + Vec2::new(20.0, 0.0), 1);
        editor.open_menu("1 seed 1");
        assert!(editor.click("Take bar 3 into take 2"));
        let made = editor.state();
        let take = made.current_take().unwrap();
        assert_eq!(take.summary(), "bar 3 of 1 in 2");
        let pitches: Vec<u8> = (take.draft.score.notes().iter())
            .map(|note| note.pitch)
            .collect();
        assert_eq!(pitches, [84, 84, 72, 84]);
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(editor.state().takes.len(), 2);
    }

    #[test]
    fn buttons_undo_and_redo_and_a_name_that_their_click_entered_is_undone() {
        let mut editor = with_takes(1);
        editor.click("1 seed 1");
        editor.press(Modifiers::NONE, Key::Enter, 0);
        editor.type_text(" slow");
        editor.click("Undo");
        assert_eq!(names(&editor), ["1 seed 1"]);
        editor.click("Redo");
        assert_eq!(names(&editor), ["1 seed 1 slow"]);
        // There is nothing more to redo.
        editor.click("Redo");
        assert_eq!(names(&editor), ["1 seed 1 slow"]);
    }

    #[test]
    fn ctrl_z_in_a_text_field_does_not_undo_a_change_of_the_takes() {
        let mut editor = with_takes(2);
        editor.click("1 seed 1");
        let chosen = editor.state();
        editor.click("Chords: Am | F G");
        editor.type_text("C");
        editor.press(Modifiers::COMMAND, Key::Z, 0);
        assert_eq!(editor.state(), chosen);
    }

    #[test]
    fn a_take_of_another_tempo_than_the_hosts_is_marked() {
        const MARK: &str =
            "Made at 120 BPM, the host is at 90 BPM: its accents miss the cuts. Draft again.";
        let mut editor = with_takes(1);
        assert_eq!(editor.middle_of(MARK), None);
        for (bpm, is_marked) in [(90.0, true), (120.0, false)] {
            editor.session().live.set_transport(&HostTransport {
                tempo_bpm: Some(bpm),
                ..HostTransport::default()
            });
            editor.click("Timeline");
            assert_eq!(editor.middle_of(MARK).is_some(), is_marked, "{bpm}");
        }
    }

    #[test]
    fn a_take_says_what_it_was_made_with_while_the_pointer_is_on_it() {
        let mut editor = with_takes(1);
        assert_eq!(editor.middle_of("120 BPM, 4/4, 1 bar"), None);
        assert!(editor.hover("1 seed 1"));
        assert!(editor.middle_of("120 BPM, 4/4, 1 bar").is_some());
    }
}
