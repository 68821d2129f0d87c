//! Style, form and hits of the next draft.

use std::fmt::Display;

use egui::{ComboBox, Ui};

use crate::conditioning::hits::MAX_WEIGHT;
use crate::editor::contents::Scene;
use crate::editor::controls::field;
use crate::generator::Form;
use crate::music::style::Style;

const WIDTH: f32 = 110.0;
/// Forms that are offered besides `off` and `auto`.
const FORMS: [&str; 5] = ["AB", "ABA", "AABA", "ABAC", "ABACA"];

/// Shows the choices.
pub(super) fn show(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
    field(ui, "Style", |ui| {
        let styles = (Style::ALL.into_iter().map(Some)).chain([None]);
        let name = |style: &Option<Style>| style.map_or("free", Style::name);
        if let Some(style) = choice(ui, "style", &state.style, styles, name) {
            desk.session.edit(|state| state.style = style);
        }
    })
    .on_hover_text("The music that the next draft is like; free leaves it to the model.");
    field(ui, "Form", |ui| {
        let letters = FORMS.iter().filter_map(|letters| letters.parse().ok());
        let forms = [Form::Off, Form::Auto].into_iter().chain(letters);
        if let Some(form) = choice(ui, "form", &state.form, forms, Form::to_string) {
            desk.session.edit(|state| state.form = form);
        }
    })
    .on_hover_text("Sections of the next draft. Those of one letter share a theme; auto chooses letters for the length.");
    field(ui, "Meet cuts", |ui| {
        let weights = 0..=MAX_WEIGHT;
        let name = |weight: &u8| match weight {
            0 => "by accents".to_owned(),
            weight => format!("weight {weight}"),
        };
        if let Some(weight) = choice(ui, "cuts", &state.cut_weight, weights, name) {
            desk.session.edit(|state| state.cut_weight = weight);
        }
    })
    .on_hover_text(
        "How much the next draft gathers its notes on every cut. From 2, the chord changes there and the bar before holds back.",
    );
}

/// Shows a list with `current` chosen. Returns the user's choice.
fn choice<T: PartialEq, N: Display>(
    ui: &mut Ui,
    salt: &str,
    current: &T,
    choices: impl IntoIterator<Item = T>,
    name: impl Fn(&T) -> N,
) -> Option<T> {
    let mut chosen = None;
    ComboBox::from_id_salt(salt)
        .width(WIDTH)
        .selected_text(name(current).to_string())
        .show_ui(ui, |ui| {
            for choice in choices {
                let is_current = choice == *current;
                if ui
                    .selectable_label(is_current, name(&choice).to_string())
                    .clicked()
                {
                    chosen = Some(choice);
                }
            }
        });
    chosen
}
