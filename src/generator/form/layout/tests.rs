use proptest::prelude::*;

use super::*;
use crate::music::note::Note;
use crate::music::part::Part;

fn layout(form: &str, bars: u32, cuts: &[f64], ends: bool) -> Layout {
    let settings = Settings {
        form: form.parse().unwrap(),
        ..Settings::default()
    };
    layout_of(&settings, bars, cuts, ends).unwrap()
}

fn layout_of(settings: &Settings, bars: u32, cuts: &[f64], ends: bool) -> Result<Layout> {
    layout_with_turns(settings, bars, [cuts, &[]], ends)
}

fn layout_with_turns(
    settings: &Settings,
    bars: u32,
    changes: [&[f64]; 2],
    ends: bool,
) -> Result<Layout> {
    let [cuts, turns] = changes.map(|places| places.iter().copied().map(Beats).collect::<Vec<_>>());
    let plan = Plan {
        bars: Bars(bars),
        cuts: &cuts,
        turns: &turns,
        ends,
    };
    Layout::new(settings, plan)
}

fn named(layout: &Layout) -> Vec<(f64, String)> {
    let sections = layout.sections().into_iter();
    sections
        .map(|section| (section.start.0, section.name))
        .collect()
}

fn theme_until(beat: f64) -> Settings {
    Settings {
        form: Form::Auto,
        theme: vec![Note {
            start: Beats(0.0),
            length: Beats(beat),
            pitch: 60,
            velocity: 80,
            part: Part::All,
        }],
        ..Settings::default()
    }
}

#[test]
fn sections_that_take_up_a_theme_and_vary_it_have_an_apostrophe() {
    let form = layout("AABA", 32, &[], false);
    let expected = [(0.0, "A"), (32.0, "A'"), (64.0, "B"), (96.0, "A'")];
    assert_eq!(
        named(&form),
        expected.map(|(at, name)| (at, name.to_owned()))
    );
    assert_eq!(form.spans()[1].kept, 32..56);
    assert_eq!(form.spans()[2].theme, None);
    assert_eq!(form.spans()[3].theme, Some(0));
}

#[test]
fn a_theme_that_is_not_varied_is_kept_up_to_the_cadence() {
    let settings = Settings {
        form: "AAA".parse().unwrap(),
        varied_bars: 0,
        ..Settings::default()
    };
    let form = layout_of(&settings, 24, &[], true).unwrap();
    let names: Vec<String> = named(&form).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["A", "A", "A'"]);
    assert_eq!(form.spans()[1].kept, 32..64);
    assert_eq!(form.spans()[2].kept, 64..88);
}

#[test]
fn bars_repeat_the_chords_of_their_theme_except_in_the_cadence() {
    let repeated = layout("ABA", 12, &[], true).repeated_bars();
    let expected = [vec![None; 8], vec![Some(0), Some(1), None, None]].concat();
    assert_eq!(repeated, expected);
    let open = layout("ABA", 12, &[], false).repeated_bars();
    assert_eq!(open[8..], [Some(0), Some(1), Some(2), Some(3)]);
}

#[test]
fn a_longer_section_goes_on_after_its_theme() {
    // The cut after 4 bars makes the second section twice as long as the first.
    let form = layout("AA", 12, &[16.0], false);
    let [first, second] = form.spans() else {
        panic!("{form:?}");
    };
    assert_eq!((&first.beats, &second.beats), (&(0..16), &(16..48)));
    assert_eq!(second.kept, 16..32);
    assert_eq!(form.repeated_bars()[8..], [None; 4]);
}

#[test]
fn sections_begin_at_the_cuts() {
    let form = layout("ABA", 24, &[39.9, 67.9, 70.0], true);
    let starts: Vec<f64> = named(&form).into_iter().map(|(at, _)| at).collect();
    assert_eq!(starts, [0.0, 40.0, 68.0]);
}

#[test]
fn sections_begin_in_the_middle_of_gradual_changes_where_no_cut_is_near() {
    let settings = Settings {
        form: "ABA".parse().unwrap(),
        ..Settings::default()
    };
    let form = layout_with_turns(&settings, 24, [&[67.9], &[40.1]], true).unwrap();
    let starts: Vec<f64> = named(&form).into_iter().map(|(at, _)| at).collect();
    assert_eq!(starts, [0.0, 40.0, 68.0]);
}

#[test]
fn the_form_suits_the_length_of_the_piece_or_of_the_theme() {
    let letters = |layout: &Layout| -> String {
        let sections = layout.sections().into_iter();
        sections.filter_map(|section| section.letter()).collect()
    };
    for (bars, form) in [
        (3, "A"),
        (8, "AA"),
        (13, "ABA"),
        (32, "AABA"),
        (40, "AABCA"),
    ] {
        assert_eq!(
            letters(&layout("auto", bars, &[], true)),
            form,
            "{bars} bars"
        );
    }
    let form = layout_of(&theme_until(47.0), 36, &[], true).unwrap();
    assert_eq!(
        (letters(&form), form.spans()[0].beats.end),
        ("ABA".to_owned(), 48)
    );
}

#[test]
fn a_form_of_more_sections_than_bars_is_refused() {
    let settings = Settings {
        form: "AABA".parse().unwrap(),
        ..Settings::default()
    };
    let error = layout_of(&settings, 3, &[], true).unwrap_err().to_string();
    assert!(
        error.contains("4 sections") && error.contains("3 bars"),
        "{error}"
    );
}

#[test]
fn a_theme_longer_than_the_piece_is_refused() {
    let error = layout_of(&theme_until(33.0), 8, &[], true)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("9 bars") && error.contains("8 bars"),
        "{error}"
    );
}

#[test]
fn the_lead_is_asked_for_the_same_wherever_its_theme_is_taken_up() {
    let form = layout("ABA", 24, &[], true);
    let asked = form.lead(Lead::On);
    assert_eq!(asked[64..92], asked[..28]);
    // Only the piece, hence its theme, begins with a bar of rest.
    assert_ne!(asked[32..36], asked[..4]);
    let free = layout_of(&theme_until(16.0), 8, &[], true).unwrap();
    assert!(free.lead(Lead::On)[..16].iter().all(Option::is_none));
}

#[test]
fn a_piece_without_form_is_one_section_without_name() {
    let form = layout("off", 8, &[16.0], true);
    assert!(form.sections().is_empty() && form.spans().len() == 1);
    let asked: Vec<_> = (0..32).map(|beat| Lead::On.value(beat, beat, 4)).collect();
    assert_eq!(form.lead(Lead::On), asked);
}

proptest! {
    #[test]
    fn sections_cover_the_piece_from_bar_line_to_bar_line(
        form in "auto|[A-D]{1,16}",
        metre in prop::sample::select(Metre::ALL.to_vec()),
        bars in 16u32..200,
        varied_bars in 0u32..6,
        cuts in prop::collection::vec(0.0f64..900.0, 0..40),
        ends: bool,
    ) {
        let settings = Settings { form: form.parse().unwrap(), metre, varied_bars, ..Settings::default() };
        let form = layout_of(&settings, bars, &cuts, ends).unwrap();
        let bar = metre.bar_beats() as usize;
        let mut next = 0;
        for (index, span) in form.spans().iter().enumerate() {
            prop_assert_eq!(span.beats.start, next);
            prop_assert!(span.beats.start % bar == 0 && span.beats.end > span.beats.start);
            prop_assert!(span.kept.start == span.beats.start && span.kept.end <= span.beats.end);
            prop_assert!(span.theme.is_none_or(|theme| theme < index));
            next = span.beats.end;
        }
        prop_assert_eq!(next, bars as usize * bar);
        prop_assert_eq!(form.lead(Lead::On).len(), next);
        for (place, source) in form.repeated_bars().into_iter().enumerate() {
            prop_assert!(source.is_none_or(|source| source < place));
        }
        // A draft knows its sections again.
        let again = Layout::of_sections(&form.sections(), &settings, Bars(bars));
        prop_assert_eq!(again.lead(Lead::On), form.lead(Lead::On));
    }
}

#[test]
fn the_climax_is_the_liveliest_section_between_the_first_and_the_last() {
    let form = layout("ABCA", 16, &[], false);
    let motion: Vec<f32> = (0..64)
        .map(|beat| [0.9, 0.1, 0.3, 0.9][beat / 16])
        .collect();
    assert_eq!(form.climax(Some(&motion)), Some(32..48));
    assert_eq!(form.climax(None), None);
    assert_eq!(layout("AB", 16, &[], false).climax(Some(&motion)), None);
    assert_eq!(layout("off", 16, &[], false).climax(Some(&motion)), None);
}
