//! The field for the clip's path.

use std::path::PathBuf;

use egui::{Key, TextEdit, Ui, Vec2};

use super::contents::Scene;
use crate::instance::{Desk, typed_path};

/// The text in the field, if it is not the name of the open clip.
#[derive(Default)]
pub(super) struct ClipPath {
    typed: Option<Typed>,
    /// The path in the field if it lost the focus in this frame without Enter.
    left: Option<PathBuf>,
}

struct Typed {
    text: String,
    /// The path that was asked for, and the clip that was open then. What was typed stays until another clip is open.
    asked: Option<(PathBuf, Option<PathBuf>)>,
}

impl ClipPath {
    /// Shows the field, `width` points wide. Enter opens the typed path, Escape forgets it.
    pub(super) fn show(&mut self, ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>, width: f32) {
        self.left = None;
        let known = state.clip.as_ref();
        let open = known.map(|clip| &clip.path);
        let is_opened = |(path, before): &(PathBuf, Option<PathBuf>)| {
            open == Some(path) || open != before.as_ref()
        };
        if (self.typed.as_ref()).is_some_and(|typed| typed.asked.as_ref().is_some_and(is_opened)) {
            self.typed = None;
        }
        let mut text = match &self.typed {
            Some(typed) => typed.text.clone(),
            None => known.map(|clip| clip.name()).unwrap_or_default(),
        };
        let edit = TextEdit::singleline(&mut text)
            .hint_text("Path of a clip")
            .desired_width(width)
            .margin(Vec2::new(8.0, 5.0));
        let mut response = ui.add(edit);
        if let Some(clip) = known.filter(|_| !response.has_focus()) {
            response = response.on_hover_text(clip.path.display().to_string());
        }
        if response.gained_focus() && self.typed.is_none() {
            let path = open.map(|path| path.display().to_string());
            self.typed = Some(Typed::new(path.unwrap_or_default()));
        } else if response.changed() {
            self.typed = Some(Typed::new(text));
        }
        if response.lost_focus() {
            self.end_typing(ui, desk, open);
        }
    }

    fn end_typing(&mut self, ui: &Ui, desk: &Desk, open: Option<&PathBuf>) {
        let Some(Typed { text, asked }) = self.typed.take() else {
            return;
        };
        let path = typed_path(&text);
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        match path {
            Some(path) if pressed(Key::Enter) => self.open(desk, text, path),
            _ if pressed(Key::Escape) => {}
            _ if asked.is_some() => self.typed = Some(Typed { text, asked }),
            // Generate may still enter it in this frame.
            Some(path) if open != Some(&path) => {
                self.left = Some(path);
                self.typed = Some(Typed::new(text));
            }
            _ => {}
        }
    }

    /// Opens the path in the field if it lost the focus in this frame. Returns false if it is not a file.
    pub(super) fn enter(&mut self, desk: &Desk) -> bool {
        let left = self.left.take().zip(self.typed.take());
        left.is_none_or(|(path, typed)| {
            let is_there = path.is_file();
            self.open(desk, typed.text, path);
            is_there
        })
    }

    /// Forgets what was typed and neither entered nor is being typed.
    pub(super) fn end_frame(&mut self) {
        if self.left.take().is_some() {
            self.typed = None;
        }
    }

    fn open(&mut self, desk: &Desk, text: String, path: PathBuf) {
        let state = desk.session.state();
        let before = state.clip.as_ref().map(|clip| clip.path.clone());
        desk.load_clip(path.clone());
        self.typed = Some(Typed {
            text,
            asked: Some((path, before)),
        });
    }
}

impl Typed {
    fn new(text: String) -> Self {
        Self { text, asked: None }
    }
}

#[cfg(test)]
mod tests {
    use egui::{Key, Modifiers};

    use super::super::HeadlessEditor;
    use crate::instance::State;

    #[test]
    fn a_path_that_cannot_be_opened_stays_in_the_field() {
        let mut editor = HeadlessEditor::new(&State::default(), (1040, 768));
        editor.click("Path of a clip");
        editor.type_text("/no/such/Clip.mp");
        editor.press(Modifiers::NONE, Key::Enter, 0);
        assert!(editor.rect_of("/no/such/Clip.mp").is_some());
        editor.click("/no/such/Clip.mp");
        editor.press(Modifiers::NONE, Key::End, 0);
        editor.type_text("4");
        assert!(editor.rect_of("/no/such/Clip.mp4").is_some());
        editor.press(Modifiers::NONE, Key::Escape, 0);
        assert!(editor.rect_of("/no/such/Clip.mp4").is_none());
    }
}
