use super::*;

#[test]
fn moods_are_words_or_prompts_with_numbers_and_are_written_as_they_are_read() {
    let scale: MoodScale = "calm, tense ,a foggy harbour= -0.3/-0.6".parse().unwrap();
    let prompts: Vec<&str> = scale
        .moods()
        .iter()
        .map(|mood| mood.prompt.as_str())
        .collect();
    assert_eq!(prompts, ["calm", "tense", "a foggy harbour"]);
    assert_eq!(
        (scale.moods()[1].valence, scale.moods()[1].arousal),
        (-0.6, 0.7)
    );
    assert_eq!(
        (scale.moods()[2].valence, scale.moods()[2].arousal),
        (-0.3, -0.6)
    );
    assert_eq!(scale.to_string().parse(), Ok(scale));
    let usual = MoodScale::default();
    assert_eq!(usual.to_string().parse(), Ok(usual));
    for wrong in [
        "",
        "calm",
        "calm,",
        "calm,blue",
        "calm,blue=0",
        "calm,blue=0/2",
        "calm,=0/0",
        "calm,blue=nan/0",
    ] {
        assert!(wrong.parse::<MoodScale>().is_err(), "{wrong}");
    }
}

#[test]
fn the_default_words_lie_on_all_sides() {
    let quadrant = |valence: f32, arousal: f32| {
        MoodScale::default()
            .moods()
            .iter()
            .any(|mood| mood.valence * valence > 0.0 && mood.arousal * arousal > 0.0)
    };
    for (valence, arousal) in [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)] {
        assert!(quadrant(valence, arousal), "{valence} {arousal}");
    }
}

#[test]
fn a_word_stands_for_a_scene_and_a_prompt_for_itself() {
    assert_eq!(question("calm"), "a calm scene");
    assert_eq!(question("epic"), "an epic scene");
    assert_eq!(question("a foggy harbour"), "a foggy harbour");
}

#[test]
fn a_picture_has_the_mood_of_the_prompt_that_it_is_nearest_to() {
    let meter = MoodMeter {
        moods: vec![(vec![1.0, 0.0], [0.5, -0.8]), (vec![0.0, 1.0], [-0.6, 0.7])],
        scale: 100.0,
    };
    let near = |found: [f32; 2], expected: [f32; 2]| {
        assert!(
            found
                .iter()
                .zip(expected)
                .all(|(one, other)| (one - other).abs() < 1e-5),
            "{found:?}"
        );
    };
    near(meter.measure(&[7.0, 0.1]).unwrap(), [0.5, -0.8]);
    near(meter.measure(&[0.0, 0.3]).unwrap(), [-0.6, 0.7]);
    near(meter.measure(&[2.0, 2.0]).unwrap(), [-0.05, -0.05]);
    near(meter.measure(&[0.0, 0.0]).unwrap(), [-0.05, -0.05]);
}

#[test]
fn moods_join_the_measures_at_their_rate() {
    use PictureMeasure::{Arousal, Luma, Motion, Valence};
    let moods = Track::new(1.0, 2, vec![0.0, 0.0, 0.8, -0.4]).unwrap();
    let measures = MeasureTrack::new(4.0, [Motion, Valence, Luma], vec![0.1; 8 * 3]).unwrap();
    let joined = with_moods(Some(&measures), &moods).unwrap();
    assert_eq!(joined.columns(), [Motion, Luma, Valence, Arousal]);
    let valence: Vec<f32> = joined.column(Valence).unwrap().collect();
    let expected = [0.1, 0.3, 0.5, 0.7, 0.8, 0.8, 0.8, 0.8];
    assert!(
        valence
            .iter()
            .zip(expected)
            .all(|(one, other)| (one - other).abs() < 1e-6),
        "{valence:?}"
    );
    let arousal: Vec<f32> = joined.column(Arousal).unwrap().collect();
    assert!((arousal[1] + 0.15).abs() < 1e-6);
    let alone = with_moods(None, &moods).unwrap();
    assert_eq!(
        (alone.columns(), alone.rows()),
        (&[Valence, Arousal][..], 2)
    );
}
