use std::fs;

use egui::{Context, RawInput};

use super::*;
use crate::editor::theme;

const INTER: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
/// Han for China.
const HAN: char = '漢';

/// Returns a font that has a glyph for [`HAN`]: the editor's, with a character of its own mapped to it instead.
///
/// The segments of its table of characters are `[first, last, glyph]` in big-endian order, and sorted. The first one beyond
/// the character is moved to it.
fn with_han() -> Vec<u8> {
    let word = |at: usize| {
        let bytes = INTER[at..at + 4].try_into().unwrap();
        u32::from_be_bytes(bytes) as usize
    };
    let tables = usize::from(u16::from_be_bytes([INTER[4], INTER[5]]));
    let mut records = (0..tables).map(|table| 12 + 16 * table);
    let record = records.find(|&record| &INTER[record..record + 4] == b"cmap");
    let cmap = word(record.unwrap() + 8);
    let maps = usize::from(u16::from_be_bytes([INTER[cmap + 2], INTER[cmap + 3]]));
    let mut font = INTER.to_vec();
    for map in 0..maps {
        let at = cmap + word(cmap + 4 + 8 * map + 4);
        if INTER[at..at + 2] != [0, 12] {
            continue;
        }
        let mut segments = (0..word(at + 12)).map(|segment| at + 16 + 12 * segment);
        let beyond = segments.find(|&segment| word(segment) > HAN as usize);
        let beyond = beyond.expect("Inter has characters for private use");
        let han = (HAN as u32).to_be_bytes();
        font[beyond..beyond + 4].copy_from_slice(&han);
        font[beyond + 4..beyond + 8].copy_from_slice(&han);
    }
    font
}

fn data(bytes: Vec<u8>) -> FontData {
    FontData::from_owned(bytes)
}

#[test]
fn the_editors_own_typeface_lacks_what_the_test_font_has() {
    assert!(!has(&data(INTER.to_vec()), HAN));
    assert!(has(&data(with_han()), HAN));
    assert!(!has(&data(vec![0; 64]), HAN));
}

#[test]
fn a_name_in_chinese_is_drawn_in_a_font_of_the_system() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    // Damaged ones, and ones without the character, are passed over.
    write("noto/NotoSansCJK-Bold.ttc", b"not a font");
    write("noto/NotoSansCJK-Regular.ttc", INTER);
    write("wqy-microhei.otf", &with_han());
    let egui = Context::default();
    theme::apply(&egui);
    egui.set_font_providers(vec![Arc::new(SystemFonts {
        folders: vec![folder.path().to_owned()],
    })]);
    let mut drawn = Vec::new();
    let mut output = egui.run_ui(RawInput::default(), |ui| {
        for font in [theme::font(13.0), theme::strong(13.0)] {
            drawn.push(ui.ctx().fonts_mut(|fonts| fonts.has_glyph(&font, HAN)));
        }
    });
    output.textures_delta.clear();
    assert_eq!(drawn, [true, true]);
}

#[test]
fn regular_weights_of_better_fonts_come_first() {
    let rank = |name: &str| rank(Path::new(name));
    assert!(rank("Noto Sans CJK-Regular.ttc") < rank("NotoSansCJK-Bold.ttc"));
    assert!(rank("NotoSansCJK-Bold.ttc") < rank("wqy-microhei.ttc"));
    assert_eq!(rank("DejaVuSans.ttf"), None);
    assert_eq!(rank("NotoSansCJK-Regular.txt"), None);
}
