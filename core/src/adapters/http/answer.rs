//! From a result to an answer.

use super::body::bytes;
use super::headers::add;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue, SET_COOKIE};
use http::{Response, StatusCode};
use serde_json::Value;

/// The answer that a result stands for: an object with `statusCode`, and perhaps `headers`, `multiValueHeaders`, `cookies`,
/// `body` and `isBase64Encoded`, says it; any other result is the body itself, as JSON.
///
/// Fails, with what is wrong, where such an object cannot be an answer.
///
/// ```
/// use headstart::adapters::http::answer;
///
/// let made = answer(br#"{"statusCode": 201, "headers": {"X-Id": "7"}, "body": "made"}"#).unwrap();
/// assert_eq!((made.status().as_u16(), &made.headers()["x-id"]), (201, &"7".parse().unwrap()));
/// assert_eq!(answer(br#"{"a": 1}"#).unwrap().headers()["content-type"], "application/json");
/// ```
pub fn answer(result: &[u8]) -> Result<Response<Bytes>, String> {
    match serde_json::from_slice::<Value>(result) {
        Ok(Value::Object(fields)) if fields.contains_key("statusCode") => described(&fields.into()),
        _ => {
            let mut answer = Response::new(Bytes::copy_from_slice(result));
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            Ok(answer)
        }
    }
}

fn described(fields: &Value) -> Result<Response<Bytes>, String> {
    let is_base64 = fields["isBase64Encoded"].as_bool().unwrap_or(false);
    let mut answer = Response::new(Bytes::from(bytes(&fields["body"], is_base64)?));
    *answer.status_mut() = status(&fields["statusCode"])?;
    for (name, value) in fields["headers"].as_object().into_iter().flatten() {
        add(answer.headers_mut(), name, value)?;
    }
    for (name, values) in fields["multiValueHeaders"].as_object().into_iter().flatten() {
        for value in values.as_array().into_iter().flatten() {
            add(answer.headers_mut(), name, value)?;
        }
    }
    for cookie in fields["cookies"].as_array().into_iter().flatten() {
        add(answer.headers_mut(), SET_COOKIE.as_str(), cookie)?;
    }
    answer.headers_mut().entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    Ok(answer)
}

/// A number, or one as text.
fn status(value: &Value) -> Result<StatusCode, String> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let status = number.and_then(|number| StatusCode::from_u16(u16::try_from(number).ok()?).ok());
    // What only announces another answer is none.
    status.filter(|status| !status.is_informational()).ok_or_else(|| format!("its statusCode is {value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_can_be_said_is_said() {
        let result = br#"{"statusCode": "302", "headers": {"Location": "/x", "Content-Length": 5, "X-Number": 3},
            "multiValueHeaders": {"X-Two": ["a", "b"]}, "cookies": ["a=1", "b=2"], "body": "/wA=", "isBase64Encoded": true}"#;
        let answer = answer(result).unwrap();
        assert_eq!((answer.status().as_u16(), &answer.body()[..]), (302, &b"\xff\x00"[..]));
        assert_eq!(answer.headers().get_all("x-two").iter().count(), 2);
        assert_eq!(answer.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(answer.headers()["x-number"], "3");
        assert!(!answer.headers().contains_key("content-length"));
    }

    #[test]
    fn what_is_no_answer_says_why() {
        for (result, why) in [
            (r#"{"statusCode": 99}"#, "statusCode"),
            (r#"{"statusCode": 101}"#, "statusCode"),
            (r#"{"statusCode": "x"}"#, "statusCode"),
            (r#"{"statusCode": 200, "headers": {"a b": "x"}}"#, "a b"),
            (r#"{"statusCode": 200, "headers": {"a": "x\r\ny"}}"#, "header a"),
            (r#"{"statusCode": 200, "body": "*", "isBase64Encoded": true}"#, "body"),
        ] {
            assert!(answer(result.as_bytes()).unwrap_err().contains(why), "{result}");
        }
    }

    #[test]
    fn what_says_nothing_of_http_is_the_body() {
        for result in ["null", "[1]", r#""text""#, r#"{"status": 5}"#] {
            let answer = answer(result.as_bytes()).unwrap();
            assert_eq!((answer.status().as_u16(), &answer.body()[..]), (200, result.as_bytes()));
        }
    }
}
