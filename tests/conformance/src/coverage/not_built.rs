//! Features that the table notes as not built: each is refused, so its note must change when it is built.

use std::collections::BTreeSet;

use harness::Jwt;

use crate::coverage::checklist::{self, State};
use crate::coverage::openid;
use crate::support::case::Case;
use crate::support::pages::{answered, url};
use crate::support::published::{DOCUMENTS, document, strings};
use crate::support::session::{self, Session, assert_granted};
use crate::support::world::ORDERS;
use Sign::{Endpoint, Header, Member, Parameter, Unlisted};

/// Evidence that a feature is not built.
#[derive(Debug)]
enum Sign {
    /// An endpoint that does not exist, with its method.
    Endpoint(&'static str, &'static str),
    /// A member that the metadata does not have.
    Member(&'static str),
    /// A list in the metadata that does not have this value.
    Unlisted(&'static str, &'static str),
    /// A header of a token request that changes nothing: the token is a bearer token that is bound to no key.
    Header(&'static str, &'static str),
    /// A parameter of an authorization request, and the error that it causes.
    Parameter(&'static str, &'static str, &'static str),
}

/// The features in the notes of the table, and the signs that they are not built.
const NOT_BUILT: &[(&str, &[Sign])] = &[
    (
        "web_message",
        &[
            Parameter("response_mode", "web_message", "invalid_request"),
            Unlisted("response_modes_supported", "web_message"),
        ],
    ),
    (
        "mTLS",
        &[
            Header("x-amzn-mtls-clientcert", "x"),
            Member("mtls_endpoint_aliases"),
            Member("tls_client_certificate_bound_access_tokens"),
            Unlisted("token_endpoint_auth_methods_supported", "tls_client_auth"),
            Unlisted("token_endpoint_auth_methods_supported", "self_signed_tls_client_auth"),
        ],
    ),
    (
        "JWE",
        &[
            Member("id_token_encryption_alg_values_supported"),
            Member("userinfo_encryption_alg_values_supported"),
            Member("introspection_encryption_alg_values_supported"),
            Member("request_object_encryption_alg_values_supported"),
        ],
    ),
    ("helper for APIs", &[Endpoint("GET", "/.well-known/oauth-protected-resource"), Member("protected_resources")]),
    (
        "front-channel logout",
        &[
            Member("frontchannel_logout_supported"),
            Member("frontchannel_logout_session_supported"),
            Member("check_session_iframe"),
        ],
    ),
];

impl Sign {
    /// Sends the request and asserts that it is refused, or that the metadata does not advertise the feature.
    async fn assert_shown(&self, session: &mut Session<'_>) {
        match *self {
            Endpoint(method, path) => {
                let reply = session.http.ask(method, path).client(&session.world.web).send().await;
                assert_eq!(reply.status, 404, "{reply:?}");
            }
            Member(_) | Unlisted(..) => self.assert_not_advertised(session).await,
            Header(name, value) => assert_ignored(session, name, value).await,
            Parameter(name, value, error) => {
                let target = url(&session.world.web.id, &[(name, value)]);
                let callback = answered(&session.browser.go(&target).await);
                assert_eq!((callback.error.as_deref(), callback.code), (Some(error), None));
            }
        }
    }

    async fn assert_not_advertised(&self, session: &Session<'_>) {
        for path in DOCUMENTS {
            let document = document(&session.http, path).await;
            match *self {
                Member(name) => assert!(document.get(name).is_none(), "{document}"),
                Unlisted(member, value) => {
                    let listed = strings(&document[member]);
                    assert!(!listed.is_empty() && !listed.contains(value), "{document}");
                }
                Endpoint(..) | Header(..) | Parameter(..) => {}
            }
        }
    }
}

/// Asserts that a header of a token request binds the token to nothing.
async fn assert_ignored(session: &Session<'_>, name: &str, value: &str) {
    let fields = [("grant_type", "client_credentials"), ("resource", ORDERS)];
    let ask = session.http.post("/token").client(&session.world.service).header(name, value);
    let reply = ask.fields(&fields).send().await;
    // It checks that the token type is Bearer.
    assert_granted(&reply);
    assert!(Jwt::read(&reply.string("access_token")).claims.get("cnf").is_none(), "{reply:?}");
}

/// Returns the features that the table notes as not built.
fn noted() -> BTreeSet<&'static str> {
    let states = checklist::LINES.iter().chain(openid::LINES).map(|(.., state)| state);
    let note = |state: &'static State| match state {
        State::Tested | State::Except(_) => None,
        State::Partly(feature) | State::NotBuilt(feature) | State::Refused(feature, _) => Some(*feature),
    };
    states.filter_map(note).collect()
}

#[test]
fn each_feature_that_is_noted_as_not_built_has_signs_of_it() {
    let listed: BTreeSet<&str> = NOT_BUILT.iter().map(|(feature, _)| *feature).collect();
    assert_eq!(listed, noted());
    for (feature, signs) in NOT_BUILT {
        assert!(!signs.is_empty(), "{feature}");
    }
}

#[tokio::test]
async fn a_feature_that_is_noted_as_not_built_is_refused() {
    let mut session = session::shared();
    for (feature, signs) in NOT_BUILT {
        for sign in *signs {
            let _case = Case::new(format!("{feature} is noted as not built: {sign:?}"));
            sign.assert_shown(&mut session).await;
        }
    }
}
