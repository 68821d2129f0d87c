//! The names of the protocol.

x11rb::atom_manager! {
    /// The names, as the server numbers them.
    pub(super) Atoms: AtomsCookie {
        XdndActionCopy,
        XdndAware,
        XdndDrop,
        XdndEnter,
        XdndFinished,
        XdndLeave,
        XdndPosition,
        XdndProxy,
        XdndSelection,
        XdndStatus,
        TARGETS,
        UriList: b"text/uri-list",
        PlainText: b"text/plain",
    }
}
