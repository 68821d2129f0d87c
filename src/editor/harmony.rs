//! The key and the chords of the next draft.

use egui::{TextEdit, Ui, Vec2};

use super::contents::Scene;
use super::controls::{choice, field};
use crate::conditioning::harmony::Harmony;
use crate::instance::{Desk, Notice};
use crate::music::chord::ChordLane;
use crate::music::key::Key;

/// Text that is not yet entered.
#[derive(Default)]
pub(super) struct HarmonyFields {
    chords: Option<String>,
}

impl HarmonyFields {
    /// Shows the key of planned chords and a field for the user's own chords.
    pub(super) fn show(&mut self, ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
        field(ui, "Key", |ui| {
            if let Some(harmony) = key(ui, &state.harmony) {
                desk.session.edit(|state| state.harmony = harmony);
                self.chords = None;
            }
        });
        self.chords(ui, desk, &state.harmony);
    }

    /// Enters the typed chords. If they cannot be read, this leaves a notice, keeps them and returns false.
    pub(super) fn enter(&mut self, desk: &Desk) -> bool {
        let Some(typed) = self.chords.take() else {
            return true;
        };
        match entered(&typed, &desk.session.state().harmony) {
            Ok((harmony, remark)) => {
                desk.session.edit(|state| state.harmony = harmony);
                if let Some(remark) = remark {
                    desk.session.notify(Notice::Done(remark));
                }
                true
            }
            Err(problem) => {
                desk.session.notify(Notice::Problem(problem));
                self.chords = Some(typed);
                false
            }
        }
    }

    fn chords(&mut self, ui: &mut Ui, desk: &Desk, harmony: &Harmony) {
        let mut text = (self.chords.clone()).unwrap_or_else(|| chords_of(harmony));
        let edit = TextEdit::singleline(&mut text)
            .hint_text("Chords: Am | F G")
            .desired_width(f32::INFINITY)
            .margin(Vec2::new(8.0, 5.0));
        let response = ui.add(edit).on_hover_text(
            "Chords for each bar, as on a lead sheet, repeated to the end: Am7 | F C/E | G7sus4. Leave empty to have a progression \
             planned.",
        );
        if response.changed() {
            self.chords = Some(text);
        }
        if response.lost_focus() {
            self.enter(desk);
        }
    }
}

/// Returns the harmony after the typed chords are entered, and what to say about it.
fn entered(typed: &str, before: &Harmony) -> Result<(Harmony, Option<String>), String> {
    if typed.trim().is_empty() {
        let harmony = match before {
            Harmony::Chords(_) => Harmony::default(),
            other => other.clone(),
        };
        return Ok((harmony, None));
    }
    let lane = typed.parse::<ChordLane>();
    lane.map(|lane| {
        let remark = lane.remark(typed);
        (Harmony::Chords(lane), remark)
    })
    .map_err(|fault| format!("The chords could not be read: {fault}."))
}

fn chords_of(harmony: &Harmony) -> String {
    match harmony {
        Harmony::Chords(lane) => lane.to_string(),
        Harmony::Planned(_) | Harmony::Free => String::new(),
    }
}

/// Shows the list of keys. Returns the user's choice.
fn key(ui: &mut Ui, harmony: &Harmony) -> Option<Harmony> {
    let name = |harmony: &Harmony| match harmony {
        Harmony::Planned(None) => "any".to_owned(),
        Harmony::Planned(Some(key)) => key.to_string(),
        Harmony::Chords(_) => "from chords".to_owned(),
        Harmony::Free => "free".to_owned(),
    };
    let keys = [false, true]
        .into_iter()
        .flat_map(|minor| (0..12).map(move |tonic| Key { tonic, minor }));
    let choices = [Harmony::Planned(None), Harmony::Free]
        .into_iter()
        .chain(keys.map(|key| Harmony::Planned(Some(key))));
    choice(ui, "key", harmony, choices, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_chords_are_entered_and_an_empty_field_removes_them() {
        let planned = Harmony::Planned(Some("Am".parse().unwrap()));
        let (chords, remark) = entered(" Am | F G ", &planned).unwrap();
        assert_eq!((&*chords_of(&chords), remark), ("Am | F G", None));
        assert_eq!(entered("  ", &chords), Ok((Harmony::default(), None)));
        assert_eq!(entered("", &planned), Ok((planned.clone(), None)));
    }

    #[test]
    fn chords_without_bar_lines_are_shown_with_them_and_a_remark() {
        let (chords, remark) = entered("Am F C G", &Harmony::Free).unwrap();
        assert_eq!(chords_of(&chords), "Am | F | C | G");
        let remark = remark.unwrap();
        assert!(
            remark.starts_with("Without bar lines each chord takes a bar: Am | F"),
            "{remark}"
        );
    }

    #[test]
    fn text_that_is_not_chords_is_reported() {
        let problem = entered("Am | H", &Harmony::Free).unwrap_err();
        assert!(
            problem.starts_with("The chords could not be read: "),
            "{problem}"
        );
    }
}
