//! What a page sends with a request: a JSON object, all of whose fields are
//! known.

use serde_json::{Map, Value};

/// Reads an object that has these fields, or some of them, and no others. No
/// body at all is an empty object.
///
/// # Errors
///
/// A sentence that says what there is instead.
pub fn fields(
    body: &[u8],
    known: &[&str],
) -> Result<Map<String, Value>, String> {
    if body.is_empty() {
        return Ok(Map::new());
    }
    let body: Value = serde_json::from_slice(body)
        .map_err(|why| format!("This is no JSON: {why}."))?;
    let Value::Object(fields) = body else {
        return Err("This is no JSON object.".into());
    };
    match fields.keys().find(|name| !known.contains(&name.as_str())) {
        None => Ok(fields),
        Some(name) if known.is_empty() => {
            Err(format!("There is no {name:?} here; it takes nothing."))
        }
        Some(name) => Err(format!(
            "There is no {name:?} here; it takes {}.",
            known.join(", ")
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::fields;

    #[test]
    fn only_an_object_with_known_fields_will_do() {
        let all = fields(br#"{"a": 1, "b": null}"#, &["a", "b", "c"]);
        assert_eq!(all.unwrap().len(), 2);
        assert_eq!(fields(b"", &[]).unwrap().len(), 0);
        assert_eq!(fields(b"{}", &[]).unwrap().len(), 0);
        for body in ["[]", "null", "1", "{", "{\"d\": 1}", "{} {}", "\0"] {
            assert!(fields(body.as_bytes(), &["a"]).is_err(), "{body}");
        }
    }
}
