//! `cargo xtask install` and `uninstall`: copies the bundles to the folders where hosts look for plugins, or removes them.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bundle;
use crate::cargo::{Outcome, target};

/// Who the plugin is installed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The current user.
    User,
    /// All users; needs administrator rights.
    System,
}

/// The bundles and their formats.
const BUNDLES: [(&str, Format); 2] = [
    ("Diff-BGM.clap", Format::Clap),
    ("Diff-BGM.vst3", Format::Vst3),
];

#[derive(Clone, Copy)]
enum Format {
    Clap,
    Vst3,
}

impl Scope {
    /// Parses `--user`, the default, or `--system`; `None` for anything else.
    pub(crate) fn parse(arguments: &[&str]) -> Option<Self> {
        match arguments {
            [] | ["--user"] => Some(Self::User),
            ["--system"] => Some(Self::System),
            _ => None,
        }
    }
}

/// Builds the bundles and installs them.
pub(crate) fn install(scope: Scope) -> Outcome {
    bundle::run(&["bundle", "diff-bgm", "--release"])?;
    let bundled = target()?.join("bundled");
    for (name, format) in BUNDLES {
        let to = folder(scope, format)?.join(name);
        put(&bundled.join(name), &to).map_err(|error| problem(&to, &error))?;
        println!("Installed {}", to.display());
    }
    Ok(())
}

/// Replaces `to` with a copy of `from`. The old content is removed only after the copy is complete.
fn put(from: &Path, to: &Path) -> io::Result<()> {
    // Temporary names without a plugin's extension, so that hosts do not scan them.
    let beside = |what: &str| {
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        to.with_file_name(format!(".{name}.{what}"))
    };
    let (new, old) = (beside("new"), beside("old"));
    remove(&new)?;
    let placed = copy(from, &new).and_then(|()| {
        // A folder cannot be renamed onto another, so the old one is moved away first.
        let was_there = to.exists();
        if was_there {
            remove(&old)?;
            fs::rename(to, &old)?;
        }
        fs::rename(&new, to).inspect_err(|_| {
            if was_there {
                let _ = fs::rename(&old, to);
            }
        })
    });
    let _ = remove(if placed.is_ok() { &old } else { &new });
    placed
}

/// Says what went wrong with the bundle at `path`, and what to do. Windows lets nobody change a file that a program has loaded.
fn problem(path: &Path, error: &io::Error) -> String {
    // ERROR_ACCESS_DENIED and ERROR_SHARING_VIOLATION.
    let is_held = cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32));
    let advice = match error.kind() {
        _ if is_held => ". Close the hosts that have the plugin loaded, then try again",
        io::ErrorKind::PermissionDenied => ". Installing for all users needs administrator rights",
        _ => "",
    };
    format!("{}: {error}{advice}", path.display())
}

/// Removes the installed bundles.
pub(crate) fn uninstall(scope: Scope) -> Outcome {
    for (name, format) in BUNDLES {
        let bundle = folder(scope, format)?.join(name);
        if remove(&bundle).map_err(|error| problem(&bundle, &error))? {
            println!("Removed {}", bundle.display());
        } else {
            println!("Not installed: {}", bundle.display());
        }
    }
    Ok(())
}

/// Returns the folder in which hosts look for plugins of a format, as the CLAP and VST3 specifications define it.
fn folder(scope: Scope, format: Format) -> Result<PathBuf, String> {
    let base = |variable: &str| {
        env::var_os(variable)
            .map(PathBuf::from)
            .ok_or_else(|| format!("the environment variable {variable} is not set"))
    };
    let name = |clap, vst3| match format {
        Format::Clap => clap,
        Format::Vst3 => vst3,
    };
    Ok(match scope {
        Scope::User if cfg!(target_os = "windows") => base("LOCALAPPDATA")?
            .join("Programs/Common")
            .join(name("CLAP", "VST3")),
        Scope::System if cfg!(target_os = "windows") => {
            base("COMMONPROGRAMFILES")?.join(name("CLAP", "VST3"))
        }
        Scope::User if cfg!(target_os = "macos") => base("HOME")?
            .join("Library/Audio/Plug-Ins")
            .join(name("CLAP", "VST3")),
        Scope::System if cfg!(target_os = "macos") => {
            Path::new("/Library/Audio/Plug-Ins").join(name("CLAP", "VST3"))
        }
        Scope::User => base("HOME")?.join(name(".clap", ".vst3")),
        Scope::System => Path::new("/usr/lib").join(name("clap", "vst3")),
    })
}

/// Removes a file or a folder; returns `false` if there is none.
fn remove(path: &Path) -> io::Result<bool> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Copies a file, or a folder and its contents.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent)?;
    }
    if from.is_file() {
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installed_bundle_is_replaced_by_a_complete_copy_or_not_at_all() {
        let folder = env::temp_dir().join(format!("xtask-install-{}", std::process::id()));
        let (from, to) = (folder.join("new"), folder.join("plugins/A.vst3"));
        fs::create_dir_all(from.join("Contents")).unwrap();
        fs::write(from.join("Contents/A.so"), "new").unwrap();
        fs::create_dir_all(&to).unwrap();
        fs::write(to.join("A.so"), "old").unwrap();

        assert!(put(&folder.join("missing"), &to).is_err());
        assert_eq!(fs::read(to.join("A.so")).unwrap(), b"old");
        put(&from, &to).unwrap();
        assert_eq!(fs::read(to.join("Contents/A.so")).unwrap(), b"new");
        assert!(!to.join("A.so").exists());
        assert_eq!(fs::read_dir(folder.join("plugins")).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(windows)]
    #[test]
    fn a_bundle_that_a_host_has_loaded_is_kept_and_the_user_told_to_close_the_host() {
        use std::os::windows::fs::OpenOptionsExt;

        let folder = env::temp_dir().join(format!("xtask-held-{}", std::process::id()));
        let (from, to) = (folder.join("new"), folder.join("plugins/A.clap"));
        fs::create_dir_all(folder.join("plugins")).unwrap();
        fs::write(&from, "new").unwrap();
        fs::write(&to, "old").unwrap();
        // As a program may hold a library that it has loaded.
        let loaded = fs::OpenOptions::new()
            .read(true)
            .share_mode(1)
            .open(&to)
            .unwrap();
        let error = put(&from, &to).unwrap_err();
        let told = problem(&to, &error);
        assert!(told.contains("Close the hosts"), "{told}");
        drop(loaded);
        assert_eq!(fs::read(&to).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.join("plugins")).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_default_scope_is_the_user() {
        assert_eq!(Scope::parse(&[]), Some(Scope::User));
        assert_eq!(Scope::parse(&["--system"]), Some(Scope::System));
        assert_eq!(Scope::parse(&["--everybody"]), None);
    }
}
