//! Finds and runs the `ffmpeg` and `ffprobe` programs and collects their messages.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};

use crate::error::{Error, Result};

mod messages;
mod version;

pub(crate) use version::Version;

/// Usual folders of FFmpeg on systems that start desktop programs without the shell's `PATH`.
const USUAL_FOLDERS: &[&str] = if cfg!(target_os = "macos") {
    &["/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin"]
} else {
    &[]
};

/// The most bytes that are read of a list of filters.
const MAX_LIST_BYTES: u64 = 1 << 20;

/// What to do if FFmpeg is not installed.
const INSTALL_ADVICE: &str = if cfg!(target_os = "macos") {
    "install FFmpeg, for example with `brew install ffmpeg`"
} else if cfg!(windows) {
    "install FFmpeg, for example with `winget install ffmpeg`"
} else {
    "install FFmpeg, for example with `apt install ffmpeg` or `dnf install ffmpeg`"
};

/// One of FFmpeg's programs while it runs. It is killed when this is dropped.
pub(crate) struct Process {
    program: &'static str,
    child: Child,
    errors: Option<JoinHandle<Vec<String>>>,
}

/// The result of a finished program.
pub(crate) struct Exit {
    program: &'static str,
    status: ExitStatus,
    errors: Vec<String>,
}

impl Process {
    /// Starts `program` (`ffmpeg` or `ffprobe`) with `arguments`.
    ///
    /// It never reads the terminal and writes its standard output to a pipe.
    ///
    /// # Errors
    /// Returns [`Error::Program`] if the program is not installed or does not start.
    pub(crate) fn start(program: &'static str, arguments: &[OsString]) -> Result<Self> {
        Self::spawn(program, "level+error", arguments, |_, _| {})
    }

    /// Starts `ffmpeg` with `arguments` that contain the filter `showinfo`. The receiver gets the time stamp of each frame
    /// that passes it, or `None` for a frame without one, before the frame is written.
    ///
    /// # Errors
    /// Returns an error as [`Process::start`] does.
    pub(crate) fn start_timed(arguments: &[OsString]) -> Result<(Self, Receiver<Option<i64>>)> {
        let (sender, times) = mpsc::channel();
        let on_info = move |source: &str, text: &str| {
            if let Some(stamp) = messages::frame_stamp(source, text) {
                let _ = sender.send(stamp);
            }
        };
        let process = Self::spawn("ffmpeg", "repeat+level+info", arguments, on_info)?;
        Ok((process, times))
    }

    fn spawn(
        program: &'static str,
        level: &str,
        arguments: &[OsString],
        on_info: impl FnMut(&str, &str) + Send + 'static,
    ) -> Result<Self> {
        let mut command = Command::new(find(program));
        command
            .args(["-hide_banner", "-loglevel", level])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(windows)]
        {
            /// Keeps a console window from opening beside the host.
            const CREATE_NO_WINDOW: u32 = 0x0800_0000;
            std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NO_WINDOW);
        }
        let mut child = command.spawn().map_err(|error| Error::Program {
            program: program.to_owned(),
            message: match error.kind() {
                io::ErrorKind::NotFound => format!("not found; {INSTALL_ADVICE}"),
                _ => format!("does not start: {error}"),
            },
        })?;
        // A thread reads the messages, because a program blocks once its message pipe is full.
        let errors = child
            .stderr
            .take()
            .map(|pipe| thread::spawn(move || messages::read(pipe, on_info)));
        Ok(Self {
            program,
            child,
            errors,
        })
    }

    /// Takes the pipe of the program's standard output, or returns `None` if it was taken before.
    pub(crate) fn take_output(&mut self) -> Option<impl Read + use<>> {
        self.child.stdout.take()
    }

    /// Waits until the program exits.
    pub(crate) fn wait(mut self) -> Result<Exit> {
        let status = self.child.wait().map_err(|error| Error::Program {
            program: self.program.to_owned(),
            message: error.to_string(),
        })?;
        let errors = self.errors.take().and_then(|thread| thread.join().ok());
        Ok(Exit {
            program: self.program,
            status,
            errors: errors.unwrap_or_default(),
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Exit {
    /// Returns whether the program succeeded.
    pub(crate) fn succeeded(&self) -> bool {
        self.status.success()
    }

    /// Returns the first error that the program printed, if any.
    pub(crate) fn first_error(&self) -> Option<&str> {
        self.errors.first().map(String::as_str)
    }

    /// Returns the first error that the program printed, which later ones follow from, or its exit status if it printed
    /// none.
    pub(crate) fn reason(&self) -> String {
        match self.errors.first() {
            Some(error) => error.clone(),
            None => format!("{} ended with {}", self.program, self.status),
        }
    }
}

/// Runs `ffmpeg` to its end, discarding its standard output.
///
/// # Errors
/// Returns [`Error::Program`] if `ffmpeg` is missing or fails, with the first error that it printed.
#[cfg(feature = "cli")]
pub(crate) fn run(arguments: &[OsString]) -> Result<()> {
    let mut process = Process::start("ffmpeg", arguments)?;
    drop(process.take_output());
    let exit = process.wait()?;
    if exit.succeeded() {
        Ok(())
    } else {
        Err(Error::Program {
            program: exit.program.to_owned(),
            message: exit.reason(),
        })
    }
}

/// Runs `ffmpeg` with arguments that name a filter, to its end, and returns what that filter reported.
///
/// # Errors
/// Returns [`Error::Program`] if `ffmpeg` is missing. That it fails is no error: there may be no report then.
pub(crate) fn filter_reports(filter: &str, arguments: &[OsString]) -> Result<Vec<String>> {
    let (sender, reports) = mpsc::channel();
    let name = format!("Parsed_{filter}_");
    let on_info = move |source: &str, text: &str| {
        if source.starts_with(&name) {
            let _ = sender.send(text.to_owned());
        }
    };
    let mut process = Process::spawn("ffmpeg", "repeat+level+info", arguments, on_info)?;
    drop(process.take_output());
    process.wait()?;
    Ok(reports.into_iter().collect())
}

/// Returns whether this FFmpeg has a filter.
///
/// # Errors
/// Returns [`Error::Program`] if `ffmpeg` is not installed.
pub(crate) fn has_filter(name: &str) -> Result<bool> {
    let mut process = Process::start("ffmpeg", &["-filters".into()])?;
    let mut text = String::new();
    if let Some(output) = process.take_output() {
        let _ = output.take(MAX_LIST_BYTES).read_to_string(&mut text);
    }
    process.wait()?;
    let mut names = text
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1));
    Ok(names.any(|listed| listed == name))
}

/// Returns the path as FFmpeg's `file:` address, so that no name can be mistaken for an option or another protocol.
pub(crate) fn file_address(path: &Path) -> OsString {
    let mut address = OsString::from("file:");
    address.push(path);
    address
}

/// Returns the options that restrict a program to local files; they must precede the input.
pub(crate) fn local_files_only() -> [OsString; 2] {
    ["-protocol_whitelist".into(), "file,pipe".into()]
}

/// Returns the program's path in the usual folders, or its bare name for the system to look up in `PATH`.
fn find(program: &str) -> PathBuf {
    USUAL_FOLDERS
        .iter()
        .map(|folder| Path::new(folder).join(program))
        .find(|place| place.is_file())
        .unwrap_or_else(|| PathBuf::from(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_that_looks_like_an_option_becomes_an_address() {
        assert_eq!(file_address(Path::new("-i.mp4")), "file:-i.mp4");
    }
}
