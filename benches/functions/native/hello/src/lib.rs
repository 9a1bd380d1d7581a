//! The floor: greets whoever the event names.

use headstart::native::Context;
use serde_json::{Value, json};

fn greet(event: &[u8], _context: &Context<'_>) -> Result<Vec<u8>, serde_json::Error> {
    let event: Value = serde_json::from_slice(event)?;
    let name = event.get("name").and_then(Value::as_str).unwrap_or("world");
    serde_json::to_vec(&json!({"message": format!("Hello, {name}!")}))
}

headstart::export_handler!(handler = greet);
