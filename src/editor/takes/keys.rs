//! Keys that choose takes: 1 to 9, and X to switch between the two that are compared.

use egui::{Key, Ui};

use crate::instance::{Desk, State};

/// Choose the take of that number.
pub(in crate::editor) const DIGITS: [Key; 9] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];
/// Switches between the takes A and B.
pub(super) const SWITCH: Key = Key::X;

/// Chooses the take that a key asks for; none while text is typed.
pub(super) fn choose(ui: &Ui, desk: &Desk, state: &State) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |key| {
        ui.input(|input| {
            let modifiers = input.modifiers;
            // French keyboards have digits with Shift.
            let is_plain = !modifiers.command && !modifiers.ctrl && !modifiers.alt;
            is_plain && input.key_pressed(key)
        })
    };
    let digit = (1..).zip(DIGITS).find(|&(_, key)| pressed(key));
    let chosen = match digit {
        Some((number, _)) => of_number(state, number),
        None if pressed(SWITCH) => state.pins.other(state.current),
        None => None,
    };
    if let Some(chosen) = chosen {
        choose_take(desk, state, chosen);
    }
}

/// Makes a take the one that plays.
pub(super) fn choose_take(desk: &Desk, state: &State, index: usize) {
    if state.current != Some(index) {
        desk.session.edit(|state| {
            if index < state.takes.len() {
                state.current = Some(index);
            }
        });
    }
}

/// Returns the index of the take with a number, or if none has it in its name, of the one at that place, counted from 1.
fn of_number(state: &State, number: usize) -> Option<usize> {
    let named = (state.takes.iter()).position(|take| take.number() == Some(number));
    named.or_else(|| (number <= state.takes.len()).then(|| number - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generator::Draft;

    #[test]
    fn a_number_is_that_of_the_name_or_else_of_the_place() {
        let mut state = State::default();
        (0..4).for_each(|_| state.add_take(Draft::default(), 0));
        assert_eq!(of_number(&state, 3), Some(2));
        assert_eq!(of_number(&state, 5), None);
        state.delete_take(0);
        assert_eq!(of_number(&state, 3), Some(1));
        state.takes[2].name = "theme".to_owned();
        assert_eq!(of_number(&state, 1), Some(0));
        assert_eq!(of_number(&state, 4), None);
        assert_eq!(of_number(&state, 3), Some(1));
    }
}
