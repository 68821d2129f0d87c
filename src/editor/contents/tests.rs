use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use egui::DroppedFile;

use super::*;
use crate::editor::headless::{Defaults, HeadlessEditor};
use crate::features::ClipFeatures;
use crate::instance::{Notice, State};
use crate::instance::{SavedClip, Session};
use crate::player::Player;
use crate::time::{Seconds, Tempo};

fn opened(path: &str) -> Desk {
    let clip = ClipFeatures {
        duration: Seconds(4.0),
        ..ClipFeatures::default()
    };
    let clip = SavedClip::new(path.into(), &clip, Tempo::DEFAULT);
    let state = State {
        clip: Some(clip),
        ..State::default()
    };
    let session = Session::new(Player::new().1);
    session.load(&state.to_text().unwrap());
    Desk::new(Arc::new(session))
}

#[test]
fn an_opened_project_whose_clip_is_gone_says_so_once() {
    let desk = opened("/no/such/Clip.mp4");
    let mut contents = Contents::new(true);
    for _ in 0..3 {
        contents.refresh(&desk, &Defaults::default());
        let is_said = |_| {
            thread::sleep(Duration::from_millis(10));
            !desk.session.notices().is_empty()
        };
        assert!((0..1000).any(is_said));
    }
    let session = Arc::clone(&desk.session);
    drop(desk);
    let [Notice::Problem(problem)] = &session.notices()[..] else {
        panic!("{:?}", session.notices());
    };
    assert!(
        problem.starts_with("The clip is no longer at /no/such/Clip.mp4."),
        "{problem}"
    );
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("not read".to_owned())
    }
}

#[test]
fn a_file_dropped_on_the_window_is_opened() {
    let mut editor = HeadlessEditor::new(&State::default(), (1040, 768));
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let clip = model.join("big-buck-bunny-30s.safetensors");
    editor.drop_files(vec![Arc::new(Dropped(clip.clone()))]);
    let is_opened = |_| {
        thread::sleep(Duration::from_millis(10));
        editor.state().clip.is_some()
    };
    assert!((0..1000).any(is_opened), "{:?}", editor.notices());
    assert_eq!(editor.state().clip.as_ref().unwrap().path, clip);
}
