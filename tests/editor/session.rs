//! A composer's session in the window, from the clip to the saved project.

use std::thread;
use std::time::Duration;

use diff_bgm::editor::HeadlessEditor;
use diff_bgm::instance::{CurveId, State};
use diff_bgm::music::cues::Cue;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::part_set::PartSet;
use plugin_hosts::clap::{Instance, Playing};
use plugin_hosts::desktop::{Key, Window};
use plugin_hosts::{Heard, Roll, project};

use super::{demo_clip, place, screen, shot, wait_for, with};

/// The window and the plugin in it.
struct Session {
    instance: Instance,
    window: Window,
}

impl Session {
    fn state(&mut self) -> State {
        super::saved_state(&mut self.instance)
    }

    /// Clicks the widget that is labelled `label`.
    fn click(&mut self, label: &str) {
        let state = self.state();
        self.window.click(place(&self.window, &state, label));
    }

    /// Returns a place in the widget that is labelled `label`, in shares of its size.
    fn place_in(&mut self, label: &str, (x, y): (f32, f32)) -> (i16, i16) {
        let state = self.state();
        let editor = HeadlessEditor::new(&state, self.window.size);
        let rect = editor.rect_of(label).expect(label);
        let x = rect.left() + x * rect.width();
        (x as i16, (rect.top() + y * rect.height()) as i16)
    }

    /// Drags in the widget that is labelled `label`, from one place to another in shares of its size.
    fn drag(&mut self, label: &str, from: (f32, f32), to: (f32, f32)) {
        let (from, to) = (self.place_in(label, from), self.place_in(label, to));
        self.window.drag(from, to, || ());
    }

    /// Drags over bars on the ruler, the first and the last, counted from 1.
    fn select(&mut self, first: u32, last: u32) {
        let bars = self.state().takes[0].draft.score.bars().0 as f32;
        let share = |bar: u32| ((bar as f32 - 0.5) / bars, 0.5);
        self.drag("Bars", share(first), share(last));
    }

    /// Clicks a cut, counted from 0, in the row of hits.
    fn meet_cut(&mut self, cut: usize) {
        let state = self.state();
        let draft = &state.current_take().expect("a draft").draft;
        let share = draft.score.cuts()[cut].0 / draft.score.length().0;
        let at = self.place_in("Hits", (share as f32, 0.5));
        self.window.click(at);
    }

    /// Returns the place of a tempo in the open table, the one that is found first.
    fn found_tempo(&mut self) -> (i16, i16) {
        let state = self.state();
        let mut editor = HeadlessEditor::new(&state, self.window.size);
        assert!(editor.click("Find tempo…"));
        for _ in 0..600 {
            editor.frame();
            let mut tempi = (400..560).map(|quarters| f64::from(quarters) / 4.0);
            let now = 120.0;
            let row = |bpm: f64| editor.middle_of(&format!("{bpm:.2} BPM"));
            if let Some(place) = tempi.find_map(|bpm| row(bpm).filter(|_| bpm != now)) {
                return place;
            }
            thread::sleep(Duration::from_millis(100));
        }
        panic!("no tempo is found");
    }

    fn wait(&mut self, wanted: impl Fn(&State) -> bool) -> State {
        wait_for(&mut self.instance, wanted)
    }
}

#[test]
fn a_session_of_a_composer_is_undone_step_by_step_and_reopens_as_it_was_saved() {
    let Some(_turn) = screen() else { return };
    let empty = State {
        steps: 1,
        ..State::default()
    };
    let mut instance = with(&empty);
    let window = Window::open(&mut instance);
    let mut session = Session { instance, window };
    let begin = session.state();

    session.click("Path of a clip");
    session.window.type_line(&demo_clip().display().to_string());
    session.wait(|state| state.clip.is_some());
    session.click("Generate");
    let drafted = session.wait(|state| state.takes.len() == 1);

    session.select(1, 4);
    session.window.press_key(Key::L);
    session.wait(|state| state.locks.bars.iter().eq(&[0, 1, 2, 3]));

    session.select(5, 8);
    session.click("Select chords");
    session.click("Select bass");
    shot(&session.window, "session-selected");
    // Nothing is selected in what was saved, so there the same button says this.
    session.click("Repaint what is not locked");
    let repainted = session.wait(|state| state.takes.len() == 2);
    let painted = repainted.takes[1].painted.as_deref();
    assert_eq!(painted, Some("accompaniment, bars 5–8 of 1"));
    let tune = |state: &State, take: usize| {
        let notes = state.takes[take].draft.score.notes().to_vec();
        let lead = PartSet::NONE.set(Part::Lead, true);
        let is_kept =
            |note: &Note| lead.contains(note.part) || !(16.0..32.0).contains(&note.start.0);
        notes.into_iter().filter(is_kept).collect::<Vec<_>>()
    };
    assert_eq!(tune(&drafted, 0), tune(&repainted, 1));

    session.drag("Density curve", (0.3, 0.8), (0.6, 0.2));
    let drawn = session.wait(|state| state.curves != State::default().curves);
    let density = CurveId::Cue(Cue::Density);
    assert!(drawn.curves[density].is_drawn());
    for cut in [0, 2] {
        session.meet_cut(cut);
    }
    session.wait(|state| state.hits.len() == 2);

    session.click("Find tempo…");
    shot(&session.window, "session-tempo");
    let found = session.found_tempo();
    session.window.click(found);
    session.wait(|state| state.tempo.is_some());
    session.window.press_key(Key::Escape);

    let done = session.state();

    let mut undone = 0;
    while session.state() != begin {
        session.click("Undo");
        undone += 1;
        assert!(undone < 30, "{:?}", session.state());
    }
    shot(&session.window, "session-undone");
    let redo = place(&session.window, &done, "Redo");
    for _ in 0..undone {
        session.window.click(redo);
    }
    assert_eq!(session.wait(|state| *state == done), done);

    let Session { instance, window } = session;
    // A parameter changes while the host plays.
    let mut playing = Playing::start(instance, 2);
    window.click(place(&window, &done, "Mute lead"));
    playing.block(None, 512);
    shot(&window, "session");
    window.close(&mut playing.instance);
    let mut instance = playing.instance;
    let saved = project::text_saved_by_clap(&instance.save()).expect("a saved state");
    let mut reopened = with(&State::from_text(&saved).expect("it is read"));
    assert_eq!(super::saved_state(&mut reopened), done);
    let bytes = instance.save();
    let mut same = super::empty();
    assert!(same.load(&bytes));
    let mut playing = Playing::start(same, 2);
    for block in 0..200 {
        playing.block(Some(Roll::from(f64::from(block) * 0.25)), 6000);
    }
    let begun = |channel| {
        let heard = playing.heard.iter();
        let is_begun =
            |heard: &Heard| matches!(heard, Heard::On { channel: of, .. } if *of == channel);
        heard.filter(|(_, heard)| is_begun(heard)).count()
    };
    assert_eq!(begun(0), 0, "the lead is muted");
    assert!(begun(1) > 0 && begun(2) > 0);
}
