//! Opening themes in the plugin.

use super::*;

#[test]
fn a_theme_is_saved_with_the_project_and_can_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(Arc::new(Session::new(Player::new().1)));
    let path = folder.path().join("Theme of 2.mid");
    let theme = Theme::of_score("Theme of 2", &source().score, None, None).unwrap();
    theme.write(&path).unwrap();
    desk.open_theme(path.clone());
    assert_eq!(
        done(&desk),
        "Theme of 2: 4 bars, F, 4/4. Generate takes it up."
    );
    let opened = desk.session.state();
    let read = Theme::open(&path).unwrap();
    assert_eq!(opened.theme.as_ref(), Some(&read));
    assert_eq!(opened.form, Form::Auto);

    desk.session.undo();
    assert_eq!(*desk.session.state(), State::default());
    desk.session.redo();
    assert_eq!(desk.session.state(), opened);

    fs::remove_file(&path).unwrap();
    let text = opened.to_text().unwrap();
    let again = Session::new(Player::new().1);
    again.load(&text);
    assert_eq!(again.state(), opened);
    desk.session.edit(|state| {
        state.form = "ABA".parse().unwrap();
        state.theme = None;
    });
    let before = State::from_text(&desk.session.state().to_text().unwrap()).unwrap();
    assert_eq!(before.theme, None);
}

#[test]
fn a_form_that_was_chosen_stays_when_a_theme_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(Arc::new(Session::new(Player::new().1)));
    (desk.session).edit(|state| state.form = "ABA".parse().unwrap());
    let path = folder.path().join("a.mid");
    let theme = Theme::of_score("", &source().score, None, None).unwrap();
    theme.write(&path).unwrap();
    open(&desk, &path);
    assert_eq!(desk.session.state().form.to_string(), "ABA");
}

#[test]
fn another_metre_or_too_short_a_piece_is_a_problem_that_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let path = folder.path().join("Theme of 2.mid");
    let theme = Theme::of_score("", &source().score, None, Some(Bars(0)..Bars(8))).unwrap();
    theme.write(&path).unwrap();
    open(&desk, &path);
    desk.session.edit(|state| state.shape.bars = Some(Bars(6)));
    desk.generate(ParamValues::default());
    let short = problem(&desk);
    assert!(
        short.contains("8 bars") && short.contains("Length in bars"),
        "{short}"
    );
    desk.session.live.set_transport(&HostTransport {
        time_signature: Some((3, 4)),
        ..HostTransport::default()
    });
    desk.generate(ParamValues::default());
    assert_eq!(
        problem(&desk),
        "Theme of 2 is in 4/4, the music in 3/4. Take a theme in 3/4, or make the music in 4/4."
    );
    assert!(desk.session.state().takes.is_empty());
}

#[test]
fn files_that_are_no_themes_are_problems_that_name_them_or_say_what_to_choose() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::new(Arc::new(Session::new(Player::new().1)));
    let silent = Score::default().to_midi("").unwrap();
    for (name, bytes, said) in [
        ("words.mid", b"no tune".to_vec(), "words.mid"),
        ("silent.mid", silent, "Choose a MIDI file with a tune"),
        ("empty.mid", Vec::new(), "empty.mid"),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        desk.open_theme(path);
        let problem = problem(&desk);
        assert!(problem.contains(said), "{problem}");
    }
    desk.open_theme(folder.path().join("gone.mid"));
    assert!(problem(&desk).contains("gone.mid"));
    assert_eq!(*desk.session.state(), State::default());
}
