//! Colours, fonts and shapes.

use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke,
    TextStyle, Vec2, Visuals, style::ScrollStyle,
};

use super::fallback_fonts::SystemFonts;
use crate::palette;

// The palette in the toolkit's type.
pub(super) const BACKGROUND: Color32 = opaque(palette::BACKGROUND);
pub(super) const PANEL: Color32 = opaque(palette::PANEL);
pub(super) const FIELD: Color32 = opaque(palette::FIELD);
pub(super) const FIELD_HOVERED: Color32 = opaque(palette::FIELD_HOVERED);
pub(super) const ROLL: Color32 = opaque(palette::ROLL);
pub(super) const ROLL_DARK: Color32 = opaque(palette::ROLL_DARK);
pub(super) const LINE: Color32 = opaque(palette::LINE);
pub(super) const TEXT: Color32 = opaque(palette::TEXT);
pub(super) const MUTED: Color32 = opaque(palette::MUTED);
pub(super) const ACCENT: Color32 = opaque(palette::ACCENT);
pub(super) const NOTE: Color32 = opaque(palette::NOTE);
pub(super) const MELODY: Color32 = opaque(palette::MELODY);
pub(super) const BASS: Color32 = opaque(palette::BASS);
pub(super) const WELL: Color32 = opaque(palette::WELL);
pub(super) const WRONG: Color32 = opaque(palette::WRONG);

/// Corner radius, in points.
pub(super) const RADIUS: CornerRadius = CornerRadius::same(4);
/// The layout grid, in points.
pub(super) const GRID: f32 = 8.0;

const SEMIBOLD: &str = "semibold";

/// Returns the regular font at `size` points.
pub(super) fn font(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Returns the semibold font at `size` points.
pub(super) fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

/// Sets the fonts and styles of `ctx`.
pub(super) fn apply(ctx: &Context) {
    ctx.set_fonts(fonts());
    ctx.set_font_providers(vec![Arc::new(SystemFonts::new())]);
    ctx.all_styles_mut(|style| {
        style.text_styles = [
            (TextStyle::Small, font(11.0)),
            (TextStyle::Body, font(13.0)),
            (TextStyle::Button, font(13.0)),
            (TextStyle::Heading, strong(15.0)),
            (TextStyle::Monospace, font(13.0)),
        ]
        .into();
        style.spacing.item_spacing = Vec2::splat(GRID);
        style.spacing.button_padding = Vec2::new(10.0, 5.0);
        style.spacing.interact_size.y = 26.0;
        // Scroll bars take room of their own, so that they cover no values.
        style.spacing.scroll = ScrollStyle::solid();
        style.visuals = visuals();
    });
}

const fn opaque([red, green, blue]: palette::Colour) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let faces: [(&str, &'static [u8]); 2] = [
        (
            "Inter",
            include_bytes!("../../assets/fonts/Inter-Regular.otf"),
        ),
        (
            SEMIBOLD,
            include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
        ),
    ];
    for (name, bytes) in faces {
        let data = Arc::new(FontData::from_static(bytes));
        fonts.font_data.insert(name.to_owned(), data);
    }
    let regular = vec!["Inter".to_owned()];
    fonts
        .families
        .insert(FontFamily::Proportional, regular.clone());
    fonts.families.insert(FontFamily::Monospace, regular);
    fonts
        .families
        .insert(FontFamily::Name(SEMIBOLD.into()), vec![SEMIBOLD.to_owned()]);
    fonts
}

fn visuals() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.panel_fill = BACKGROUND;
    visuals.window_fill = PANEL;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.extreme_bg_color = FIELD;
    visuals.text_edit_bg_color = Some(FIELD);
    visuals.selection.bg_fill = NOTE.gamma_multiply(0.35);
    // Also the outline of a text field that has the focus, which the ring marks.
    visuals.selection.stroke = Stroke::new(1.0, MUTED);
    visuals.hyperlink_color = NOTE;
    visuals.window_corner_radius = RADIUS;
    visuals.menu_corner_radius = RADIUS;
    let widgets = &mut visuals.widgets;
    for (widget, fill, text) in [
        (&mut widgets.noninteractive, PANEL, TEXT),
        (&mut widgets.inactive, FIELD, TEXT),
        (&mut widgets.hovered, FIELD_HOVERED, TEXT),
        (&mut widgets.active, FIELD_HOVERED, TEXT),
        (&mut widgets.open, FIELD_HOVERED, TEXT),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, LINE);
        widget.fg_stroke = Stroke::new(1.0, text);
        widget.corner_radius = RADIUS;
        widget.expansion = 0.0;
    }
    widgets.hovered.bg_stroke = Stroke::new(1.0, MUTED);
    widgets.active.bg_stroke = Stroke::new(1.0, MUTED);
    visuals
}
