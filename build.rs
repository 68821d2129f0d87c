//! Linker arguments for the plugin.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Threads of the system's file dialogs may outlive the last instance, so the library must not be unloaded.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
