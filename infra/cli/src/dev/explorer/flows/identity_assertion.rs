//! Identity assertions (ID-JAG): an app brings the word of a company's identity provider, and gets a token for the person.

mod attacks;
mod claims;

use crate::dev::explorer::clients::AGENT;
use crate::dev::explorer::flows::common::{ACCESS_TOKEN, CALL_API, EXPIRES_IN, SCOPE, TOKEN_TYPE};
use crate::dev::explorer::flows::identity_assertion::attacks::ATTACKS;
use crate::dev::explorer::flows::identity_assertion::claims::{
    AUD, CLAIMED_SCOPE, CLIENT, EXP, IAT, ISS, JTI, SUB, asserted,
};
use crate::dev::explorer::model::{Action, Credentials, Flow, Party, Request, Signer, Step, arrow, parameter};

pub(crate) const FLOW: Flow = Flow {
    id: "identity-assertion",
    title: "Identity assertion (ID-JAG)",
    summary: "An app brings the word of a company's identity provider, and gets a token for the person without a page.",
    usage: "Apps and agents of companies whose people sign in once, at the company. The company decides which app may act \
            for whom, and nobody sees a consent page.",
    warning: None,
    sources: &["draft-ietf-oauth-identity-assertion-authz-grant", "RFC 7523 §2.1", "RFC 7521 §4.1"],
    steps: &[
        Step {
            id: "sign",
            title: "The identity provider gives the app an assertion",
            text: "The person has signed in at the company, and the app asks the company's identity provider for an assertion: \
                   who the person is, for which server and for which app. Here this page is the provider: it has a key of its \
                   own, whose public part is registered for this purpose only.",
            action: Action::Sign(asserted(
                "assertion",
                Signer::Honest,
                &[ISS, SUB, AUD, CLIENT, JTI, IAT, EXP, CLAIMED_SCOPE],
            )),
            arrows: &[
                arrow(Party::App, Party::Provider, "assertion for this server"),
                arrow(Party::Provider, Party::App, "assertion"),
            ],
            answer: &[],
            keeps: &[],
            learns: &[(Party::Provider, &["provider's private key", "assertion"]), (Party::App, &["assertion"])],
        },
        Step {
            id: "token",
            title: "The app brings the assertion",
            text: "The app authenticates with its own secret, and the assertion is the grant. The server verifies the signature \
                   with the keys of the registered issuer, finds the person who is linked to this iss and sub, and spends the \
                   jti. There is no refresh token: the company is asked again each time, and can say no.",
            action: Action::Send(Request {
                method: "POST",
                path: "/token",
                credentials: Credentials::Basic(AGENT, "{agent_secret}"),
                parameters: &[
                    parameter(
                        "grant_type",
                        "urn:ietf:params:oauth:grant-type:jwt-bearer",
                        "A JWT is the grant.",
                        "RFC 7523 §2.1",
                    ),
                    parameter("assertion", "{assertion}", "The assertion of the identity provider.", "RFC 7523 §2.1"),
                    parameter("scope", "read", "The access that the app asks for.", "RFC 6749 §3.3"),
                ],
            }),
            arrows: &[
                arrow(Party::App, Party::Server, "POST /token with assertion"),
                arrow(Party::Server, Party::App, "access_token"),
            ],
            answer: &[ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, SCOPE],
            keeps: &[("access_token", "access_token")],
            learns: &[
                (Party::App, &["access_token"]),
                (Party::Server, &["provider's public key", "assertion", "access_token"]),
            ],
        },
        CALL_API,
    ],
    attacks: ATTACKS,
};
