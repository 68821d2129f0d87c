//! Ardour records the plugin in a loop within a tempo ramp. It runs without a window or a sound card, if `DIFF_BGM_ARDOUR` names
//! the folder of the programs of Ardour 7, such as `/usr/lib/ardour7`; without that, the test is left out.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::time::Beats;
use plugin_hosts::{library_of_this_test, project};

use super::melody::with_draft;

const PLUGIN_ID: &str = "4469666642676D496E737472756D6E74";
const TICKS_PER_BEAT: f64 = 1920.0;
/// From beat 2 to beat 10: most of the ramp, and two beats after it.
const LOOP_TICKS: (u64, u64) = (3840, 19_200);
/// Enough for two passes of 3.9 s.
const RECORDED_SECONDS: &str = "9";
/// A tick, to which Ardour rounds, at 100 BPM and 48 kHz, and a sample.
const MOST_OFF: i64 = 16;
/// Ardour's programs rarely hang as they start or end.
const TRIES: usize = 3;
const MOST_TIME: Duration = Duration::from_secs(60);

/// Ardour's programs, in a home folder of their own.
struct Ardour {
    programs: PathBuf,
    home: tempfile::TempDir,
}

impl Ardour {
    /// Installs the plugin. Returns `None` if there is no Ardour.
    fn find() -> Option<Self> {
        let Some(programs) = env::var_os("DIFF_BGM_ARDOUR") else {
            println!("skipped: DIFF_BGM_ARDOUR does not name the folder of Ardour's programs");
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        let bundle = home.path().join(".vst3/Diff-BGM.vst3");
        let binaries = bundle.join("Contents/x86_64-linux");
        fs::create_dir_all(&binaries).unwrap();
        fs::create_dir_all(home.path().join(".config")).unwrap();
        let binary = binaries.join("Diff-BGM.so");
        fs::copy(library_of_this_test(), &binary).unwrap();
        // Ardour ignores what it has scanned if the file's time has parts of a second.
        let whole_seconds = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let file = File::options().write(true).open(&binary).unwrap();
        file.set_modified(whole_seconds).unwrap();
        let ardour = Self {
            programs: programs.into(),
            home,
        };
        let bundle = bundle.into_os_string();
        ardour.run("ardour-vst3-scanner", &["-f".as_ref(), &*bundle], None);
        Some(ardour)
    }

    /// Runs one of Ardour's programs, again if it hangs or fails, each time without the folder `makes`. Returns what it printed.
    fn run(&self, program: &str, arguments: &[&OsStr], makes: Option<&Path>) -> String {
        for _ in 0..TRIES {
            if let Some(folder) = makes.filter(|folder| folder.exists()) {
                fs::remove_dir_all(folder).unwrap();
            }
            if let Some(printed) = self.try_run(program, arguments) {
                return printed;
            }
        }
        panic!("{program} {arguments:?} hung or failed {TRIES} times");
    }

    /// Returns `None` if the program hangs or fails.
    fn try_run(&self, program: &str, arguments: &[&OsStr]) -> Option<String> {
        let version = self.programs.file_name().unwrap();
        let output = self.home.path().join("output");
        let printed = File::create(&output).unwrap();
        let mut child = Command::new(self.programs.join(program))
            .args(arguments)
            .env("HOME", self.home.path())
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_CACHE_HOME")
            .env("LD_LIBRARY_PATH", &self.programs)
            .env("ARDOUR_DLL_PATH", &self.programs)
            .env("ARDOUR_DATA_PATH", Path::new("/usr/share").join(version))
            .env("ARDOUR_CONFIG_PATH", Path::new("/etc").join(version))
            .stdout(printed.try_clone().unwrap())
            .stderr(printed)
            .spawn()
            .unwrap();
        let started = Instant::now();
        while started.elapsed() < MOST_TIME {
            if let Some(status) = child.try_wait().unwrap() {
                let printed = fs::read_to_string(&output).unwrap();
                // A script that fails is no failure to Ardour.
                let is_done = status.success() && !printed.contains("Error: ");
                if !is_done {
                    println!("{program}: {printed}");
                }
                return is_done.then_some(printed);
            }
            sleep(Duration::from_millis(100));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        None
    }

    /// Runs a script of this test.
    fn script(&self, name: &str, arguments: &[&OsStr], makes: Option<&Path>) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vst3/ardour");
        let script = folder.join(name);
        self.run(
            "luasession",
            &[&[script.as_os_str()], arguments].concat(),
            makes,
        )
    }
}

/// Notes of all parts on a grid of sixteenths; some last beyond the end of the loop.
fn notes() -> Vec<Note> {
    let note = |start, length, pitch, velocity, part| Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity,
        part,
    };
    let mut notes = Vec::new();
    for step in 0..48_u8 {
        let start = f64::from(step) / 4.0;
        notes.push(note(start, 0.25, 72 + step % 7, 60 + step, Part::Lead));
        if step % 6 == 0 {
            notes.push(note(start, 1.5, 55 + step % 5, 50 + step, Part::Chords));
            notes.push(note(start, 1.25, 62 + step % 5, 40 + step, Part::Chords));
            notes.push(note(start + 0.5, 1.0, 36 + step % 11, 90, Part::Bass));
        }
    }
    notes.sort_by(Note::position);
    notes
}

/// Returns a preset of VST3 with the state of the instance in it, as Ardour keeps it in a session.
fn preset(state: &[u8]) -> Vec<u8> {
    const HEADER: u64 = 48;
    let mut preset = b"VST3\x01\0\0\0".to_vec();
    preset.extend(PLUGIN_ID.as_bytes());
    preset.extend((HEADER + state.len() as u64).to_le_bytes());
    preset.extend(state);
    preset.extend(b"List\x01\0\0\0Comp");
    preset.extend(HEADER.to_le_bytes());
    preset.extend((state.len() as u64).to_le_bytes());
    preset
}

/// Writes the draft and the loop into a session.
fn fill(session: &Path) {
    let state = with_draft(notes());
    let state = project::for_vst3(&project::saved(&state.to_text().unwrap()));
    let file = session.join("session.ardour");
    let text = fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once("<chunk>").unwrap();
    let (_, after) = rest.split_once("</chunk>").unwrap();
    let chunk = STANDARD.encode(preset(&state));
    let (start, end) = LOOP_TICKS;
    let place = format!(
        r#"<Locations><Location id="9001" name="Loop" start="b{start}" end="b{end}" flags="IsAutoLoop" locked="0" cue="0"/></Locations>"#
    );
    let text = format!("{before}<chunk>{chunk}</chunk>{after}");
    assert!(text.contains("<Locations/>"));
    fs::write(&file, text.replace("<Locations/>", &place)).unwrap();
}

/// Returns the numbers of each line that begins with a word.
fn lines(printed: &str, word: &str) -> Vec<Vec<i64>> {
    let lines = printed.lines().filter_map(|line| line.strip_prefix(word));
    lines
        .map(|line| line.split_whitespace().flat_map(str::parse).collect())
        .collect()
}

#[test]
fn ardour_records_every_pass_of_a_loop_within_a_ramp() {
    let Some(ardour) = Ardour::find() else {
        return;
    };
    let session = ardour.home.path().join("session");
    let folder = session.as_os_str();
    ardour.script("create.lua", &[PLUGIN_ID.as_ref(), folder], Some(&session));
    fill(&session);
    let printed = ardour.script("record.lua", &[folder, RECORDED_SECONDS.as_ref()], None);
    let [from, to] = lines(&printed, "loop")[0][..] else {
        panic!("{printed}");
    };
    let places = lines(&printed, "place");
    let sample_at = |beat: Beats| {
        let tick = (beat.0 * TICKS_PER_BEAT).round() as i64;
        places.iter().find(|place| place[0] == tick).unwrap()[1]
    };
    let recorded = lines(&printed, "note");
    let looped = notes().into_iter().map(|note| {
        let (start, end) = (sample_at(note.start), sample_at(note.end()).min(to));
        (start - from, end - from, note)
    });
    let looped: Vec<_> = looped
        .filter(|(start, ..)| (0..to - from).contains(start))
        .collect();
    for pass in 0..2 {
        let begins = pass * (to - from);
        let heard: Vec<_> = (recorded.iter())
            .filter(|note| (0..to - from).contains(&(note[0] - begins + MOST_OFF)))
            .collect();
        assert_eq!(heard.len(), looped.len(), "pass {pass}: {printed}");
        for (start, end, note) in &looped {
            let (start, end) = (start + begins, end + begins);
            let channel = i64::from(note.part.channel());
            let wanted = [channel, note.pitch.into(), note.velocity.into()];
            let is_here = |found: &&&Vec<i64>| {
                let is_near = |found: i64, due: i64| (found - due).abs() <= MOST_OFF;
                found[2..] == wanted && is_near(found[0], start) && is_near(found[1], end)
            };
            let count = heard.iter().filter(is_here).count();
            assert_eq!(count, 1, "{note:?} from {start} to {end}: {printed}");
        }
    }
}
