//! Metre and tempo.

use super::*;

#[test]
fn metre_and_changes_of_tempo_are_written() {
    let change = |at, tempo_bpm| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(tempo_bpm).unwrap(),
    };
    let score = Score::new(RawScore {
        metre: "6/8".parse().unwrap(),
        tempo_map: TempoMap::new(vec![
            change(0.0, 120.0),
            change(3.0, 60.0),
            change(1e9, 90.0),
        ])
        .unwrap(),
        ..raw_score(Vec::new(), 4)
    });
    let file = MidiFile::parse(&score.unwrap().to_midi("").unwrap()).unwrap();
    let signature = file.time_signatures[0];
    assert_eq!((signature.numerator, signature.denominator), (6, 8));
    let tempi: Vec<_> = (file.tempo_changes.iter())
        .map(|change| (change.at.0, change.bpm()))
        .collect();
    assert_eq!(tempi, [(0.0, 120.0), (3.0, 60.0)]);
    assert_eq!(file.length, Beats(12.0));
    assert!((file.duration().0 - 10.5).abs() < 1e-9);
    assert_eq!(file.places([Beats(3.0)])[0].bar, 2);
    let map = TempoMap::new(vec![change(0.0, 120.0), change(3.0, 60.0)]);
    assert_eq!(file.tempo_map(), map);
}

#[test]
fn under_a_changing_tempo_cuts_are_written_at_their_second_to_half_a_millisecond() {
    let change = |at, tempo_bpm| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(tempo_bpm).unwrap(),
    };
    // From 60 to 180 BPM, a beat at a time and off every tick.
    let ramp = (0..120).map(|beat| change(f64::from(beat) * 0.937, 60.0 + f64::from(beat)));
    let map = TempoMap::new(ramp.collect()).unwrap();
    let times: Vec<f64> = (0..59).map(|second| f64::from(second) + 0.0137).collect();
    let score = Score::new(RawScore {
        cuts: times
            .iter()
            .map(|&time| map.beat_at(Seconds(time)))
            .collect(),
        tempo_map: map,
        ..raw_score(Vec::new(), 60)
    });
    let file = MidiFile::parse(&score.unwrap().to_midi("").unwrap()).unwrap();
    assert_eq!(file.markers.len(), times.len());
    for (marker, time) in file.markers.iter().zip(times) {
        let written = file.seconds_at(marker.at).0;
        assert!((written - time).abs() < 5e-4, "{written} for {time}");
    }
}

#[test]
fn a_tempo_out_of_range_is_named() {
    let file = MidiFile {
        tempo_changes: vec![diff_bgm::music::midi_file::TempoChange {
            at: Beats(0.0),
            micros_per_beat: 100_000,
        }],
        ..MidiFile::default()
    };
    let fault = file.tempo_map().unwrap_err().to_string();
    assert!(fault.contains("600 BPM"), "{fault}");
}
