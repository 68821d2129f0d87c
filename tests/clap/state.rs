//! Saving and loading projects in a CLAP host.

use plugin_hosts::clap::{NOTE_EFFECT, Playing};
use plugin_hosts::{Heard, Roll, project};
use serde_json::json;

use crate::{expected, instance, playing, saved, saved_melody};

#[test]
fn a_saved_project_plays_the_same_after_loading() {
    let mut first = instance(NOTE_EFFECT);
    assert!(first.load(&saved()));
    let again = first.save();
    drop(first);
    let mut playing = playing(NOTE_EFFECT, 0, &again);
    playing.roll_until(9.0, 512);
    assert_eq!(playing.heard, expected());
}

#[test]
fn loading_a_project_without_a_draft_ends_the_one_that_plays() {
    let nothing = json!({"version": "0.1.0", "params": {}, "fields": {}});
    let no_text = json!({"version": "0.1.0", "params": {}, "fields": {"state": "7"}});
    let damaged = project::saved("diff-bgm/1 not base 64");
    let future = project::saved("diff-bgm/999 AAAA");
    for state in [nothing, no_text, damaged, future] {
        let mut playing = playing(NOTE_EFFECT, 0, &saved());
        playing.block(Some(Roll::from(0.0)), 6000);
        assert!(playing.instance.load(&project::for_clap(&state)));
        playing.heard.clear();
        playing.block(Some(Roll::from(0.25)), 48_000 / 4);
        let ended = |(_, event): &(u64, Heard)| matches!(event, Heard::Off { .. });
        assert!(playing.heard.iter().all(ended), "{:?}", playing.heard);
        assert_eq!(playing.heard.len(), 2);
    }
}

#[test]
fn parameters_that_a_project_lacks_are_at_their_defaults() {
    let mut late = saved_melody();
    late["params"] = json!({"start": {"i32": 4}});
    let mut instance = instance(NOTE_EFFECT);
    assert!(instance.load(&project::for_clap(&late)));
    assert!(instance.load(&saved()));
    let mut playing = Playing::start(instance, 0);
    playing.roll_until(9.0, 512);
    assert_eq!(playing.heard, expected());
}

#[test]
fn garbage_is_refused() {
    let mut instance = instance(NOTE_EFFECT);
    let cut = saved();
    let cut = &cut[..cut.len() / 2];
    for garbage in [
        &b""[..],
        b"\0\0\0",
        b"{\"version\":",
        &[0xff; 4096],
        &[0; 4096],
        cut,
    ] {
        assert!(!instance.load(garbage));
    }
}
