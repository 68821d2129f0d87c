use super::*;
use crate::features::{FINGERPRINT_WIDTH, Fingerprint, TransitionKind};
use PictureMeasure::{Luma, Motion};

fn clip() -> ClipFeatures {
    let rows = 60;
    let values = (0..rows * PictureMeasure::MEASURED.len()).map(|i| (i % 7) as f32 / 7.0);
    ClipFeatures {
        duration: Seconds(30.0),
        frame_rate_hz: 24.0,
        measures: MeasureTrack::new(2.0, PictureMeasure::MEASURED, values.collect()).ok(),
        shots: vec![Seconds(5.5), Seconds(20.0)],
        transitions: vec![Transition {
            start: Seconds(8.0),
            end: Seconds(9.5),
            kind: TransitionKind::FadeOut,
        }],
        ..ClipFeatures::default()
    }
}

#[test]
fn what_a_clip_is_recognised_by_is_saved_and_left_out_if_it_is_damaged() {
    let values = (0..250 * FINGERPRINT_WIDTH).map(|at| (at % 97) as u8);
    let fingerprint = Fingerprint::new(25.0, values.collect()).ok();
    let recognised = ClipFeatures {
        fingerprint: fingerprint.clone(),
        ..clip()
    };
    let saved = SavedClip::new("b.mp4".into(), &recognised, Tempo::DEFAULT);
    assert_eq!(saved.to_compare().fingerprint, fingerprint);
    let json = serde_json::to_string(&saved).unwrap();
    assert_eq!(serde_json::from_str::<SavedClip>(&json).unwrap(), saved);
    let damaged = read(r#""cues":[],"looks":{"rate_hz":25.0,"rows":"AAAA"}"#);
    assert_eq!(damaged.looks_id(), None);
}

fn saved() -> SavedClip {
    SavedClip::new("b.mp4".into(), &clip(), Tempo::new(120.0).unwrap())
}

/// Returns a saved clip of two beats with the fields `columns`.
fn read(columns: &str) -> SavedClip {
    let json = format!(
        r#"{{"path":"b.mp4","duration":1.0,"frame_rate_hz":24.0,"tempo":120.0,{columns},"shots":[0.5]}}"#
    );
    let clip: SavedClip = serde_json::from_str(&json).unwrap();
    assert!(clip.is_sound());
    assert_eq!(clip.shots, [Seconds(0.5)]);
    clip
}

fn column(clip: &SavedClip, measure: PictureMeasure) -> Option<Vec<f32>> {
    Some(clip.measures.as_ref()?.column(measure)?.collect())
}

#[test]
fn a_clip_is_saved_with_one_row_per_beat() {
    let saved = SavedClip::new("a/b.mp4".into(), &clip(), Tempo::new(100.0).unwrap());
    assert_eq!(saved.name(), "b.mp4");
    assert!(saved.is_sound());
    let features = saved.features();
    assert_eq!(features.measures.unwrap().rows(), 50);
    assert_eq!(features.shots, clip().shots);
    assert_eq!(features.transitions, clip().transitions);
}

#[test]
fn a_clip_with_one_row_per_beat_is_saved_exactly() {
    assert_eq!(saved().features(), clip());
    let json = serde_json::to_string(&saved()).unwrap();
    assert_eq!(serde_json::from_str::<SavedClip>(&json).unwrap(), saved());
}

#[test]
fn a_clip_without_measures_stays_without() {
    let saved = SavedClip {
        measures: None,
        ..saved()
    };
    let json = serde_json::to_string(&saved).unwrap();
    assert_eq!(serde_json::from_str::<SavedClip>(&json).unwrap(), saved);
    assert_eq!(read(r#""cues":[]"#).measures, None);
    assert_eq!(read(r#""cues":[]"#).transitions, []);
}

#[test]
fn columns_without_names_are_the_first_four_measures() {
    let clip = read(r#""cues":[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8]"#);
    for (measure, values) in
        PictureMeasure::MEASURED
            .into_iter()
            .zip([[0.1, 0.5], [0.2, 0.6], [0.3, 0.7], [0.4, 0.8]])
    {
        assert_eq!(column(&clip, measure), Some(values.to_vec()), "{measure:?}");
    }
}

#[test]
fn fewer_more_and_reordered_columns_are_read_by_name() {
    let clip = read(r#""cue_names":["luma"],"cues":[0.1,0.2]"#);
    assert_eq!(column(&clip, Luma), Some(vec![0.1, 0.2]));
    assert_eq!(column(&clip, Motion), None);
    let clip = read(
        r#""cue_names":["luma","skin","motion","warmth","complexity"],
        "cues":[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1.0]"#,
    );
    assert_eq!(column(&clip, Luma), Some(vec![0.1, 0.6]));
    assert_eq!(column(&clip, Motion), Some(vec![0.3, 0.8]));
    assert_eq!(clip.measures.unwrap().columns().len(), 4);
}

#[test]
fn rows_that_do_not_fit_their_names_are_left_out_and_the_clip_is_kept() {
    for columns in [
        r#""cue_names":["luma","motion"],"cues":[0.1,0.2,0.3]"#,
        r#""cue_names":["luma","luma"],"cues":[0.1,0.2]"#,
        r#""cue_names":["skin"],"cues":[0.1,0.2]"#,
        r#""cue_names":[],"cues":[0.1,0.2]"#,
    ] {
        assert_eq!(read(columns).measures, None, "{columns}");
    }
}

#[test]
fn transitions_of_unknown_kinds_are_left_out() {
    let clip = read(
        r#""cues":[],"transitions":[{"start":0.1,"end":0.2,"kind":"wipe"},{"start":0.5,"end":0.75,"kind":"dissolve"}]"#,
    );
    let kinds: Vec<_> = clip
        .transitions
        .iter()
        .map(|transition| transition.kind)
        .collect();
    assert_eq!(kinds, [TransitionKind::Dissolve]);
}

#[test]
fn impossible_values_are_detected() {
    let mut saved = saved();
    saved.duration = Seconds(-1.0);
    assert!(!saved.is_sound());
}
