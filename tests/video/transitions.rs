//! Gradual changes, contact sheets, and shots found by the network.

use std::env;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use diff_bgm::features::{ClipFeatures, TransitionKind};
use diff_bgm::video::{ShotFinder, analyse_if, write_contact_sheet};

use crate::clips::*;
use crate::ffmpeg::film_folder;

fn by_network(path: &Path) -> ClipFeatures {
    let go_on = &mut |_| ControlFlow::Continue(());
    let analysis = analyse_if(path, ShotFinder::Network, &|_| Ok(()), go_on);
    analysis.unwrap().features
}

/// Returns a clip of two moving pictures with a dissolve that starts at 2 s.
fn dissolve(folder: &Path, seconds: f64, rate: u32) -> PathBuf {
    let graph = format!(
        "-f lavfi -i testsrc2=s=320x180:r={rate}:d=4 -f lavfi -i mandelbrot=s=320x180:r={rate} -filter_complex \
         [1]trim=duration=4,setpts=PTS-STARTPTS[b];[0][b]xfade=duration={seconds}:offset=2 -pix_fmt yuv420p"
    );
    make_clip(folder, format!("dissolve-{seconds}-{rate}.mp4"), &graph)
}

#[test]
fn dissolves_of_0_3_to_2_seconds_are_transitions_and_no_cuts() {
    let Some(folder) = film_folder() else { return };
    for (seconds, rate) in [(0.3, 25), (0.6, 24), (1.0, 30), (2.0, 25)] {
        let clip = analyse_file(&dissolve(folder.path(), seconds, rate)).unwrap();
        let name = format!("{seconds} s at {rate} Hz");
        assert_cuts(&name, &clip, &[]);
        let dissolve = (TransitionKind::Dissolve, 2.0, 2.0 + seconds);
        assert_transitions(&name, &clip, &[dissolve]);
    }
}

#[test]
fn fades_through_black_and_white_are_a_fade_out_and_a_fade_in() {
    let Some(folder) = film_folder() else { return };
    for (colour, seconds) in [("black", 0.4), ("black", 1.0), ("white", 1.0)] {
        let graph = format!(
            "-f lavfi -i testsrc2=s=320x180:r=25:d=3 -f lavfi -i mandelbrot=s=320x180:r=25 -filter_complex \
             [1]trim=duration=3,setpts=PTS-STARTPTS[b];\
             [0]fade=out:st={}:d={seconds}:c={colour}[a];[b]fade=in:d={seconds}:c={colour}[b];[a][b]concat \
             -pix_fmt yuv420p",
            3.0 - seconds
        );
        let name = format!("{colour}-{seconds}.mp4");
        let clip = analyse_file(&make_clip(folder.path(), &name, &graph)).unwrap();
        assert_cuts(&name, &clip, &[]);
        let out = (TransitionKind::FadeOut, 3.0 - seconds, 3.0);
        let into = (TransitionKind::FadeIn, 3.0, 3.0 + seconds);
        assert_transitions(&name, &clip, &[out, into]);
    }
}

#[test]
fn cuts_pans_and_flashes_are_no_transitions() {
    let Some(folder) = film_folder() else { return };
    for (name, graph) in [
        (
            "cut",
            "-f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i testsrc=s=320x180:r=25:d=2 -filter_complex concat",
        ),
        (
            "flash",
            "-f lavfi -i testsrc2=s=320x180:r=25:d=4 -vf drawbox=t=fill:c=white:enable=between(t\\,1\\,1.1)",
        ),
        (
            "pan",
            "-f lavfi -i mandelbrot=s=1280x180:r=25 -frames:v 100 -vf \
             loop=loop=-1:size=1,trim=duration=4,setpts=N/25/TB,crop=320:180:9*n:0",
        ),
    ] {
        let path = make_clip(folder.path(), format!("{name}.mp4"), graph);
        assert_transitions(name, &analyse_file(&path).unwrap(), &[]);
    }
}

/// Returns the film that is beside the checkout, or `None` if it is not there.
fn film() -> Option<PathBuf> {
    let shared = env::var_os("DIFF_BGM_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let film = shared.join("data/video/big-buck-bunny-30s.mp4");
    if !film.exists() {
        eprintln!("skipped: {} does not exist", film.display());
    }
    film.exists().then_some(film)
}

#[test]
fn a_film_that_fades_in_has_one_transition_and_its_shots_dissolve_into_each_other() {
    let (Some(folder), Some(film)) = (film_folder(), film()) else {
        return;
    };
    // The title that appears at 25 s is none.
    let of_film = analyse_file(&film).unwrap();
    assert_transitions("film", &of_film, &[(TransitionKind::FadeIn, 0.6, 2.2)]);
    for seconds in [0.5, 1.0, 1.6] {
        let film = film.display();
        let graph = format!(
            "-ss 6 -t 4 -i {film} -ss 16 -t 5 -i {film} -an -filter_complex \
             [0]scale=320:180,settb=1/24[a];[1]scale=320:180,settb=1/24[b];\
             [a][b]xfade=duration={seconds}:offset=2"
        );
        let name = format!("{seconds}.mp4");
        let clip = analyse_file(&make_clip(folder.path(), &name, &graph)).unwrap();
        assert_cuts(&name, &clip, &[]);
        let dissolve = (TransitionKind::Dissolve, 2.0, 2.0 + seconds);
        assert_transitions(&name, &clip, &[dissolve]);
    }
}

#[test]
fn the_network_finds_cuts_to_the_frame() {
    let Some(folder) = film_folder() else { return };
    let graph = "-f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i mandelbrot=s=320x180:r=25 -filter_complex \
                 [1]trim=duration=1,setpts=PTS-STARTPTS[b];[0][b]concat";
    let clip = by_network(&make_clip(folder.path(), "cut.mp4", graph));
    assert_cuts("cut", &clip, &[2.0]);
    assert_transitions("cut", &clip, &[]);
}

#[test]
fn a_contact_sheet_shows_the_changes_of_a_clip() {
    let Some(folder) = film_folder() else { return };
    let video = dissolve(folder.path(), 1.0, 25);
    let clip = analyse_file(&video).unwrap();
    let path = folder.path().join("sheet.png");
    let mut done = 0.0;
    let written = write_contact_sheet(&video, &clip, &path, &mut |share| {
        done = share;
        ControlFlow::Continue(())
    });
    assert_eq!(written.unwrap(), std::slice::from_ref(&path));
    assert!(done > 0.99, "{done}");
    let png = fs::read(path).unwrap();
    assert!(png.starts_with(b"\x89PNG"));
    // One cell: two pictures of 192 × 108, with a line of text above and below.
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!([side(16), side(20)], [420, 184]);
    let cancelled = write_contact_sheet(&video, &clip, Path::new("no.png"), &mut |_| {
        ControlFlow::Break(())
    });
    assert!(matches!(cancelled, Err(diff_bgm::Error::Cancelled)));
}
