//! Colours, type and shapes.

use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke,
    TextStyle, Vec2, Visuals,
};

/// Behind everything.
pub(super) const BACKGROUND: Color32 = Color32::from_rgb(0x14, 0x16, 0x1b);
/// Panels and lanes.
pub(super) const PANEL: Color32 = Color32::from_rgb(0x1b, 0x1e, 0x25);
/// What can be pressed or typed into.
pub(super) const FIELD: Color32 = Color32::from_rgb(0x20, 0x24, 0x2c);
/// The same under the pointer.
pub(super) const FIELD_HOVERED: Color32 = Color32::from_rgb(0x29, 0x2e, 0x38);
/// The piano roll's ground.
pub(super) const ROLL: Color32 = Color32::from_rgb(0x10, 0x12, 0x16);
/// The roll's rows of black keys.
pub(super) const ROLL_DARK: Color32 = Color32::from_rgb(0x0d, 0x0f, 0x12);
/// Borders and grid lines.
pub(super) const LINE: Color32 = Color32::from_rgb(0x2a, 0x2f, 0x3a);
/// Words.
pub(super) const TEXT: Color32 = Color32::from_rgb(0xd7, 0xdb, 0xe3);
/// Words that explain.
pub(super) const MUTED: Color32 = Color32::from_rgb(0x8a, 0x92, 0xa3);
/// What the user does, and what hits.
pub(super) const ACCENT: Color32 = Color32::from_rgb(0xf2, 0xb8, 0x4b);
/// Notes.
pub(super) const NOTE: Color32 = Color32::from_rgb(0x7f, 0xb4, 0xff);
/// The melody.
pub(super) const MELODY: Color32 = Color32::from_rgb(0xc5, 0x8b, 0xff);
/// All is well.
pub(super) const WELL: Color32 = Color32::from_rgb(0x62, 0xc2, 0x8e);
/// Something went wrong.
pub(super) const WRONG: Color32 = Color32::from_rgb(0xf0, 0x70, 0x6a);

/// Radius of corners, in points.
pub(super) const RADIUS: CornerRadius = CornerRadius::same(4);
/// The grid that everything is laid out on, in points.
pub(super) const GRID: f32 = 8.0;

const SEMIBOLD: &str = "semibold";

/// Text of `size` points.
pub(super) fn font(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Stronger text of `size` points.
pub(super) fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(SEMIBOLD.into()))
}

/// Gives `ctx` the fonts and the look.
pub(super) fn apply(ctx: &Context) {
    ctx.set_fonts(fonts());
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
        style.visuals = visuals();
    });
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
    visuals.selection.stroke = Stroke::new(1.0, NOTE);
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
    widgets.active.bg_stroke = Stroke::new(1.0, ACCENT);
    visuals
}
