use super::*;
use crate::conditioning::placement::Alignment;
use crate::features::MeasureTrack;
use crate::music::tempo_map::{TempoChange, TempoMap};
use crate::time::{Beats, Seconds, Steps, Tempo};

fn placement() -> Placement {
    Placement {
        tempo_map: Tempo::new(60.0).unwrap().into(),
        clip_start: Beats(0.0),
        alignment: Alignment::Time,
    }
}

fn clip(rows: &[[f32; 4]], shots: &[f64]) -> ClipFeatures {
    ClipFeatures {
        duration: Seconds(rows.len() as f64),
        measures: MeasureTrack::new(1.0, PictureMeasure::MEASURED, rows.concat()).ok(),
        shots: shots.iter().map(|&shot| Seconds(shot)).collect(),
        ..ClipFeatures::default()
    }
}

#[test]
fn rising_motion_suggests_a_rising_curve() {
    let rows: Vec<[f32; 4]> = (0..16)
        .map(|i| [0.0006 * 1.35_f32.powi(i), 0.5, 0.45, 0.03])
        .collect();
    let curves = ClipCurves::new(&clip(&rows, &[]), &placement(), 16);
    let motion = curves.curve(PictureMeasure::Motion).unwrap();
    assert!(
        motion.windows(2).all(|pair| pair[0] <= pair[1]),
        "{motion:?}"
    );
    assert!(motion[0] < -0.8 && motion[15] > 0.5, "{motion:?}");
    assert_eq!(curves.curve(PictureMeasure::Luma).unwrap(), [0.0; 16]);
}

#[test]
fn a_faster_tempo_and_the_last_bar_ask_for_fewer_notes_per_beat() {
    let clip = clip(&[[0.005, 0.5, 0.45, 0.03]; 32], &[]);
    let density = |tempo_bpm: f64, beat| {
        let placement = Placement {
            tempo_map: Tempo::new(tempo_bpm).unwrap().into(),
            ..placement()
        };
        let beats = 32;
        ClipCurves::new(&clip, &placement, beats)
            .density(PictureMeasure::Motion, beat)
            .unwrap()
    };
    assert_eq!(density(75.0, 8), 0.0);
    assert_eq!(density(150.0, 8), -0.35);
    assert_eq!(density(37.5, 8), 0.35);
    assert_eq!(density(300.0, 8), -0.6);
    assert!(density(75.0, 27) > density(75.0, 28));
    assert_eq!(density(75.0, 31), -1.0);
}

#[test]
fn where_the_tempo_doubles_fewer_notes_per_beat_are_asked_for() {
    let clip = clip(&[[0.005, 0.5, 0.45, 0.03]; 32], &[]);
    let changes = [(0.0, 75.0), (8.0, 150.0)].map(|(at, bpm)| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(bpm).unwrap(),
    });
    let placement = Placement {
        tempo_map: TempoMap::new(changes.into()).unwrap(),
        ..placement()
    };
    let curves = ClipCurves::new(&clip, &placement, 32);
    let densities = [7, 8].map(|beat| curves.density(PictureMeasure::Motion, beat).unwrap());
    assert_eq!(densities, [0.0, -0.35]);
}

#[test]
fn columns_are_found_by_name_and_a_missing_measure_suggests_nothing() {
    let rows: Vec<[f32; 4]> = (0..16)
        .map(|i| [0.005, 0.5, 0.05 * i as f32, 0.03])
        .collect();
    let whole = ClipCurves::new(&clip(&rows, &[]), &placement(), 16);
    let lumas: Vec<f32> = rows.iter().flat_map(|row| [row[2], row[0]]).collect();
    let columns = [PictureMeasure::Luma, PictureMeasure::Motion];
    let fewer = ClipFeatures {
        measures: MeasureTrack::new(1.0, columns, lumas).ok(),
        ..clip(&rows, &[])
    };
    let curves = ClipCurves::new(&fewer, &placement(), 16);
    for measure in columns {
        assert!(curves.curve(measure).is_some());
        assert_eq!(curves.curve(measure), whole.curve(measure));
    }
    assert_eq!(curves.curve(PictureMeasure::Complexity), None);
    assert_eq!(curves.curve(PictureMeasure::Warmth), None);
}

#[test]
fn a_clip_without_analysis_suggests_only_its_cuts() {
    let clip = ClipFeatures {
        duration: Seconds(8.0),
        shots: vec![Seconds(2.4), Seconds(5.6), Seconds(70.0)],
        ..ClipFeatures::default()
    };
    let curves = ClipCurves::new(&clip, &placement(), 8);
    assert_eq!(curves.curve(PictureMeasure::Motion), None);
    let beats: Vec<usize> = (0..8).filter(|&beat| curves.cuts()[beat]).collect();
    assert_eq!(beats, [2, 6]);
}

#[test]
fn the_bar_before_a_strong_hit_holds_back_and_the_hit_is_marked() {
    let clip = clip(&[[0.005, 0.5, 0.45, 0.03]; 32], &[]);
    let hit = |step, weight| PlacedHit {
        step: Steps(step),
        weight,
    };
    let curves = ClipCurves::new(&clip, &placement(), 32);
    let hits = [hit(32, 3), hit(64, 1), hit(74, 3)];
    let with = curves.clone().with_hits(&hits);
    let lost = |beat| {
        curves.density(PictureMeasure::Motion, beat).unwrap()
            - with.density(PictureMeasure::Motion, beat).unwrap()
    };
    assert!((4..8).all(|beat| lost(beat) > 0.4), "before the strong hit");
    assert_eq!([3, 8, 13].map(lost), [0.0; 3]);
    // The last one lies between two beats, so no beat has its accent.
    assert_eq!(
        [8, 16, 19].map(|beat| with.hit(beat) > 0.0),
        [true, true, false]
    );
    assert!(with.hit(8) > with.hit(16));
}

#[test]
fn the_climax_has_more_notes() {
    let clip = clip(&[[0.005, 0.5, 0.45, 0.03]; 32], &[]);
    let curves = ClipCurves::new(&clip, &placement(), 32);
    let with = curves.clone().with_climax(8..16);
    for beat in 0..28 {
        let more = with.density(PictureMeasure::Motion, beat).unwrap()
            > curves.density(PictureMeasure::Motion, beat).unwrap();
        assert_eq!(more, (8..16).contains(&beat), "beat {beat}");
    }
}
