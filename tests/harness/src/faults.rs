//! What can go wrong between a caller and its store.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The connection closes, and nothing is done.
    Unsent,
    /// It is done, and the connection closes instead of an answer.
    AnswerLost,
    /// It is done, and nothing is ever said about it: [`crate::CountingProxy::frozen`] tells when.
    Silent,
    /// It is done, and the connection is reset (TCP RST) instead of an answer.
    Reset,
    /// It is done, and the connection closes in the middle of the answer.
    HalfAnswer,
    /// It is done, and the answer comes so much later.
    Slow(Duration),
    /// It is done so much later, whether the caller still waits or not.
    Late(Duration),
    /// Nothing is done; the store has too much to do, and says so by this name.
    Throttled(&'static str),
    /// Nothing is done; the store failed.
    FailedBefore,
    /// It is done; the store failed after it.
    FailedAfter,
    /// It is done; the checksum that comes with the answer is that of another one.
    WrongChecksum,
    /// Nothing is done: the caller's clock is so wrong that its signature counts for nothing.
    ClockSkew,
}

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// This call only: what the SDK sends again goes well.
    Once,
    /// This call and all after it.
    Always,
}

impl Fault {
    /// Whether the store does what it is asked.
    pub fn lets_it_happen(self) -> bool {
        !matches!(self, Self::Unsent | Self::Throttled(_) | Self::FailedBefore | Self::ClockSkew)
    }

    /// The answer that the store gives where it does nothing; `None` closes the connection.
    pub(crate) fn refusal(self) -> Option<Response<Answer>> {
        let said = |status: StatusCode, name: &str| {
            let body = format!("{{\"__type\":\"com.amazonaws.dynamodb.v20120810#{name}\",\"message\":\"a fault\"}}");
            let answer = Response::builder().status(status).header("content-type", "application/x-amz-json-1.0");
            answer.body(Answer::whole(body.into())).ok()
        };
        match self {
            Self::Throttled(name) => said(StatusCode::BAD_REQUEST, name),
            Self::FailedBefore | Self::FailedAfter => said(StatusCode::INTERNAL_SERVER_ERROR, "InternalServerError"),
            Self::ClockSkew => said(StatusCode::BAD_REQUEST, "InvalidSignatureException"),
            Self::Unsent
            | Self::AnswerLost
            | Self::Silent
            | Self::Reset
            | Self::HalfAnswer
            | Self::Slow(_)
            | Self::Late(_)
            | Self::WrongChecksum => None,
        }
    }
}

/// The body of an answer, which may end before its end.
pub(crate) struct Answer {
    left: Option<Bytes>,
    promised: u64,
    given: u64,
}

/// An answer that was cut off.
#[derive(Debug)]
pub(crate) struct CutOff;

impl Answer {
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self { promised: bytes.len() as u64, left: Some(bytes), given: 0 }
    }

    /// The same with its first half only.
    pub(crate) fn half(bytes: &Bytes) -> Self {
        Self { promised: bytes.len() as u64, left: Some(bytes.slice(..bytes.len() / 2)), given: 0 }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        match self.left.take() {
            Some(bytes) => {
                self.given = bytes.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            None if self.given < self.promised => Poll::Ready(Some(Err(CutOff))),
            None => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.promised - self.given)
    }
}

impl std::fmt::Display for CutOff {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the answer was cut off")
    }
}

impl std::error::Error for CutOff {}
