//! Files of the current take.

use super::*;

#[test]
fn the_current_take_is_exported_as_a_midi_file() {
    let instance = Instance::with_clip();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a folder/draft.mid");
    instance.desk.export(path.clone());
    let problem = "There is no draft to export. Press Generate first.";
    assert_eq!(instance.notice(), Notice::Problem(problem.to_owned()));

    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    instance.desk.export(path.clone());
    assert_eq!(instance.notice(), Notice::Wrote(path.clone()));
    let state = instance.state();
    let take = state.current_take().unwrap();
    assert_eq!(exported(&path), take.draft.score.notes().len());
}

#[test]
fn an_export_writes_the_current_take_without_waiting_for_a_running_draft() {
    let instance = Instance::with_clip();
    instance.desk.generate(ParamValues::default());
    instance.succeeds();
    let state = instance.state();
    let notes = state.current_take().unwrap().draft.score.notes().len();
    instance.desk.session.edit(|state| state.steps = 100);
    instance.desk.generate(ParamValues::default());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("draft.mid");
    instance.desk.export(path.clone());
    assert_eq!(instance.notice(), Notice::Wrote(path.clone()));
    assert!(instance.desk.worker.status().running.is_some());
    assert_eq!(exported(&path), notes);
}

fn exported(path: &Path) -> usize {
    let midi = diff_bgm::music::midi_file::MidiFile::open(path).unwrap();
    midi.notes().len()
}
