//! The plugin's part of a host's project, in the framework's format.

use serde_json::{Value, json};

/// Returns the framework's state around the plugin's own (`State::to_text`), with all parameters at their defaults.
pub fn saved(text: &str) -> Value {
    // The framework stores each field as a string of JSON.
    let field = Value::from(text).to_string();
    json!({"version": "0.1.0", "params": {}, "fields": {"state": field}})
}

/// Returns `state` as VST3 hosts save it: plain JSON.
pub fn for_vst3(state: &Value) -> Vec<u8> {
    state.to_string().into_bytes()
}

/// Returns `state` as CLAP hosts save it: the length of the JSON, then the JSON.
pub fn for_clap(state: &Value) -> Vec<u8> {
    let json = for_vst3(state);
    [&(json.len() as u64).to_le_bytes()[..], &json].concat()
}

/// Returns the plugin's own state within what a CLAP host saved, or `None` if there is none.
pub fn text_saved_by_clap(bytes: &[u8]) -> Option<String> {
    let state: Value = serde_json::from_slice(bytes.get(8..)?).ok()?;
    serde_json::from_str(state["fields"]["state"].as_str()?).ok()
}
