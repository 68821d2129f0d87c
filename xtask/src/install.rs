//! `cargo xtask install` and `uninstall`: the bundles in the folders where hosts look for plugins.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::bundle;
use crate::cargo::{Outcome, target};

/// For whom the plugin is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The present user.
    User,
    /// Everybody; needs an administrator.
    System,
}

/// The bundles, and the folder of each format.
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
    /// Reads `--user` (which is the default) or `--system`.
    pub(crate) fn parse(arguments: &[&str]) -> Option<Self> {
        match arguments {
            [] | ["--user"] => Some(Self::User),
            ["--system"] => Some(Self::System),
            _ => None,
        }
    }
}

/// Builds the bundles and puts them in place.
pub(crate) fn install(scope: Scope) -> Outcome {
    bundle::run(&["bundle", "diff-bgm", "--release"])?;
    for (name, format) in BUNDLES {
        let to = folder(scope, format)?.join(name);
        remove(&to)?;
        copy(&target().join("bundled").join(name), &to)
            .map_err(|error| format!("{}: {error}", to.display()))?;
        println!("Installed {}", to.display());
    }
    Ok(())
}

/// Takes the bundles away again.
pub(crate) fn uninstall(scope: Scope) -> Outcome {
    for (name, format) in BUNDLES {
        let bundle = folder(scope, format)?.join(name);
        if remove(&bundle)? {
            println!("Removed {}", bundle.display());
        } else {
            println!("{} is not installed", bundle.display());
        }
    }
    Ok(())
}

/// Where hosts look for plugins of a format, as the CLAP and VST3 documents say.
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

/// Removes a file or a folder; false where there is none.
fn remove(path: &Path) -> Result<bool, String> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

/// Copies a file, or a folder with all that is in it.
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
    fn the_user_is_meant_unless_the_system_is_asked_for() {
        assert_eq!(Scope::parse(&[]), Some(Scope::User));
        assert_eq!(Scope::parse(&["--system"]), Some(Scope::System));
        assert_eq!(Scope::parse(&["--everybody"]), None);
    }
}
