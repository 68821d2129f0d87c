//! What the system's display says before a window is open.

/// A display: its size in pixels, and the pixels to a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Display {
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
    /// The scale factor, from the setting `Xft.dpi`; 1 if it is not set.
    pub scale: f64,
}

impl Display {
    /// Asks the X server that `DISPLAY` names. Returns `None` if there is none, and on other systems.
    #[must_use]
    pub fn current() -> Option<Self> {
        #[cfg(target_os = "linux")]
        return x11();
        #[cfg(not(target_os = "linux"))]
        None
    }
}

#[cfg(target_os = "linux")]
fn x11() -> Option<Display> {
    use x11rb::connection::Connection;

    let (connection, screen) = x11rb::connect(None).ok()?;
    let screen = connection.setup().roots.get(screen)?;
    let settings = x11rb::resource_manager::new_from_default(&connection).ok()?;
    let dpi = settings.get_value::<u32>("Xft.dpi", "").ok().flatten();
    Some(Display {
        width: screen.width_in_pixels.into(),
        height: screen.height_in_pixels.into(),
        scale: scale(dpi),
    })
}

/// Returns the scale factor of a number of dots an inch.
#[cfg(target_os = "linux")]
fn scale(dpi: Option<u32>) -> f64 {
    dpi.filter(|&dpi| dpi > 0)
        .map_or(1.0, |dpi| f64::from(dpi) / 96.0)
}
