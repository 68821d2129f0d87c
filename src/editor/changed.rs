//! What was changed since the current take was made, beside Generate.

use egui::text::{LayoutJob, TextWrapping};
use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::contents::Scene;
use super::theme;

/// The width of the words, in points.
const WIDTH: f32 = 236.0;

/// Shows what was changed, if anything was, at the right end of the row. Returns what it leaves of the row.
pub(super) fn show(ui: &Ui, scene: Scene<'_>) -> Rect {
    let row = ui.max_rect();
    let params = scene.params.values();
    let changed = (scene.desk).changed_since_take(scene.state, params, scene.tempo_map);
    let (Some(words), Some(take)) = (in_words(&changed), scene.state.current_take()) else {
        return row;
    };
    let text = format!("{words} changed since take {}", take.title());
    let place = Rect::from_min_max(pos2(row.right() - WIDTH, row.top()), row.max);
    let mut job = LayoutJob::simple_singleline(text.clone(), theme::font(12.0), theme::ACCENT);
    job.wrap = TextWrapping::truncate_at_width(WIDTH);
    let galley = ui.painter().layout_job(job);
    let at = pos2(place.right(), place.center().y) - vec2(galley.size().x, galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme::ACCENT);
    let response = ui.interact(place, ui.scope_id().with("changed"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    response.on_hover_text(format!(
        "The next draft will be made with other settings than take {}: {}.",
        take.title(),
        changed.join(", ").to_lowercase()
    ));
    row.with_max_x(place.left() - theme::GRID)
}

/// Names at most two of several changes.
fn in_words(changed: &[&str]) -> Option<String> {
    match changed {
        [] => None,
        [one] => Some((*one).to_owned()),
        [one, other] => Some(format!("{one} and {}", other.to_lowercase())),
        [one, rest @ ..] => Some(format!("{one} and {} more", rest.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::HeadlessEditor;
    use super::*;
    use crate::features::ClipFeatures;
    use crate::generator::Draft;
    use crate::instance::{SavedClip, State};
    use crate::time::{Seconds, Tempo};

    #[test]
    fn up_to_two_changes_are_named_and_more_are_counted() {
        assert_eq!(in_words(&[]), None);
        let words = |changed: &[&str]| in_words(changed).unwrap();
        assert_eq!(words(&["Density"]), "Density");
        assert_eq!(words(&["Density", "Style"]), "Density and style");
        assert_eq!(words(&["Key", "Steps", "Model"]), "Key and 2 more");
    }

    #[test]
    fn a_setting_that_was_changed_since_the_take_is_named_beside_generate() {
        let clip = ClipFeatures {
            duration: Seconds(2.0),
            ..ClipFeatures::default()
        };
        let mut state = State {
            clip: Some(SavedClip::new("clip.mp4".into(), &clip, Tempo::DEFAULT)),
            ..State::default()
        };
        let mut draft = Draft::default();
        draft.recipe.model = "default".to_owned();
        draft.recipe.settings.sampler.steps = state.steps;
        state.add_take(draft, 0);
        let mut editor = HeadlessEditor::new(&state, (1040, 768));
        assert_eq!(editor.middle_of("Steps changed since take 1"), None);
        editor.session().edit(|state| state.steps += 1);
        editor.click("Timeline");
        let words = editor.rect_of("Steps changed since take 1").unwrap();
        let generate = editor.rect_of("Generate").unwrap();
        assert!(words.left() > generate.right());
    }
}
