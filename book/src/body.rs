//! What a page sends with a request: a JSON object, all of whose fields are
//! known.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The body of a request. One that is not exactly as it should be is answered
/// with a sentence that says so.
pub struct Sent<T>(pub T);

/// The body of a request that says all there is to be said by its path.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Sent<T> {
    type Rejection = Response;

    async fn from_request(it: Request, state: &S) -> Result<Self, Response> {
        let bytes = Bytes::from_request(it, state).await;
        let bytes = bytes.map_err(IntoResponse::into_response)?;
        let refuse = |why| (StatusCode::BAD_REQUEST, why).into_response();
        parse(&bytes).map(Sent).map_err(refuse)
    }
}

/// Reads an object. No body at all is an empty one.
///
/// # Errors
///
/// A sentence, if it is no object or its fields are not those of `T`, which has
/// to deny those that it does not know.
pub fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let body = if body.is_empty() { b"{}" } else { body };
    // By way of a map: otherwise serde would also take a list that has the
    // values of all fields.
    let fields = serde_json::from_slice::<Map<_, _>>(body);
    let read = fields.and_then(|it| T::deserialize(Value::Object(it)));
    read.map_err(|why| format!("The body is not as it should be: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Some {
        a: u64,
        #[serde(default)]
        b: Vec<u64>,
    }

    #[test]
    fn only_an_object_with_known_fields_will_do() {
        let some: Some = parse(br#"{"a": 1, "b": [2]}"#).unwrap();
        assert_eq!((some.a, &some.b[..]), (1, &[2][..]));
        assert!(parse::<Some>(br#"{"a": 1}"#).unwrap().b.is_empty());
        for body in ["", "{}"] {
            assert!(parse::<Nothing>(body.as_bytes()).is_ok());
        }
        for body in ["[]", "null", "1", "{", "{\"a\": 1}", "{} {}", "\0"] {
            assert!(parse::<Nothing>(body.as_bytes()).is_err(), "{body}");
        }
        for body in ["", "[1, [2]]", "[1]", r#"{"a": 1, "b": null}"#] {
            assert!(parse::<Some>(body.as_bytes()).is_err(), "{body}");
        }
    }
}
