//! Frames: a header of 16 bytes and a body.
//!
//! ```text
//!  offset  size  field
//!       0     2  magic     "HS"
//!       2     1  kind
//!       3     1  flags     0
//!       4     4  length    bytes of body, little-endian
//!       8     8  request   little-endian
//!      16     …  body
//! ```

use super::kind::Kind;
use crate::error::{Code, Error, Result};

/// The first two bytes of every frame.
pub const MAGIC: [u8; 2] = *b"HS";
/// Bytes of a header.
pub const HEADER_LENGTH: usize = 16;
/// The longest body of a control message.
pub const MAX_CONTROL: u32 = 1 << 20;
/// The longest body of a `log`.
pub const MAX_LOG: u32 = 64 << 10;
/// The longest context of an invocation.
pub const MAX_CONTEXT: u32 = 64 << 10;
/// Bytes before the context in an `invoke`.
pub const INVOKE_PREFIX: u32 = 16;
/// The payload limit where the host does not set one.
pub const DEFAULT_MAX_PAYLOAD: u32 = 6 << 20;
/// The highest payload limit that a host may set.
pub const CEILING_MAX_PAYLOAD: u32 = 256 << 20;

/// The longest body of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    max_payload: u32,
}

impl Limits {
    /// Limits with this payload limit in bytes; above 256 MiB it is 256 MiB.
    pub fn new(max_payload: u32) -> Self {
        Self { max_payload: max_payload.min(CEILING_MAX_PAYLOAD) }
    }

    /// The payload limit in bytes.
    pub fn max_payload(self) -> u32 {
        self.max_payload
    }

    /// The longest body that `kind` may have, in bytes.
    pub fn max_body(self, kind: Kind) -> u32 {
        match kind {
            Kind::Invoke => INVOKE_PREFIX + MAX_CONTEXT + self.max_payload,
            Kind::Result | Kind::Piece => self.max_payload,
            Kind::Log => MAX_LOG,
            _ => MAX_CONTROL,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(DEFAULT_MAX_PAYLOAD)
    }
}

/// What stands before a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// What the frame says.
    pub kind: Kind,
    /// Bytes of body.
    pub length: u32,
    /// Ties an answer to what it answers; 0 where nothing is answered.
    pub request: u64,
}

impl Header {
    /// The header of a body of `length` bytes.
    ///
    /// Fails with `protocol.frame_too_large` where the body is over the kind's limit.
    pub fn new(kind: Kind, request: u64, length: usize, limits: Limits) -> Result<Self> {
        let most = limits.max_body(kind);
        match u32::try_from(length) {
            Ok(length) if length <= most => Ok(Self { kind, length, request }),
            _ => Err(too_large("encode a frame", kind, length as u64, most)),
        }
    }

    /// The 16 bytes on the wire.
    pub fn encode(self) -> [u8; HEADER_LENGTH] {
        let mut bytes = [0; HEADER_LENGTH];
        bytes[..2].copy_from_slice(&MAGIC);
        bytes[2] = self.kind.number();
        bytes[4..8].copy_from_slice(&self.length.to_le_bytes());
        bytes[8..].copy_from_slice(&self.request.to_le_bytes());
        bytes
    }

    /// Reads a header, checking in the order of the reference page.
    pub fn decode(bytes: &[u8; HEADER_LENGTH], limits: Limits) -> Result<Self> {
        let refuse = |code, message: String| Err(Error::new(code, "decode a frame", message));
        let [m0, m1, number, flags, l0, l1, l2, l3, request @ ..] = *bytes;
        if [m0, m1] != MAGIC {
            return refuse(Code::BadMagic, format!("a frame begins with {m0:#04x} {m1:#04x} instead of \"HS\""));
        }
        let Some(kind) = Kind::from_number(number) else {
            return refuse(Code::UnknownKind, format!("no kind of message has number {number:#04x}"));
        };
        if flags != 0 {
            return refuse(Code::BadFlags, format!("a frame has flags {flags:#04x}"));
        }
        let length = u32::from_le_bytes([l0, l1, l2, l3]);
        let most = limits.max_body(kind);
        if length > most {
            return Err(too_large("decode a frame", kind, length.into(), most));
        }
        Ok(Self { kind, length, request: u64::from_le_bytes(request) })
    }
}

fn too_large(operation: &str, kind: Kind, length: u64, most: u32) -> Error {
    Error::new(Code::FrameTooLarge, operation, format!("a {kind} of {length} bytes is over the limit of {most}"))
}

/// One message as it stands on the wire, its body not yet understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// What it says.
    pub kind: Kind,
    /// Ties an answer to what it answers.
    pub request: u64,
    /// JSON text or raw bytes.
    pub body: Vec<u8>,
}

/// Cuts a stream into frames, whatever pieces it arrives in.
///
/// Memory is bounded: a body is only stored once its header has passed the limits. After an error the
/// decoder answers every call with that error's code.
///
/// ```
/// use headstart::bootstrap::{Decoder, Header, Kind, Limits};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let header = Header::new(Kind::Result, 7, 4, Limits::default())?.encode();
/// decoder.feed(&header[..9]);
/// assert_eq!(decoder.next_frame()?, None);
/// decoder.feed(&header[9..]);
/// decoder.feed(b"null");
/// assert_eq!(decoder.next_frame()?.map(|frame| frame.body), Some(b"null".to_vec()));
/// # Ok::<(), headstart::Error>(())
/// ```
#[derive(Debug)]
pub struct Decoder {
    limits: Limits,
    buffer: Vec<u8>,
    start: usize,
    broken: Option<Code>,
}

impl Decoder {
    /// A decoder at the beginning of a stream.
    pub fn new(limits: Limits) -> Self {
        Self { limits, buffer: Vec::new(), start: 0, broken: None }
    }

    /// Applies other limits from the next frame on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Takes the next bytes of the stream.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.make_room();
        self.buffer.extend_from_slice(bytes);
    }

    /// Where the next bytes of the stream may be appended without a copy, with room for a good piece of them.
    pub fn room(&mut self) -> &mut Vec<u8> {
        self.make_room();
        self.buffer.reserve(self.missing().clamp(4 << 10, 256 << 10));
        &mut self.buffer
    }

    /// The next frame, or nothing while it is incomplete.
    pub fn next_frame(&mut self) -> Result<Option<Frame>> {
        if let Some(code) = self.broken {
            return Err(Error::new(code, "decode a frame", "the stream was already broken"));
        }
        self.cut().inspect_err(|error| self.broken = Some(error.code()))
    }

    /// Bytes that are still missing for the next frame, as far as is known: at least one.
    pub fn missing(&self) -> usize {
        let have = self.buffer.len() - self.start;
        let whole = match self.header() {
            Some(Ok(header)) => HEADER_LENGTH + header.length as usize,
            _ => HEADER_LENGTH,
        };
        whole.saturating_sub(have).max(1)
    }

    /// Fails with `protocol.truncated` where the stream ends within a frame.
    pub fn finish(&self) -> Result<()> {
        match self.buffer.len() - self.start {
            0 => Ok(()),
            have => Err(Error::new(
                Code::Truncated,
                "decode a frame",
                format!("the connection ended after {have} of {} bytes", have + self.missing()),
            )),
        }
    }

    /// Whether nothing but whole frames has been taken in.
    pub fn is_empty(&self) -> bool {
        self.start == self.buffer.len()
    }

    fn header(&self) -> Option<Result<Header>> {
        let bytes = self.buffer[self.start..].first_chunk::<HEADER_LENGTH>()?;
        Some(Header::decode(bytes, self.limits))
    }

    fn cut(&mut self) -> Result<Option<Frame>> {
        let Some(header) = self.header().transpose()? else { return Ok(None) };
        let from = self.start + HEADER_LENGTH;
        let to = from + header.length as usize;
        let Some(body) = self.buffer.get(from..to) else { return Ok(None) };
        let frame = Frame { kind: header.kind, request: header.request, body: body.to_vec() };
        self.start = to;
        Ok(Some(frame))
    }

    /// Moves what is left to the front once it is worth it, so that the buffer does not grow with the stream.
    fn make_room(&mut self) {
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.start = 0;
            self.buffer.shrink_to(MAX_CONTROL as usize);
        } else if self.start > self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(kind: Kind, request: u64, body: &[u8]) -> Vec<u8> {
        let mut bytes = Header::new(kind, request, body.len(), Limits::default()).unwrap().encode().to_vec();
        bytes.extend_from_slice(body);
        bytes
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_the_body_comes() {
        let mut decoder = Decoder::new(Limits::new(10));
        decoder.feed(&encode(Kind::Result, 1, &[0; 11])[..HEADER_LENGTH]);
        assert_eq!(decoder.next_frame().unwrap_err().code(), Code::FrameTooLarge);
        decoder.feed(&encode(Kind::Result, 1, b""));
        assert_eq!(decoder.next_frame().unwrap_err().code(), Code::FrameTooLarge);
    }

    #[test]
    fn end_within_a_frame_is_truncation() {
        let mut decoder = Decoder::new(Limits::default());
        decoder.feed(&encode(Kind::Result, 1, b"12345")[..18]);
        assert_eq!(decoder.next_frame().unwrap(), None);
        assert_eq!(decoder.missing(), 3);
        assert_eq!(decoder.finish().unwrap_err().code(), Code::Truncated);
    }

    fn any_kind() -> impl Strategy<Value = Kind> {
        proptest::sample::select(Kind::ALL)
    }

    proptest! {
        #[test]
        fn any_cutting_of_a_stream_gives_the_same_frames(
            frames in proptest::collection::vec((any_kind(), any::<u64>(), proptest::collection::vec(any::<u8>(), 0..300)), 0..8),
            piece in 1_usize..40,
        ) {
            let stream: Vec<u8> = frames.iter().flat_map(|(kind, request, body)| encode(*kind, *request, body)).collect();
            let mut decoder = Decoder::new(Limits::default());
            let mut decoded = Vec::new();
            for bytes in stream.chunks(piece) {
                decoder.feed(bytes);
                while let Some(frame) = decoder.next_frame().unwrap() {
                    decoded.push((frame.kind, frame.request, frame.body));
                }
            }
            prop_assert!(decoder.finish().is_ok());
            prop_assert_eq!(decoded, frames);
        }

        #[test]
        fn garbage_never_panics_and_never_stores_more_than_it_was_fed(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let mut decoder = Decoder::new(Limits::new(100));
            decoder.feed(&bytes);
            while let Ok(Some(_)) = decoder.next_frame() {}
            prop_assert!(decoder.buffer.len() <= bytes.len());
            prop_assert!(decoder.missing() >= 1);
        }
    }
}
