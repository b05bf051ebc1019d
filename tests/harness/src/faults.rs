//! The faults that can happen between a caller and its store.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};

/// A fault in a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The connection closes, and the operation is not performed.
    Unsent,
    /// The operation is performed, and the connection closes instead of an answer.
    AnswerLost,
    /// The operation is performed, and no answer ever arrives; [`crate::CountingProxy::frozen`] waits for that
    /// moment.
    Silent,
    /// The operation is performed, and the connection is reset (TCP RST) instead of an answer.
    Reset,
    /// The operation is performed, and the connection closes in the middle of the answer.
    HalfAnswer,
    /// The operation is performed, and the answer arrives after this delay.
    Slow(Duration),
    /// The operation is performed after this delay, even if the caller no longer waits.
    Late(Duration),
    /// The operation is not performed; the store is overloaded, and answers with this error name.
    Throttled(&'static str),
    /// The operation is not performed; the store failed.
    FailedBefore,
    /// The operation is performed; the store failed afterwards.
    FailedAfter,
    /// The operation is performed; the checksum in the answer belongs to another one.
    WrongChecksum,
    /// The operation is not performed: the caller's clock is so wrong that its signature is rejected.
    ClockSkew,
}

/// The number of calls that a fault affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// This call only; the retry by the SDK succeeds.
    Once,
    /// This call and all after it.
    Always,
}

impl Fault {
    /// Returns whether the store performs the operation.
    pub fn lets_it_happen(self) -> bool {
        !matches!(self, Self::Unsent | Self::Throttled(_) | Self::FailedBefore | Self::ClockSkew)
    }

    /// The answer that the store gives when it does not perform the operation; `None` closes the connection.
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

/// The body of an answer, which may be cut off.
pub(crate) struct Answer {
    left: Option<Bytes>,
    promised: u64,
    given: u64,
}

/// The error of an answer that was cut off.
#[derive(Debug)]
pub(crate) struct CutOff;

impl Answer {
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self { promised: bytes.len() as u64, left: Some(bytes), given: 0 }
    }

    /// Returns the answer of a query that finds nothing.
    pub(crate) fn nothing_found() -> http::Result<Response<Self>> {
        let body = Bytes::from_static(br#"{"Count":0,"Items":[],"ScannedCount":0}"#);
        Response::builder().header("content-type", "application/x-amz-json-1.0").body(Self::whole(body))
    }

    /// Returns the first half of the answer only.
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
