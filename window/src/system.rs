//! What the system must have.

/// Returns whether windows can be opened. Before macOS 14 they cannot: baseview 0.4.2 draws by a display link of the view, without
/// asking whether there is one, and the host would end.
#[must_use]
pub fn can_open_windows() -> bool {
    #[cfg(target_os = "macos")]
    return has_display_links();
    #[cfg(not(target_os = "macos"))]
    true
}

#[cfg(target_os = "macos")]
fn has_display_links() -> bool {
    use objc2::runtime::AnyClass;
    use objc2::sel;

    let view = AnyClass::get(c"NSView");
    view.is_some_and(|view| {
        let link = sel!(displayLinkWithTarget:selector:);
        view.instance_method(link).is_some()
    })
}
