//! The `ffmpeg` and `ffprobe` programs: how they are found, called and listened to.

use std::ffi::OsString;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use crate::error::{Error, Result};

/// Where FFmpeg is usually put on systems whose desktop programs are started without the shell's `PATH`.
const USUAL_FOLDERS: &[&str] = if cfg!(target_os = "macos") {
    &["/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin"]
} else {
    &[]
};

/// What a program says is kept up to this many bytes from its end.
const KEPT_MESSAGE_BYTES: usize = 4096;

/// What to do where FFmpeg is missing.
const INSTALL_ADVICE: &str = if cfg!(target_os = "macos") {
    "install FFmpeg, for example with `brew install ffmpeg`"
} else if cfg!(windows) {
    "install FFmpeg, for example with `winget install ffmpeg`"
} else {
    "install FFmpeg, for example with `apt install ffmpeg` or `dnf install ffmpeg`"
};

/// One of FFmpeg's programs while it runs. It is killed when this is dropped.
pub struct Running {
    program: &'static str,
    child: Child,
    messages: Option<JoinHandle<Vec<u8>>>,
}

/// How a program ended.
pub(crate) struct Ended {
    program: &'static str,
    status: ExitStatus,
    messages: String,
}

impl Running {
    /// Starts `program` (`ffmpeg` or `ffprobe`) with `arguments`. It never reads the terminal, says nothing but
    /// errors, and writes its standard output into a pipe.
    ///
    /// # Errors
    /// [`Error::Program`] where the program is not installed or does not start.
    pub fn start(program: &'static str, arguments: &[OsString]) -> Result<Self> {
        let mut command = Command::new(find(program));
        command
            .args(["-hide_banner", "-loglevel", "error"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(windows)]
        {
            /// `CREATE_NO_WINDOW`: no console window opens beside the host.
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
        // A thread reads the messages, because a program whose message pipe is full stops.
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

    /// The pipe of the program's standard output; `None` when it was taken before.
    pub(crate) fn take_output(&mut self) -> Option<impl Read + use<>> {
        self.child.stdout.take()
    }

    /// Waits for the program to end by itself.
    pub(crate) fn wait(mut self) -> Result<Ended> {
        let status = self.child.wait().map_err(|error| Error::Program {
            program: self.program.to_owned(),
            message: error.to_string(),
        })?;
        let messages = self.messages.take().and_then(|thread| thread.join().ok());
        Ok(Ended {
            program: self.program,
            status,
            messages: String::from_utf8_lossy(&messages.unwrap_or_default()).into_owned(),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// Whether the program did what it was asked.
    pub(crate) fn succeeded(&self) -> bool {
        self.status.success()
    }

    /// The last line that the program said, or its exit status when it said nothing.
    pub(crate) fn reason(&self) -> String {
        match self.messages.lines().rev().find(|line| !line.is_empty()) {
            Some(line) => line.trim().to_owned(),
            None => format!("{} ended with {}", self.program, self.status),
        }
    }
}

/// Runs `ffmpeg` to its end, for work that shows itself only in the files written.
///
/// # Errors
/// [`Error::Program`] where it is missing or fails, with the last line it said.
pub fn run(arguments: &[OsString]) -> Result<()> {
    let mut running = Running::start("ffmpeg", arguments)?;
    drop(running.take_output());
    let ended = running.wait()?;
    if ended.succeeded() {
        Ok(())
    } else {
        Err(Error::Program {
            program: ended.program.to_owned(),
            message: ended.reason(),
        })
    }
}

/// The path as FFmpeg's `file:` address, which is safe from names that look like options or other protocols.
pub fn file_address(path: &Path) -> OsString {
    let mut address = OsString::from("file:");
    address.push(path);
    address
}

/// Options that keep a reading program to local files; they go before the input.
pub(crate) fn local_files_only() -> [OsString; 2] {
    ["-protocol_whitelist".into(), "file,pipe".into()]
}

/// The program's place in the usual folders, or its bare name, which the system looks up in `PATH`.
fn find(program: &str) -> PathBuf {
    USUAL_FOLDERS
        .iter()
        .map(|folder| Path::new(folder).join(program))
        .find(|place| place.is_file())
        .unwrap_or_else(|| PathBuf::from(program))
}

/// The last [`KEPT_MESSAGE_BYTES`] of what comes through a pipe.
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
        let said = [vec![b'a'; 3 * KEPT_MESSAGE_BYTES], b"the reason".to_vec()].concat();
        let kept = end_of(said.as_slice());
        assert_eq!(kept.len(), KEPT_MESSAGE_BYTES);
        assert!(kept.ends_with(b"the reason"));
    }

    #[test]
    fn a_name_that_looks_like_an_option_becomes_an_address() {
        assert_eq!(file_address(Path::new("-i.mp4")), "file:-i.mp4");
    }
}
