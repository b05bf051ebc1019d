//! The port for mail: whoever takes a finished mail and brings it on its way.

use std::future::Future;
use std::pin::Pin;

use pages::RenderedMail;
use protocol::EmailAddress;

/// A mail that is ready to be sent.
pub struct OutgoingMail {
    /// The address of the sender.
    pub from: EmailAddress,
    /// The address of the only recipient.
    pub to: EmailAddress,
    /// The subject line and both forms of the text.
    pub content: RenderedMail,
}

/// The reasons why a mail was not sent. The texts are for the log, and contain nothing of the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSent {
    /// The mail service refuses this mail, now and later.
    Refused(String),
    /// The mail service did not answer, or wants to be asked later.
    Unreachable(String),
}

/// The result of sending a mail.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), NotSent>> + Send + 'a>>;

/// Someone who takes mails: Amazon SES in the cloud, and the outbox of `jeton dev`.
pub trait Post: Send + Sync {
    /// Hands over a mail.
    ///
    /// # Errors
    /// [`NotSent`] when it was not taken.
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> Sending<'a>;
}
