//! Sentences for people about what is wrong with the request of an app. What the app itself gets is in English.

use grants::Refusal;
use pages::{Text, say};
use protocol::AuthorizationErrorCode;

/// Returns a sentence about an error that an app gets.
pub(crate) const fn error(code: AuthorizationErrorCode) -> Text {
    use AuthorizationErrorCode as E;
    match code {
        E::InvalidRequest => say("returned-error-invalid-request"),
        E::UnauthorizedClient => say("returned-error-unauthorized-client"),
        E::AccessDenied => say("returned-error-access-denied"),
        E::UnsupportedResponseType => say("returned-error-unsupported-response-type"),
        E::InvalidScope => say("returned-error-invalid-scope"),
        E::InvalidTarget => say("returned-error-invalid-target"),
        E::LoginRequired | E::ConsentRequired => say("returned-error-nobody-asked"),
        E::InvalidRequestObject => say("returned-error-signed-request"),
        E::InvalidRequestUri => say("returned-error-request-reference"),
        E::RequestNotSupported | E::RequestUriNotSupported | E::RegistrationNotSupported => {
            say("returned-error-not-supported")
        }
        E::UnmetAuthenticationRequirements => say("returned-error-unmet"),
        E::TemporarilyUnavailable => say("problem-sign-in-down"),
    }
}

/// The sentences about request objects, each with its reasons.
const OBJECTS: [(Text, &[Refusal]); 6] = [
    (
        say("problem-signed-malformed"),
        &[Refusal::RequestObjectMalformed, Refusal::RequestObjectUnnamed, Refusal::RequestObjectTimes],
    ),
    (
        say("problem-signed-unsigned"),
        &[
            Refusal::RequestObjectNotSigned,
            Refusal::RequestObjectAlgorithm,
            Refusal::ProfileObjectAlgorithm,
            Refusal::ProfileObjectMissing,
        ],
    ),
    (say("problem-signed-for-another"), &[Refusal::RequestObjectOfAnother, Refusal::RequestObjectAudience]),
    (say("problem-signed-early"), &[Refusal::RequestObjectEarly]),
    (say("problem-signed-expired"), &[Refusal::RequestObjectExpired]),
    (say("problem-signed-too-long"), &[Refusal::RequestObjectTooLong]),
];

/// Returns a sentence about a request object that does not count.
pub(crate) fn object(refusal: Refusal) -> Text {
    let found = OBJECTS.into_iter().find(|(_, reasons)| reasons.contains(&refusal));
    found.map_or(say("problem-signed-request"), |(text, _)| text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pages::{Language, written_in};
    use protocol::TokenErrorCode;

    use super::*;

    #[test]
    fn every_fault_of_a_request_object_has_its_sentence_in_each_language() {
        let faults = Refusal::ALL.iter().filter(|refusal| refusal.code() == TokenErrorCode::InvalidRequestObject);
        for fault in faults {
            let in_each: BTreeSet<String> = pages::shipped()
                .map(|tag| {
                    written_in(Language::of_list(tag).unwrap(), || {
                        let said = object(*fault).to_string();
                        assert_ne!(said, say("problem-signed-request").to_string(), "{tag}: {fault:?}");
                        said
                    })
                })
                .collect();
            assert_eq!(in_each.len(), pages::shipped().count(), "{fault:?}: {in_each:?}");
        }
        assert_eq!(object(Refusal::PushedRequestUsed).to_string(), say("problem-signed-request").to_string());
    }
}
