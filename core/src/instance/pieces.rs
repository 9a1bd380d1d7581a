//! A result that comes in pieces.

use crate::error::{Code, Error, Result};
use tokio::sync::mpsc::Sender;

/// Where the pieces of a result go.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    /// To who reads them as they come. Without anyone they are put together.
    reader: Option<Sender<Vec<u8>>>,
    kept: Vec<u8>,
}

impl Pieces {
    pub(crate) fn new(reader: Option<Sender<Vec<u8>>>) -> Self {
        Self { reader, kept: Vec::new() }
    }

    /// Takes one; waits for a reader that is slower.
    ///
    /// Fails with `payload.too_large` where what is put together has more than `most` bytes.
    pub(super) async fn take(&mut self, piece: Vec<u8>, most: u32) -> Result<()> {
        if let Some(reader) = &self.reader {
            // Who has gone away wants no more; the function ends as if it were read.
            let _ = reader.send(piece).await;
            return Ok(());
        }
        self.check(piece.len(), most)?;
        self.kept.extend(piece);
        Ok(())
    }

    /// The result that ends with this.
    pub(super) fn finish(mut self, last: Vec<u8>, most: u32) -> Result<Vec<u8>> {
        if self.kept.is_empty() {
            return Ok(last);
        }
        self.check(last.len(), most)?;
        self.kept.extend(last);
        Ok(self.kept)
    }

    fn check(&self, more: usize, most: u32) -> Result<()> {
        if self.kept.len() + more <= most as usize {
            return Ok(());
        }
        Err(Error::new(Code::PayloadTooLarge, "take the result", format!("it is over the limit of {most} bytes")))
    }
}
