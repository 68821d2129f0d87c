//! Link arguments of the plugin.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // Threads of the system's file dialogs may outlive an instance; their code must stay.
    if env::var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-link-arg-cdylib=-Wl,-z,nodelete");
    }
}
