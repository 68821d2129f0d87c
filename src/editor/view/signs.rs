//! The signs plus and minus as they are typed, which zoom.

use egui::Event;

/// A typed plus or minus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sign {
    pub(super) zooms_in: bool,
    pub(super) shift: bool,
}

/// Returns the typed signs. They are found by their characters, since the window reports no keys for them; with Shift, US
/// and German keyboards type different ones. `shift_at_end` is whether Shift is held after the events.
pub(super) fn signs(events: &[Event], shift_at_end: bool) -> Vec<Sign> {
    let change = |event: &Event| match event {
        Event::ModifiersChanged(modifiers) => Some(modifiers.shift),
        _ => None,
    };
    let first_change = events.iter().find_map(change);
    let mut shift = first_change.map_or(shift_at_end, |after| !after);
    let mut signs = Vec::new();
    for event in events {
        shift = change(event).unwrap_or(shift);
        let Event::Text(text) = event else { continue };
        let zooms_in = match text.as_str() {
            "+" | "=" => true,
            "-" => false,
            "*" if shift => true,
            "_" if shift => false,
            _ => continue,
        };
        signs.push(Sign { zooms_in, shift });
    }
    signs
}

#[cfg(test)]
mod tests {
    use egui::Modifiers;

    use super::*;

    #[test]
    fn signs_with_shift_are_recognised_even_if_it_was_pressed_and_released_between_two_frames() {
        let text = |text: &str| Event::Text(text.to_owned());
        let shift = |held| {
            Event::ModifiersChanged(Modifiers {
                shift: held,
                ..Modifiers::NONE
            })
        };
        let typed = |events: &[Event], shift_at_end| -> Vec<(bool, bool)> {
            let signs = signs(events, shift_at_end);
            signs
                .iter()
                .map(|sign| (sign.zooms_in, sign.shift))
                .collect()
        };
        assert_eq!(
            typed(&[text("="), text("-")], false),
            [(true, false), (false, false)]
        );
        assert_eq!(
            typed(&[text("+"), text("_")], true),
            [(true, true), (false, true)]
        );
        assert_eq!(typed(&[text("*"), text("_"), text("a")], false), []);
        let both = [text("="), shift(true), text("+"), shift(false)];
        assert_eq!(typed(&both, false), [(true, false), (true, true)]);
        assert_eq!(typed(&[text("_"), shift(false)], false), [(false, true)]);
    }
}
