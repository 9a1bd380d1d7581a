//! Messages of `application/vnd.amazon.eventstream`, by
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html>.
//!
//! ```text
//! length u32 · length of the headers u32 · CRC-32 of both u32 · headers · payload · CRC-32 of all before u32
//! header: length of the name u8 · name · 7 (text) u8 · length of the value u16 · value
//! ```
//! All integers are big-endian.

use super::fault::Fault;
use super::invocation::Answer;
use serde_json::{Map, Value};

/// The type of a header's value that is text.
const TEXT: u8 = 7;

/// The payload of a message is at most 16 MiB by the protocol, which a result is not.
const PRELUDE: usize = 12;
const CHECKSUM: usize = 4;

/// A part of a result.
pub(super) fn chunk(payload: &[u8]) -> Vec<u8> {
    message("PayloadChunk", "application/octet-stream", payload)
}

/// The end of an answer that came to nothing for a reason that is not the function's.
pub(super) fn broken(fault: &Fault) -> Vec<u8> {
    let end = serde_json::json!({"ErrorCode": fault.name(), "ErrorDetails": fault.to_string()});
    message("InvokeComplete", "application/json", end.to_string().as_bytes())
}

/// What is left of an answer: its result as one chunk, and the end with what went wrong.
pub(super) fn encode(answer: Answer) -> Vec<u8> {
    let mut complete = Map::new();
    let mut stream = match answer.result {
        Ok(payload) if payload.is_empty() => Vec::new(),
        Ok(payload) => chunk(&payload),
        Err(failed) => {
            let details = String::from_utf8_lossy(&failed.body).into_owned();
            complete.insert("ErrorCode".into(), "Unhandled".into());
            complete.insert("ErrorDetails".into(), details.into());
            Vec::new()
        }
    };
    complete.extend(answer.tail.map(|tail| ("LogResult".to_owned(), Value::from(tail))));
    let end = Value::Object(complete).to_string();
    stream.extend(message("InvokeComplete", "application/json", end.as_bytes()));
    stream
}

fn message(event: &str, content_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut headers = Vec::new();
    for (name, value) in [(":message-type", "event"), (":event-type", event), (":content-type", content_type)] {
        header(&mut headers, name, value);
    }
    let length = PRELUDE + headers.len() + payload.len() + CHECKSUM;
    let mut message = Vec::with_capacity(length);
    message.extend(word(length));
    message.extend(word(headers.len()));
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message.extend(headers);
    message.extend(payload);
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message
}

fn header(headers: &mut Vec<u8>, name: &str, value: &str) {
    headers.extend(u8::try_from(name.len()).unwrap_or(u8::MAX).to_be_bytes());
    headers.extend(name.as_bytes());
    headers.push(TEXT);
    headers.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_be_bytes());
    headers.extend(value.as_bytes());
}

fn word(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_tells_its_lengths_and_checksums() {
        let message = message("PayloadChunk", "application/octet-stream", b"{}");
        let at = |from: usize| u32::from_be_bytes(message[from..from + 4].try_into().unwrap());
        assert_eq!(at(0) as usize, message.len());
        let headers = at(4) as usize;
        assert_eq!(at(8), crc32fast::hash(&message[..8]));
        assert_eq!(&message[12 + headers..12 + headers + 2], b"{}");
        assert_eq!(at(message.len() - 4), crc32fast::hash(&message[..message.len() - 4]));
        assert_eq!(&message[12..27], b"\x0d:message-type\x07");
    }
}
