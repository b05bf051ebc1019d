//! Mail: whether this deployment sends any, and from which address.

use protocol::EmailAddress;

use crate::setup::config_error::ConfigError;

/// The variable with the sender of all mails.
const FROM: &str = "JETON_MAIL_FROM";

/// Reads `JETON_MAIL_FROM`; no mail is sent if it is `off` or not set.
pub(crate) fn mail_from(get: &impl Fn(&str) -> Option<String>) -> Result<Option<EmailAddress>, ConfigError> {
    let malformed = |_| ConfigError::Malformed(FROM, "an email address such as accounts@example.org, or off");
    match get(FROM) {
        None => Ok(None),
        Some(text) if text.trim() == "off" => Ok(None),
        Some(text) => EmailAddress::parse(text.trim()).map(Some).map_err(malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c235_mail_is_off_unless_there_is_a_sender() {
        let read = |value: Option<&str>| mail_from(&|_: &str| value.map(str::to_owned));
        assert_eq!((read(None), read(Some("off"))), (Ok(None), Ok(None)));
        let from = EmailAddress::parse("accounts@example.org").unwrap();
        assert_eq!(read(Some(" accounts@example.org ")), Ok(Some(from)));
        for bad in ["on", "accounts", "Accounts <accounts@example.org>", "a@example.org b@example.org"] {
            assert!(read(Some(bad)).is_err(), "{bad}");
        }
    }
}
