//! Where two JSON values differ.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// How many places are told of one pair.
pub(super) const MOST_PLACES: usize = 20;

/// A place where two values differ: a JSON pointer (RFC 6901), and what stands there; `None` where nothing does.
pub(super) type Place<'a> = (String, Option<&'a Value>, Option<&'a Value>);

/// The innermost places where `b` differs from `a`, at most `most`.
pub(super) fn differences<'a>(a: &'a Value, b: &'a Value, most: usize) -> Vec<Place<'a>> {
    let mut walk = Walk { at: String::new(), found: Vec::new(), most };
    walk.compare(Some(a), Some(b));
    walk.found
}

struct Walk<'a> {
    at: String,
    found: Vec<Place<'a>>,
    most: usize,
}

impl<'a> Walk<'a> {
    fn compare(&mut self, a: Option<&'a Value>, b: Option<&'a Value>) {
        if a == b || self.found.len() >= self.most {
            return;
        }
        match (a, b) {
            (Some(Value::Object(a)), Some(Value::Object(b))) => {
                for key in a.keys().chain(b.keys()).collect::<BTreeSet<_>>() {
                    self.step(a.get(key), b.get(key), &key.replace('~', "~0").replace('/', "~1"));
                }
            }
            (Some(Value::Array(a)), Some(Value::Array(b))) if a.len() == b.len() => {
                for (index, (a, b)) in a.iter().zip(b).enumerate() {
                    self.step(Some(a), Some(b), &index.to_string());
                }
            }
            _ => self.found.push((self.at.clone(), a, b)),
        }
    }

    fn step(&mut self, a: Option<&'a Value>, b: Option<&'a Value>, name: &str) {
        let length = self.at.len();
        self.at.extend(["/", name]);
        self.compare(a, b);
        self.at.truncate(length);
    }
}

/// The value with every text changed by `change`, keys too.
pub(super) fn map_text(value: Value, change: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(&text)),
        Value::Array(values) => values.into_iter().map(|value| map_text(value, change)).collect(),
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> =
                fields.into_iter().map(|(key, value)| (change(&key), map_text(value, change))).collect();
            Value::Object(fields.into_iter().collect())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn places(a: &Value, b: &Value) -> Vec<String> {
        differences(a, b, MOST_PLACES).into_iter().map(|(place, ..)| place).collect()
    }

    #[test]
    fn the_innermost_places_are_named() {
        let a = json!({"x": [1, {"y": 2, "same": 0}], "only/a": 1, "n": 1});
        let b = json!({"x": [1, {"y": 3, "same": 0}], "only~b": 1, "n": 1.0});
        assert_eq!(places(&a, &b), ["/n", "/only~1a", "/only~0b", "/x/1/y"]);
        assert_eq!(places(&json!([1]), &json!([1, 2])), [""]);
        assert_eq!(places(&a, &a), Vec::<String>::new());
    }

    #[test]
    fn there_is_a_limit() {
        let many = |value: u32| json!(vec![value; 1000]);
        assert_eq!(differences(&many(1), &many(2), MOST_PLACES).len(), MOST_PLACES);
    }
}
