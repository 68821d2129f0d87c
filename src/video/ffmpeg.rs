//! Finds and runs the `ffmpeg` and `ffprobe` programs and collects their messages.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use crate::error::{Error, Result};

/// Usual folders of FFmpeg on systems that start desktop programs without the shell's `PATH`.
const USUAL_FOLDERS: &[&str] = if cfg!(target_os = "macos") {
    &["/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin"]
} else {
    &[]
};

/// How many bytes of a program's messages are kept, counted from the end.
const KEPT_MESSAGE_BYTES: usize = 4096;

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
    messages: Option<JoinHandle<Vec<u8>>>,
}

/// The result of a finished program.
pub(crate) struct Exit {
    program: &'static str,
    status: ExitStatus,
    messages: String,
}

impl Process {
    /// Starts `program` (`ffmpeg` or `ffprobe`) with `arguments`.
    ///
    /// It never reads the terminal, prints nothing but errors, and writes its standard output to a pipe.
    ///
    /// # Errors
    /// Returns [`Error::Program`] if the program is not installed or does not start.
    pub(crate) fn start(program: &'static str, arguments: &[OsString]) -> Result<Self> {
        let mut command = Command::new(find(program));
        command
            .args(["-hide_banner", "-loglevel", "error"])
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
        let messages = child
            .stderr
            .take()
            .map(|pipe| thread::spawn(move || end_of(pipe)));
        Ok(Self {
            program,
            child,
            messages,
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
        let messages = self.messages.take().and_then(|thread| thread.join().ok());
        Ok(Exit {
            program: self.program,
            status,
            messages: String::from_utf8_lossy(&messages.unwrap_or_default()).into_owned(),
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

    /// Returns the last line that the program printed, or its exit status if it printed nothing.
    pub(crate) fn reason(&self) -> String {
        match self.messages.lines().rev().find(|line| !line.is_empty()) {
            Some(line) => line.trim().to_owned(),
            None => format!("{} ended with {}", self.program, self.status),
        }
    }
}

/// Runs `ffmpeg` to its end, discarding its standard output.
///
/// # Errors
/// Returns [`Error::Program`] if `ffmpeg` is missing or fails, with the last line that it printed.
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

/// Reads a pipe to its end and returns the last [`KEPT_MESSAGE_BYTES`].
fn end_of(mut pipe: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut chunk = [0; KEPT_MESSAGE_BYTES];
    loop {
        match pipe.read(&mut chunk) {
            Ok(0) => return kept,
            Ok(count) => {
                kept.extend_from_slice(&chunk[..count]);
                kept.drain(..kept.len().saturating_sub(KEPT_MESSAGE_BYTES));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_of_long_messages_is_kept() {
        let message = [vec![b'a'; 3 * KEPT_MESSAGE_BYTES], b"the reason".to_vec()].concat();
        let kept = end_of(message.as_slice());
        assert_eq!(kept.len(), KEPT_MESSAGE_BYTES);
        assert!(kept.ends_with(b"the reason"));
    }

    #[test]
    fn a_file_name_that_looks_like_an_option_becomes_an_address() {
        assert_eq!(file_address(Path::new("-i.mp4")), "file:-i.mp4");
    }
}
