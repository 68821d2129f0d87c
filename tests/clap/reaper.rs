//! The plugin in REAPER, without its window.

use plugin_hosts::reaper::Reaper;

use super::*;

#[test]
fn reapers_project_is_not_touched_until_the_user_asks() {
    let reaper = Reaper::start();
    reaper.project(|project| {
        project.add_track("plugin");
        project.plugin_is_on = Some(0);
    });
    for id in [NOTE_EFFECT, INSTRUMENT] {
        let library = Library::open(&library_of_this_test());
        let mut instance = library.instance_in_reaper(id);
        assert!(instance.load(&saved()));
        let mut playing = Playing::start(instance, if id == INSTRUMENT { 2 } else { 0 });
        for block in 0..20 {
            let beats = f64::from(block * 512) / FRAMES_PER_BEAT;
            playing.block(Some(Roll::from(beats)), 512);
            playing.instance.run_main_thread();
        }
        assert!(!playing.heard.is_empty());
        assert!(!playing.instance.save().is_empty());
    }
    reaper.project(|project| assert_eq!((project.tracks.len(), project.steps.len()), (1, 0)));
    reaper.assert_no_fault();
}
