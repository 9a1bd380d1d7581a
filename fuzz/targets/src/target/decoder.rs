//! The decoder takes what an untrusted process sends: whatever it is, in whatever pieces, it neither panics nor
//! stores more than it was fed, and the pieces do not matter.

use headstart::bootstrap::{Decoder, Frame, Limits, Role, Session, message};

const LIMITS: u32 = 4096;

fn decode<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Frame>, Option<&'static str>) {
    let mut decoder = Decoder::new(Limits::new(LIMITS));
    let mut frames = Vec::new();
    for piece in pieces {
        decoder.feed(piece);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error.code().as_str())),
            }
        }
    }
    let error = decoder.finish().err().map(|error| error.code().as_str());
    (frames, error)
}

pub(crate) fn run(data: &[u8]) {
    let Some((&size, stream)) = data.split_first() else { return };
    let whole = decode(std::iter::once(stream));
    let pieces = decode(stream.chunks(usize::from(size).max(1)));
    assert_eq!(whole, pieces, "the pieces in which a stream arrives do not matter");
    let mut session = Session::new(Role::Worker);
    for frame in &whole.0 {
        let _ = message::check(frame.kind, &frame.body);
        let _ = session.advance(frame.kind.sender(), frame.kind, frame.request);
    }
}
