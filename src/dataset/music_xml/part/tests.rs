use super::*;
use crate::dataset::music_xml::MusicXml;

/// Returns the part with these measures.
fn part(measures: &str) -> Result<ScorePart, Fault> {
    let text = format!("<score-partwise><part id='P1'>{measures}</part></score-partwise>");
    Ok(MusicXml::parse(&text)?.parts.remove(0))
}

fn note(step: &str, duration: u32, more: &str) -> String {
    format!(
        "<note>{more}<pitch><step>{step}</step><octave>4</octave></pitch><duration>{duration}</duration></note>"
    )
}

fn times(part: &ScorePart) -> Vec<(f64, f64, i32)> {
    let notes = part.notes.iter();
    notes
        .map(|note| (note.start, note.length, note.pitch))
        .collect()
}

#[test]
fn voices_of_a_bar_lie_side_by_side() {
    let first = format!("{}{}", note("C", 4, ""), note("E", 4, ""));
    let second = format!(
        "<backup><duration>8</duration></backup><forward><duration>2</duration></forward>{}",
        note("G", 6, "")
    );
    let chord = note("B", 6, "<chord/>");
    let part = part(&format!(
        "<measure><attributes><divisions>4</divisions></attributes>{first}{second}{chord}</measure><measure>{}</measure>",
        note("D", 4, "")
    ))
    .unwrap();
    assert_eq!(
        times(&part),
        [
            (0.0, 1.0, 60),
            (1.0, 1.0, 64),
            (0.5, 1.5, 67),
            (0.5, 1.5, 71),
            (2.0, 1.0, 62)
        ]
    );
    assert_eq!((part.bars[1].start, part.bars[1].length), (2.0, 1.0));
}

#[test]
fn tied_notes_are_one_and_repeated_notes_are_two() {
    let tied = |kinds: &[&str]| {
        kinds
            .iter()
            .map(|kind| format!("<tie type='{kind}'/>"))
            .collect::<String>()
    };
    let notes = [
        note("C", 2, &tied(&["start"])),
        note("C", 2, &tied(&["stop", "start"])),
        note("C", 1, &tied(&["stop"])),
        note("C", 1, ""),
    ];
    let part = part(&format!(
        "<measure>{}{}</measure><measure>{}{}</measure>",
        notes[0], notes[1], notes[2], notes[3]
    ))
    .unwrap();
    assert_eq!(times(&part), [(0.0, 5.0, 60), (5.0, 1.0, 60)]);
}

#[test]
fn grace_notes_and_cues_take_no_time() {
    let part = part(&format!(
        "<measure>{}{}{}</measure>",
        note("D", 0, "<grace/>"),
        note("E", 2, "<cue/>"),
        note("F", 3, "")
    ))
    .unwrap();
    assert_eq!(times(&part), [(0.0, 3.0, 65)]);
}

#[test]
fn a_transposing_instrument_sounds_where_it_sounds() {
    let transpose =
        "<transpose><chromatic>-2</chromatic><octave-change>-1</octave-change></transpose>";
    let part = part(&format!(
        "<measure><attributes>{transpose}</attributes>{}</measure>",
        note("C", 1, "")
    ))
    .unwrap();
    assert_eq!(part.notes[0].pitch, 46);
}

#[test]
fn metres_and_tempi_are_read_where_they_are_understood() {
    let time = |beats: &str| {
        format!(
            "<attributes><time><beats>{beats}</beats><beat-type>8</beat-type></time></attributes>"
        )
    };
    let part = part(&format!(
        "<measure>{}{}<direction><sound tempo='96'/></direction></measure><measure>{}<sound tempo='fast'/></measure>",
        time("3+2"),
        note("C", 5, ""),
        time("4294967295+1")
    ))
    .unwrap();
    let metres: Vec<(u32, u32)> = part.bars.iter().map(|bar| (bar.count, bar.unit)).collect();
    assert_eq!(metres, [(5, 8), (5, 8)]);
    assert_eq!(part.tempi, [(5.0, 96.0)]);
}

#[test]
fn wrong_values_are_named_with_their_bar() {
    let forward = "<forward><duration>9999999</duration></forward>";
    for (measure, words) in [
        (note("H", 1, ""), "`H`"),
        (forward.to_owned(), "duration of"),
        (
            "<attributes><divisions>0</divisions></attributes>".to_owned(),
            "0 divisions",
        ),
        (
            "<note><pitch><step>C</step></pitch></note>".to_owned(),
            "no octave",
        ),
        ("<note><duration>x</duration></note>".to_owned(), "`x`"),
        ("<note><duration>NaN</duration></note>".to_owned(), "NaN"),
    ] {
        let fault = part(&format!(
            "<measure/><measure number='2'>{measure}</measure>"
        ))
        .unwrap_err();
        assert!(
            fault.found.contains(words) && fault.found.contains("bar 2"),
            "{fault}"
        );
    }
}
