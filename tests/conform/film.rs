//! A film of twelve shots, and another cut of it, made by `ffmpeg`.

use std::path::{Path, PathBuf};

use crate::ffmpeg::make_film;

/// Frames per second.
pub(crate) const HZ: f64 = 25.0;

/// A moving picture for each shot; the last is only in the new cut.
const SOURCES: [&str; 13] = [
    "testsrc2=s=320x180:r=25",
    "mandelbrot=s=320x180:r=25:start_scale=2.5:end_scale=0.6:end_pts=200",
    "gradients=s=320x180:r=25:speed=0.03:nb_colors=4:c0=0x103050:c1=0xf0d020:c2=0x802080:c3=0x20c0a0:x0=20:y0=20:x1=300:y1=150",
    "smptehdbars=s=320x180:r=25,scroll=horizontal=0.006",
    "gradients=s=320x180:r=25:speed=0.02:nb_colors=3:c0=0xe0e0e0:c1=0x600000:c2=0x0050a0:x0=160:y0=0:x1=160:y1=179",
    "testsrc=s=320x180:r=25,hflip,scroll=vertical=0.004",
    "mandelbrot=s=320x180:r=25:start_x=-0.743:start_y=-0.126:start_scale=0.4:end_scale=0.05:end_pts=200,negate",
    "gradients=s=320x180:r=25:speed=0.03:nb_colors=4:c0=0x002000:c1=0x40ff40:c2=0x101010:c3=0xffffff:x0=0:y0=90:x1=319:y1=90",
    "testsrc2=s=320x180:r=25,vflip,hue=h=120,scroll=horizontal=0.004",
    "yuvtestsrc=s=320x180:r=25,scroll=vertical=0.008",
    "gradients=s=320x180:r=25:speed=0.015:nb_colors=5:c0=0xff8000:c1=0x0000c0:c2=0xc0c0ff:c3=0x301000:c4=0xffff80:x0=300:y0=10:x1=40:y1=170",
    "sierpinski=s=320x180:r=25:type=triangle:seed=3:jump=40",
    "rgbtestsrc=s=320x180:r=25,rotate=0.4*t",
];

/// A shot: its source and its number of frames from the first.
pub(crate) type Shot = (usize, usize);

/// The film: a minute in twelve shots.
pub(crate) const OLD: [Shot; 12] = [
    (0, 125),
    (1, 100),
    (2, 150),
    (3, 130),
    (4, 110),
    (5, 125),
    (6, 120),
    (7, 140),
    (8, 125),
    (9, 100),
    (10, 150),
    (11, 125),
];

/// Its new cut: the third shot is shorter, the fifth is gone, the seventh and the eighth are swapped, and one is new.
pub(crate) const NEW: [Shot; 12] = [
    (0, 125),
    (1, 100),
    (2, 110),
    (3, 130),
    (5, 125),
    (7, 140),
    (6, 120),
    (8, 125),
    (9, 100),
    (12, 85),
    (10, 150),
    (11, 125),
];

/// Returns where a time of the old film is in the new cut, in seconds.
pub(crate) fn new_time(old: f64) -> Option<f64> {
    let frame = old * HZ;
    let mut first = 0.0;
    for (source, count) in OLD {
        let inside = frame - first;
        if inside < count as f64 {
            let mut now = 0.0;
            for (shot, count) in NEW {
                if shot == source {
                    return (inside < count as f64).then_some((now + inside) / HZ);
                }
                now += count as f64;
            }
            return None;
        }
        first += count as f64;
    }
    None
}

/// Makes a film of shots.
pub(crate) fn make(folder: &Path, name: &str, shots: &[Shot]) -> PathBuf {
    let mut arguments = Vec::new();
    for &(source, count) in shots {
        let seconds = count as f64 / HZ;
        arguments.extend(["-f", "lavfi", "-t"].map(str::to_owned));
        arguments.extend([
            format!("{seconds}"),
            "-i".to_owned(),
            SOURCES[source].to_owned(),
        ]);
    }
    let inputs: String = (0..shots.len())
        .map(|input| format!("[{input}:v]format=yuv420p,setsar=1[v{input}];"))
        .collect();
    let labels: String = (0..shots.len())
        .map(|input| format!("[v{input}]"))
        .collect();
    let graph = format!("{inputs}{labels}concat=n={}:v=1", shots.len());
    arguments.extend(["-filter_complex".to_owned(), graph]);
    arguments.extend(["-r", "25", "-crf", "12", "-preset", "ultrafast"].map(str::to_owned));
    run(folder, name, &arguments)
}

/// Makes another version of a film with options of `ffmpeg`, which are separated by spaces.
pub(crate) fn remake(folder: &Path, name: &str, film: &Path, options: &str) -> PathBuf {
    let film = film.to_str().unwrap().to_owned();
    let options = options.split_whitespace().map(str::to_owned);
    let arguments: Vec<String> = ["-i".to_owned(), film].into_iter().chain(options).collect();
    run(folder, name, &arguments)
}

fn run(folder: &Path, name: &str, arguments: &[String]) -> PathBuf {
    let path = folder.join(name);
    make_film(&path, arguments);
    path
}
