//! What a host's project file holds of the plugin, in the framework's own form.

use serde_json::{Value, json};

/// The framework's state around the plugin's own (`State::to_text`), with no parameters moved.
pub fn saved(text: &str) -> Value {
    // The framework keeps each field as JSON within a string.
    let field = Value::from(text).to_string();
    json!({"version": "0.1.0", "params": {}, "fields": {"state": field}})
}

/// The bytes of `state` in VST3 hosts: the JSON as it is.
pub fn for_vst3(state: &Value) -> Vec<u8> {
    state.to_string().into_bytes()
}

/// The bytes of `state` in CLAP hosts: the JSON's length, then the JSON.
pub fn for_clap(state: &Value) -> Vec<u8> {
    let json = for_vst3(state);
    [&(json.len() as u64).to_le_bytes()[..], &json].concat()
}

/// The plugin's own state within the bytes that a CLAP host saved; nothing where they hold none.
pub fn text_saved_by_clap(bytes: &[u8]) -> Option<String> {
    let state: Value = serde_json::from_slice(bytes.get(8..)?).ok()?;
    serde_json::from_str(state["fields"]["state"].as_str()?).ok()
}
