use super::super::SIZE;
use super::*;
use crate::features::ClipFeatures;
use crate::instance::{Painting, SavedClip};
use crate::time::{Seconds, Tempo};

const WINDOW: (u16, u16) = (SIZE.width as u16, SIZE.height as u16);

fn with_clip() -> State {
    let clip = ClipFeatures {
        duration: Seconds(4.0),
        ..ClipFeatures::default()
    };
    State {
        clip: Some(SavedClip::new("clip.mp4".into(), &clip, Tempo::DEFAULT)),
        ..State::default()
    }
}

#[test]
fn widgets_are_found_by_their_labels_within_the_window() {
    let editor = HeadlessEditor::new(&with_clip(), WINDOW);
    let window = Rect::from_min_size(Pos2::ZERO, editor.size);
    for label in [
        "Path of a clip",
        "Open clip…",
        "Model: built-in",
        "Timeline",
        "Density",
        "Mute lead",
        "Chords: Am | F G",
        "Generate",
    ] {
        let rect = editor.rect_of(label).expect(label);
        assert!(rect.is_positive() && window.contains_rect(rect), "{label}");
    }
    // The panel at the right scrolls.
    for label in ["Another seed", "Follow host tempo"] {
        let rect = editor.rect_of(label).expect(label);
        assert!(window.x_range().contains(rect.left()), "{label}");
        assert!(window.x_range().contains(rect.right()), "{label}");
    }
    assert_eq!(editor.middle_of("Cancel"), None);
    assert!(editor.generating().middle_of("Cancel").is_some());
}

#[test]
fn only_a_state_with_a_clip_has_a_button_to_generate() {
    let editor = HeadlessEditor::new(&State::default(), WINDOW);
    assert_eq!(editor.middle_of("Generate"), None);
}

#[test]
fn the_models_path_is_in_the_list_that_a_click_opens() {
    const PATH: &str = "or the path of a model file";
    let mut editor = HeadlessEditor::new(&State::default(), WINDOW);
    assert_eq!(editor.middle_of(PATH), None);
    assert!(editor.click("Model: built-in"));
    let list = editor.rect_of("Model: built-in").unwrap();
    assert!(editor.rect_of(PATH).unwrap().top() > list.bottom());
    assert!(!editor.click("no such label"));
}

#[test]
fn the_window_does_not_ask_for_a_draft_while_one_is_being_painted() {
    let mut editor = HeadlessEditor::with_clip(&[4.0], |_| {});
    let hint = "Press Generate to draft music for the clip";
    assert!(editor.paints(hint));
    let session = Arc::clone(&editor.desk.session);
    let shown = session.show_painting(Painting::default());
    editor.frame();
    assert!(!editor.paints(hint));
    drop(shown);
    editor.frame();
    assert!(editor.paints(hint));
}
