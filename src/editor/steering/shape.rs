//! Style, form and hits of the next draft, and how cuts are found.

use egui::Ui;

use crate::conditioning::hits::MAX_WEIGHT;
use crate::conditioning::pairing::Follow;
use crate::editor::contents::Scene;
use crate::editor::controls::{choice, field};
use crate::features::is_clip_file;
use crate::generator::Form;
use crate::music::style::Style;
use crate::video::ShotFinder;

/// Forms that are offered besides `off` and `auto`.
const FORMS: [&str; 5] = ["AB", "ABA", "AABA", "ABAC", "ABACA"];

/// Shows the choices of the music.
pub(super) fn show_music(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
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
    let has_moods = (state.clip.as_ref()).is_some_and(|clip| Follow::Mood.is_in(&clip.features()));
    if has_moods || state.follow != Follow::default() {
        field(ui, "Follow", |ui| {
            let name = |follow: &Follow| follow.name();
            if let Some(follow) = choice(ui, "follow", &state.follow, Follow::ALL, name) {
                desk.session.edit(|state| state.follow = follow);
            }
        })
        .on_hover_text(
            "What the next draft follows in the clip: what its picture looks like, or its mood. With mood, density follows how excited the picture is, and mode how pleasant.",
        );
    }
}

/// Shows how cuts are found and met.
pub(super) fn show_cuts(ui: &mut Ui, Scene { desk, state, .. }: Scene<'_>) {
    field(ui, "Find cuts", |ui| {
        let name = |finder: &ShotFinder| finder.name();
        if let Some(finder) = choice(ui, "shots", &state.shot_finder, ShotFinder::ALL, name) {
            desk.session.edit(|state| state.shot_finder = finder);
            // A clip file holds what was found when it was made.
            if let Some(clip) = (state.clip.as_ref()).filter(|clip| !is_clip_file(&clip.path)) {
                desk.load_clip(clip.path.clone());
            }
        }
    })
    .on_hover_text(
        "How the cuts and dissolves of a video are found: quick compares its pictures; network asks TransNet V2, which takes several times as long. The clip is read again.",
    );
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

#[cfg(test)]
mod tests {
    use crate::conditioning::pairing::Follow;
    use crate::editor::HeadlessEditor;
    use crate::features::{ClipFeatures, MeasureTrack, PictureMeasure};
    use crate::instance::{SavedClip, State};
    use crate::time::{Seconds, Tempo};
    use crate::video::ShotFinder;

    #[test]
    fn moods_are_offered_if_the_clip_has_them_shown_in_the_lanes_and_can_be_undone() {
        let state = |columns: &[PictureMeasure]| {
            let clip = ClipFeatures {
                duration: Seconds(16.0),
                measures: MeasureTrack::new(1.0, columns, vec![0.25; 16 * columns.len()]).ok(),
                ..ClipFeatures::default()
            };
            State {
                clip: Some(SavedClip::new("clip.mp4".into(), &clip, Tempo::DEFAULT)),
                ..State::default()
            }
        };
        let open = |columns| {
            let mut editor = HeadlessEditor::new(&state(columns), (1040, 900));
            assert!(editor.click("More settings"));
            editor
        };
        assert!(!open(&PictureMeasure::MEASURED).click("picture"));
        let mut editor = open(&PictureMeasure::ALL);
        assert!(!editor.paints("follows mood"));
        assert!(editor.click("picture"));
        assert!(editor.click("mood"));
        assert_eq!(editor.state().follow, Follow::Mood);
        assert!(editor.paints("follows mood"));
        editor.session().undo();
        assert_eq!(editor.state().follow, Follow::Picture);
    }

    #[test]
    fn how_cuts_are_found_is_chosen_and_can_be_undone() {
        let mut editor = HeadlessEditor::new(&State::default(), (1040, 900));
        assert!(editor.click("More settings"));
        assert!(editor.click("quick"));
        assert!(editor.click("network"));
        assert_eq!(editor.state().shot_finder, ShotFinder::Network);
        editor.session().undo();
        assert_eq!(editor.state().shot_finder, ShotFinder::Quick);
    }
}
