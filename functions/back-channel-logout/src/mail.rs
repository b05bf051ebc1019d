//! Mail to people: what waits in the people table is sent, tried again, or given up.

use edge::{Failure, log_mail};
use grants::Timestamp;
use sessions::{MailId, QueuedMail};

use crate::BackChannelLogout;
use crate::post::NotSent;
use crate::write::Written;

/// The reasons in the log why nobody gets a mail. The alarm of the template leaves out the first two, by these words.
const NOBODY: &str = "nobody has this name or address, or the address is not confirmed";
const TOO_MANY: &str = "the mailbox had as many mails as it may get in an hour";
const GIVEN_UP: &str = "it was tried for an hour";

impl BackChannelLogout {
    /// Sends one mail. One that could not be sent is stored again, and comes back later without delaying other records.
    pub(crate) async fn send(&self, id: MailId, now: Timestamp) -> Result<(), Failure> {
        let Some(post) = &self.post else { return Ok(self.people.forget_mail(id).await?) };
        // One that was sent is no longer there: the stream may pass on a record twice.
        let Some(mail) = self.people.mail(id).await? else { return Ok(()) };
        let kind = mail.letter.kind();
        let Some(written) = self.write(&mail, now).await? else {
            log_mail(kind, None, Some(&NOBODY));
            return Ok(self.people.forget_mail(id).await?);
        };
        let subject = written.subject.as_deref();
        // A mail that is tried again was counted before.
        if mail.attempts == 0 && !self.mails.may_send(&written.counted_at, now).await? {
            log_mail(kind, subject, Some(&TOO_MANY));
            return Ok(self.people.forget_mail(id).await?);
        }
        // A link that nobody was sent yet: whoever has the mail has it, and nobody else.
        if let Some((link, expires_at)) = written.link {
            self.people.remember_link(link, expires_at).await?;
        }
        let sent = post.send(&written.mail).await;
        self.settle(&mail, &written, sent, now).await
    }

    /// Deletes a mail that was sent or refused for good, and stores any other for the next attempt.
    async fn settle(
        &self,
        mail: &QueuedMail,
        written: &Written,
        sent: Result<(), NotSent>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let (kind, subject) = (mail.letter.kind(), written.subject.as_deref());
        match sent {
            Ok(()) => log_mail(kind, subject, None),
            Err(NotSent::Refused(why)) => log_mail(kind, subject, Some(&why)),
            Err(NotSent::Unreachable(why)) => {
                edge::trouble("a mail could not be sent", &why);
                if let Some(again) = mail.after_failure(now) {
                    self.people.retry_mail(&again).await?;
                    return Ok(());
                }
                log_mail(kind, subject, Some(&GIVEN_UP));
            }
        }
        Ok(self.people.forget_mail(mail.id).await?)
    }
}
