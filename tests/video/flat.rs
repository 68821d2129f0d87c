//! Titles, slides and charts: few lines on a plain ground.

use diff_bgm::features::ClipFeatures;

use crate::clips::*;
use crate::ffmpeg::film_folder;

/// Returns filters that draw boxes, each given as `x:y:width:height`, over the frames `first` to `last`.
fn boxes(places: &[String], colour: &str, first: usize, last: usize) -> String {
    places
        .iter()
        .map(|place| format!(",drawbox={place}:{colour}:fill:enable=between(n\\,{first}\\,{last})"))
        .collect()
}

/// Returns boxes that look like lines of text, different for each seed.
fn text(seed: usize, lines: usize, size: usize) -> Vec<String> {
    let mut places = Vec::new();
    for line in 0..lines {
        let mut x = 60 + (seed * 37 + line * 11) % 50;
        let mut state = seed * 7919 + line * 263 + 1;
        while x < 420 + (seed * 53) % 120 {
            state = state * 1_103_515_245 % 2_147_483_647;
            let width = size / 5 + state % size;
            places.push(format!("{x}:{}:{width}:{size}", 120 + 2 * line * size));
            x += width + size / 3;
        }
    }
    places
}

/// Makes a clip of slides on a ground, one a second, and analyses it.
fn slides(
    folder: &std::path::Path,
    name: &str,
    ground: &str,
    slides: &[Vec<String>],
    ink: &str,
) -> ClipFeatures {
    let drawn: String = (0..)
        .zip(slides)
        .map(|(slide, places)| boxes(places, ink, 25 * slide, 25 * slide + 24))
        .collect();
    let length = slides.len();
    let options = format!(
        "-f lavfi -i color={ground}:s=640x360:r=25:d={length} -vf null{drawn} -pix_fmt yuv420p"
    );
    analyse_file(&make_clip(folder, name, &options)).unwrap()
}

#[test]
fn every_new_title_or_slide_is_a_cut() {
    let Some(folder) = film_folder() else { return };
    for (name, ground, ink, lines, size) in [
        ("title.mp4", "white", "black", 1, 40),
        ("dark-title.mp4", "black", "white", 1, 40),
        ("small-title.mp4", "0x203050", "white", 1, 18),
        ("slide.mp4", "white", "black", 5, 18),
    ] {
        let texts: Vec<_> = (1..6).map(|seed| text(seed, lines, size)).collect();
        let clip = slides(folder.path(), name, ground, &texts, ink);
        assert_cuts(name, &clip, &[1.0, 2.0, 3.0, 4.0]);
    }
}

#[test]
fn every_new_chart_is_a_cut() {
    let Some(folder) = film_folder() else { return };
    let chart = |heights: [usize; 5]| {
        let axes = ["60:40:2:280", "60:320:520:2"].map(str::to_owned);
        let bars = (0..)
            .zip(heights)
            .map(|(bar, height)| format!("{}:{}:60:{height}", 90 + 95 * bar, 320 - height));
        axes.into_iter().chain(bars).collect::<Vec<_>>()
    };
    let charts = [
        chart([120, 200, 60, 240, 180]),
        chart([220, 90, 160, 70, 250]),
        chart([40, 260, 210, 130, 100]),
        chart([180, 60, 240, 200, 50]),
    ];
    let clip = slides(folder.path(), "charts.mp4", "white", &charts, "0x3060c0");
    assert_cuts("charts", &clip, &[1.0, 2.0, 3.0]);
}

#[test]
fn points_that_appear_one_by_one_and_credits_that_roll_are_no_cuts() {
    let Some(folder) = film_folder() else { return };
    let points = [3, 4, 5].map(|lines| text(3, lines, 18));
    let clip = slides(folder.path(), "points.mp4", "white", &points, "black");
    assert_cuts("points", &clip, &[]);

    let page = boxes(&text(4, 8, 16), "white", 0, 0);
    let roll = format!(
        "-f lavfi -i color=black:s=640x720:r=25:d=1 -vf null{page},loop=loop=-1:size=1,trim=end_frame=100,\
         setpts=N/25/TB,crop=640:360:0:4*max(n-30\\,0) -pix_fmt yuv420p"
    );
    let clip = analyse_file(&make_clip(folder.path(), "credits.mp4", &roll)).unwrap();
    assert_cuts("credits", &clip, &[]);
}
