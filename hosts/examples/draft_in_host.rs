//! Makes a draft inside the built plugin: a headless CLAP host loads a project with a clip, switches Generate on, plays the
//! draft, and compares what the plugin sends with a MIDI file of the same clip, tempo and seed.
//!
//! `draft_in_host LIBRARY CLIP TEMPO_BPM DRAFT.mid`

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use diff_bgm::features::ClipFeatures;
use diff_bgm::generator::Draft;
use diff_bgm::instance::{SavedClip, State};
use diff_bgm::music::midi_file::MidiFile;
use diff_bgm::time::Tempo;
use plugin_hosts::clap::{INSTRUMENT, Library, Playing, RATE_HZ, Sent};
use plugin_hosts::{Roll, project};

const FRAMES: u32 = 512;
/// The longest wait for a draft.
const PATIENCE: Duration = Duration::from_secs(600);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [library, clip, tempo_bpm, midi] = arguments.as_slice() else {
        eprintln!("usage: draft_in_host LIBRARY CLIP TEMPO_BPM DRAFT.mid");
        return ExitCode::from(2);
    };
    match run(library.as_ref(), clip.into(), tempo_bpm, midi.as_ref()) {
        Ok(summary) => {
            println!("{summary}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("draft_in_host: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(library: &Path, clip: PathBuf, tempo_bpm: &str, midi: &Path) -> Result<String, String> {
    let tempo_bpm: f64 = tempo_bpm.parse().map_err(|_| "TEMPO_BPM is not a number")?;
    let tempo = Tempo::new(tempo_bpm).map_err(|error| error.to_string())?;
    let features = ClipFeatures::read(&clip).map_err(|error| error.to_string())?;
    let clip = clip.canonicalize().map_err(|error| error.to_string())?;
    let state = State {
        clip: Some(SavedClip::new(clip, &features, tempo)),
        ..State::default()
    };
    let text = state.to_text().map_err(|fault| fault.to_string())?;

    let start = Instant::now();
    let mut instance = Library::open(library).instance(INSTRUMENT);
    if !instance.load(&project::for_clap(&project::saved(&text))) {
        return Err("the plugin did not load the project".to_owned());
    }
    let mut playing = Playing::start(instance, 2);
    let at = |beats| Roll {
        tempo_bpm,
        ..Roll::from(beats)
    };
    let standing = Roll {
        playing: false,
        ..at(0.0)
    };
    playing.block(Some(standing), FRAMES);
    let generate = playing.instance.parameter("Generate");
    playing.block_with(Some(standing), FRAMES, &[Sent::Value(0, generate, 1.0)]);
    let draft = loop {
        let text = project::text_saved_by_clap(&playing.instance.save());
        let state = text.and_then(|text| State::from_text(&text).ok());
        if let Some(take) = state.as_ref().and_then(State::current_take) {
            break take.draft.clone();
        }
        if start.elapsed() > PATIENCE {
            return Err("the plugin made no draft in time".to_owned());
        }
        playing.block(Some(standing), FRAMES);
        thread::sleep(Duration::from_millis(10));
    };
    let drafted = start.elapsed();

    playing.heard.clear();
    (playing.frames, playing.peak) = (0, 0.0);
    let frames_per_beat = RATE_HZ * 60.0 / tempo_bpm;
    let end = (draft.score.length().0 + 1.0) * frames_per_beat;
    while (playing.frames as f64) < end {
        let beats = playing.frames as f64 / frames_per_beat;
        playing.block(Some(at(beats)), FRAMES);
    }
    let file = MidiFile::open(midi).map_err(|error| error.to_string())?;
    let written = Draft::of_midi(&file).map_err(|error| error.to_string())?;
    let notes = written.score.notes().iter();
    let notes = notes.map(|note| {
        (
            note.start.0,
            note.end().0,
            note.part.channel(),
            note.pitch,
            note.velocity,
        )
    });
    let wanted = plugin_hosts::expected(notes, frames_per_beat);
    if playing.heard != wanted {
        return Err(format!(
            "the plugin sent {} note events, which differ from the {} in {}",
            playing.heard.len(),
            wanted.len(),
            midi.display()
        ));
    }
    if playing.peak < 0.01 {
        return Err("the plugin's preview is silent".to_owned());
    }
    Ok(format!(
        "In a headless host, the plugin made a draft in {:.1} s and played {} notes, the same as in {}.",
        drafted.as_secs_f64(),
        wanted.len() / 2,
        midi.display()
    ))
}
