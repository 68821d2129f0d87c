//! The plugin's cost to a host: scanning, the player's blocks, and a realtime loop while a draft is generated.
//!
//! The realtime loop is meaningful only if the program may raise its priority.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use diff_bgm::features::ClipFeatures;
use diff_bgm::instance::{SavedClip, State};
use diff_bgm::music::controls::Controls;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::player::{Block, NoteSchedule, Player, Sent, Transport};
use diff_bgm::time::{Beats, Tempo};
use plugin_hosts::clap::{INSTRUMENT, Library, Playing, RATE_HZ, Sent as ToPlugin};
use plugin_hosts::{Roll, library_name, project};
use thread_priority::{ThreadPriority, set_current_thread_priority};

/// Frames per block.
const FRAMES: u32 = 64;
/// Duration of a block.
const BLOCK: Duration = Duration::from_nanos((64.0 / RATE_HZ * 1e9) as u64);

fn main() {
    let library = library();
    scan(&library);
    for events in [0, 32] {
        player_block(events);
    }
    realtime_loop(&library);
}

/// Returns the path of the plugin's library that cargo built with this program.
fn library() -> PathBuf {
    let program = std::env::current_exe().expect("a program has a path");
    let folders = program.ancestors().skip(1).take(2);
    let mut found = folders.map(|folder| folder.join(library_name()));
    found.find(|path| path.exists()).expect("cargo builds it")
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Times what a host does when it scans for plugins.
fn scan(library: &Path) {
    let times: Vec<Duration> = (0..20)
        .map(|_| {
            let start = Instant::now();
            let opened = Library::open(library);
            assert_eq!(opened.ids().len(), 2);
            drop(opened);
            start.elapsed()
        })
        .collect();
    let first = times[0];
    println!(
        "scan: load, query and unload take {first:.2?} the first time, {:.2?} after that",
        median(times)
    );
}

/// Times the player alone, with about `events` note-ons and note-offs in each block.
fn player_block(events: u32) {
    let beats_per_block = f64::from(FRAMES) / RATE_HZ * 2.0;
    let blocks = 4000;
    let notes: Vec<Note> = (0..blocks * events / 2)
        .map(|index| Note {
            start: Beats(f64::from(index / (events / 2)) * beats_per_block),
            length: Beats(beats_per_block * 0.5),
            pitch: (index % (events / 2)) as u8 + 40,
            velocity: 80,
            part: Part::All,
        })
        .collect();
    let (mut player, publisher) = Player::new();
    let score = Score::repaired(RawScore {
        notes,
        ..RawScore::default()
    });
    publisher.publish(NoteSchedule::new(&score, &Controls::default()));
    let block = Block {
        frames: FRAMES,
        rate_hz: RATE_HZ,
    };
    let mut sent = 0;
    let mut times = Vec::with_capacity(blocks as usize);
    for index in 0..blocks {
        let transport = Transport {
            playing: true,
            tempo_bpm: Some(120.0),
            position: Some(Beats(f64::from(index) * beats_per_block)),
            loop_range: None,
        };
        let start = Instant::now();
        player.process(&transport, block, |frame, event| {
            sent += 1;
            black_box((frame, event));
            Sent::Accepted
        });
        times.push(start.elapsed());
    }
    println!(
        "player: {:.0} events per block, {:.2?} (including the clock's own time)",
        f64::from(sent) / f64::from(blocks),
        median(times)
    );
}

/// Runs blocks at their due times on a thread of the highest priority: idle, while a draft is made, and while it plays.
fn realtime_loop(library: &Path) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/big-buck-bunny-30s.safetensors");
    let clip = ClipFeatures::read(&path).expect("the built-in clip");
    let state = State {
        clip: Some(SavedClip::new(path, &clip, Tempo::DEFAULT)),
        ..State::default()
    };
    let text = state.to_text().expect("a state");
    let mut instance = Library::open(library).instance(INSTRUMENT);
    assert!(instance.load(&project::for_clap(&project::saved(&text))));
    let mut playing = Playing::start(instance, 2);
    let generate = playing.instance.parameter("Generate");

    let run = |what: &str, duration: Duration, first: &[ToPlugin], playing: &mut Playing| {
        let start = Instant::now();
        let (mut due, mut blocks, mut missed) = (start, 0u32, 0u32);
        let (mut worst, mut times) = (Duration::ZERO, Vec::new());
        let beats_per_block = f64::from(FRAMES) / RATE_HZ * 2.0;
        while start.elapsed() < duration {
            let roll = Roll::from(f64::from(blocks) * beats_per_block);
            playing.block_with(Some(roll), FRAMES, if blocks == 0 { first } else { &[] });
            due += BLOCK;
            blocks += 1;
            worst = worst.max(playing.took);
            times.push(playing.took);
            // A block is late if it ends after the next one is due.
            missed += u32::from(due.elapsed() > Duration::ZERO);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
        println!(
            "realtime, {what}: {blocks} blocks of {FRAMES}, median {:.2?}, worst {worst:.2?}, {missed} late",
            median(times)
        );
    };
    if set_current_thread_priority(ThreadPriority::Max).is_err() {
        println!(
            "the realtime loop runs at normal priority, because this program may not raise it"
        );
    }
    run("idle", Duration::from_secs(3), &[], &mut playing);
    let press = [ToPlugin::Value(0, generate, 1.0)];
    run(
        "while a draft is made",
        Duration::from_secs(4),
        &press,
        &mut playing,
    );
    while project::text_saved_by_clap(&playing.instance.save())
        .and_then(|text| State::from_text(&text).ok())
        .is_none_or(|state| state.takes.is_empty())
    {
        playing.block(None, FRAMES);
        thread::sleep(Duration::from_millis(50));
    }
    run("while it plays", Duration::from_secs(10), &[], &mut playing);
}
