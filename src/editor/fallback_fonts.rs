//! Fonts of the system for characters that the editor's own typeface lacks: names of clips and takes in Chinese, Japanese or
//! Korean.

use std::collections::VecDeque;
use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::FontFamily;
use egui::epaint::text::{
    FallbackRequest, FontData, FontDefinitions, FontId, FontInsert, FontProvider, Fonts,
    TextOptions,
};
use parking_lot::Mutex;

/// Parts of the file names of fonts that have such characters, without spaces, hyphens and capitals; the best first.
const NAMES: [&str; 26] = [
    "notosanscjk",
    "sourcehansans",
    "notosanssc",
    "notosansjp",
    "notosanskr",
    "notosanstc",
    "pingfang",
    "hiraginosansgb",
    "hiragino",
    "applesdgothicneo",
    "msyh",
    "yugoth",
    "meiryo",
    "malgun",
    "msjh",
    "wqymicrohei",
    "wqyzenhei",
    "droidsansfallback",
    "nanumgothic",
    "ipag",
    "takao",
    "vlgothic",
    "simsun",
    "arialunicode",
    "notoserifcjk",
    "unifont",
];
/// The most files and folders that are looked at.
const MOST_ENTRIES: usize = 20_000;
/// The largest font that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// Fonts that were found, kept as long as the process: all windows share them.
static FOUND: Mutex<Vec<(PathBuf, FontData)>> = Mutex::new(Vec::new());

/// Finds a font of the system for a character.
pub(super) struct SystemFonts {
    folders: Vec<PathBuf>,
}

impl SystemFonts {
    /// Searches the folders in which this system keeps its fonts.
    pub(super) fn new() -> Self {
        Self { folders: folders() }
    }
}

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let character = request.cluster.chars().next()?;
        let (path, data) = found(&self.folders, character)?;
        Some(FontInsert {
            name: path.display().to_string(),
            data,
            families: Vec::new(),
        })
    }
}

fn found(folders: &[PathBuf], character: char) -> Option<(PathBuf, FontData)> {
    let mut known = FOUND.lock();
    let is_within = |path: &Path| folders.iter().any(|folder| path.starts_with(folder));
    let of_known = (known.iter()).find(|(path, data)| is_within(path) && has(data, character));
    if let Some(found) = of_known {
        return Some(found.clone());
    }
    for path in candidates(folders) {
        if known.iter().any(|(other, _)| *other == path) {
            continue;
        }
        let is_small = fs::metadata(&path).is_ok_and(|file| file.len() <= LARGEST);
        let Some(bytes) = is_small.then(|| fs::read(&path).ok()).flatten() else {
            continue;
        };
        // Never freed, so that windows share it.
        let bytes: &'static [u8] = Box::leak(bytes.into_boxed_slice());
        let found = (path, FontData::from_static(bytes));
        known.push(found.clone());
        if has(&found.1, character) {
            return Some(found);
        }
    }
    None
}

/// Returns whether a font has a glyph for a character. One that cannot be read has none.
fn has(data: &FontData, character: char) -> bool {
    let mut fonts = FontDefinitions::empty();
    let name = "candidate".to_owned();
    fonts.font_data.insert(name.clone(), Arc::new(data.clone()));
    fonts.families.insert(FontFamily::Proportional, vec![name]);
    // Fonts of the system may be damaged.
    let checked = catch_unwind(AssertUnwindSafe(|| {
        let mut fonts = Fonts::new(TextOptions::default(), fonts);
        fonts.has_glyph(&FontId::proportional(13.0), character)
    }));
    checked.unwrap_or(false)
}

/// Returns the fonts in the folders and those within that are known to have many characters, the best first.
fn candidates(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut ranked = Vec::new();
    let mut waiting: VecDeque<PathBuf> = folders.iter().cloned().collect();
    let mut looked_at = 0;
    while let Some(folder) = waiting.pop_front() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            looked_at += 1;
            if looked_at > MOST_ENTRIES {
                waiting.clear();
                break;
            }
            let path = entry.path();
            // Links to folders could lead in circles.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                waiting.push_back(path);
            } else if let Some(rank) = rank(&path) {
                ranked.push((rank, path));
            }
        }
    }
    ranked.sort();
    ranked.into_iter().map(|(_, path)| path).collect()
}

/// Returns how good a file is as a fallback, the lower the better, or `None` if it is none. Regular weights come first.
fn rank(path: &Path) -> Option<(usize, bool)> {
    let extension = path.extension()?.to_str()?.to_lowercase();
    if !matches!(&*extension, "ttf" | "otf" | "ttc" | "otc") {
        return None;
    }
    let name = path.file_stem()?.to_str()?.to_lowercase();
    let name = name.replace([' ', '-', '_'], "");
    let known = NAMES.iter().position(|known| name.contains(known))?;
    let is_other_weight = ["bold", "black", "light", "thin", "medium", "heavy"]
        .iter()
        .any(|weight| name.contains(weight));
    Some((known, is_other_weight))
}

fn folders() -> Vec<PathBuf> {
    let home = env::home_dir().unwrap_or_default();
    if cfg!(target_os = "macos") {
        let system = ["/System/Library/Fonts", "/Library/Fonts"].map(PathBuf::from);
        return [&system[..], &[home.join("Library/Fonts")]].concat();
    }
    if cfg!(windows) {
        let windows = env::var_os("WINDIR").map_or("C:/Windows".into(), PathBuf::from);
        let own = env::var_os("LOCALAPPDATA").map(PathBuf::from);
        let own = own.map(|own| own.join("Microsoft/Windows/Fonts"));
        return [windows.join("Fonts")].into_iter().chain(own).collect();
    }
    let own = env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let own = own.unwrap_or_else(|| home.join(".local/share"));
    vec![
        own.join("fonts"),
        home.join(".fonts"),
        "/usr/local/share/fonts".into(),
        "/usr/share/fonts".into(),
        "/run/host/fonts".into(),
    ]
}

#[cfg(test)]
mod tests;
