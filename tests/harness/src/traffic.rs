//! Bytes on the wire between Jeton and its store, including the HTTP headers.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The amount of traffic between Jeton and its store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// The number of calls.
    pub calls: usize,
    /// The bytes from Jeton to its store.
    pub sent: usize,
    /// The bytes from the store to Jeton.
    pub received: usize,
}

/// Counts the traffic of all connections.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    sent: AtomicUsize,
    received: AtomicUsize,
}

/// A connection from Jeton whose traffic is counted.
pub(crate) struct Metered<S> {
    stream: S,
    meter: Arc<Meter>,
}

impl Meter {
    pub(crate) fn reset(&self) {
        self.sent.store(0, Ordering::SeqCst);
        self.received.store(0, Ordering::SeqCst);
    }

    pub(crate) fn traffic(&self, calls: usize) -> Traffic {
        Traffic { calls, sent: self.sent.load(Ordering::SeqCst), received: self.received.load(Ordering::SeqCst) }
    }
}

impl<S> Metered<S> {
    pub(crate) fn new(stream: S, meter: Arc<Meter>) -> Self {
        Self { stream, meter }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.meter.sent.fetch_add(buffer.filled().len() - before, Ordering::SeqCst);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    /// Counts the bytes before they are written, so that whoever has read an answer finds it counted.
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.meter.received.fetch_add(bytes.len(), Ordering::SeqCst);
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        let unwritten = match &written {
            Poll::Ready(Ok(written)) => bytes.len() - written,
            Poll::Ready(Err(_)) | Poll::Pending => bytes.len(),
        };
        self.meter.received.fetch_sub(unwritten, Ordering::SeqCst);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test]
    async fn what_is_read_and_written_is_counted_once() {
        let (near, mut far) = duplex(4);
        let meter = Arc::new(Meter::default());
        let mut metered = Metered::new(near, Arc::clone(&meter));
        let there = tokio::spawn(async move {
            far.write_all(b"a question").await.unwrap();
            far.read_exact(&mut [0; 6]).await.unwrap();
        });
        metered.read_exact(&mut [0; 10]).await.unwrap();
        metered.write_all(b"answer").await.unwrap();
        there.await.unwrap();
        assert_eq!(meter.traffic(1), Traffic { calls: 1, sent: 10, received: 6 });
        meter.reset();
        assert_eq!(meter.traffic(0), Traffic::default());
    }
}
