//! The client credentials grant.

use crate::dev::explorer::clients::SERVICE;
use crate::dev::explorer::flows::common::{ACCESS_TOKEN, CALL_API, EXPIRES_IN, SCOPE, TOKEN_TYPE};
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Change, Credentials, Flow, Party, Request, Step, arrow, parameter,
};

/// The request of a service for a token.
pub(crate) const SERVICE_TOKEN: Request = Request {
    method: "POST",
    path: "/token",
    credentials: Credentials::Basic(SERVICE, "{service_secret}"),
    parameters: &[
        parameter("grant_type", "client_credentials", "The client asks in its own name.", "RFC 6749 §4.4.2"),
        parameter("scope", "read", "The access that the service asks for.", "RFC 6749 §3.3"),
    ],
};

/// The step in which a service gets a token.
pub(crate) const STEP: Step = Step {
    id: "token",
    title: "The service asks for a token",
    text: "No person is involved. The service authenticates with its own secret, in the Authorization header, and gets an \
           access token. There is no refresh token: the service just asks again.",
    action: Action::Send(SERVICE_TOKEN),
    arrows: &[
        arrow(Party::App, Party::Server, "POST /token with client secret"),
        arrow(Party::Server, Party::App, "access_token"),
    ],
    answer: &[ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, SCOPE],
    keeps: &[("access_token", "access_token")],
    learns: &[
        (Party::App, &["client_secret", "access_token"]),
        (Party::Server, &["hash of client_secret", "access_token"]),
    ],
};

pub(crate) const FLOW: Flow = Flow {
    id: "client-credentials",
    title: "Client credentials",
    summary: "A service gets a token in its own name; no person is involved.",
    usage: "Servers, jobs and daemons that call an API. Not for anything that a person holds in their hands: a secret inside an app is no secret.",
    warning: None,
    sources: &["RFC 6749 §4.4", "RFC 9068", "RFC 6750"],
    steps: &[STEP, CALL_API],
    attacks: &[
        Attack {
            id: "wrong-secret",
            title: "Guess the secret",
            story: "The client_id is public. The attacker tries secrets.",
            acts: &[Act {
                says: "The request has a wrong secret. After twenty of them each guess has to wait, while the right secret keeps working.",
                kind: ActKind::Repeat("token", &[Change::As(Credentials::Basic(SERVICE, "guess"))]),
                expects: "invalid_client",
            }],
            without: "Without client authentication, a public name would be enough for a token.",
            source: "RFC 6749 §2.3.1",
        },
        Attack {
            id: "query",
            title: "Put a parameter into the address",
            story: "Addresses are written to the logs of servers and proxies. A careless service puts its request there.",
            acts: &[Act {
                says: "grant_type stands in the query instead of the body.",
                kind: ActKind::Repeat("token", &[Change::InQuery("grant_type")]),
                expects: "invalid_request",
            }],
            without: "Without the rule, secrets would end up in logs, and nobody would notice.",
            source: "RFC 6749 §2.3.1",
        },
        Attack {
            id: "scope",
            title: "Ask for more scope",
            story: "A service that was taken over asks for rights that it was never registered for.",
            acts: &[Act {
                says: "The service asks for the scope admin.",
                kind: ActKind::Repeat("token", &[Change::Set("scope", "admin")]),
                expects: "invalid_scope",
            }],
            without: "Without the rule, one leaked secret opens everything.",
            source: "RFC 6749 §3.3",
        },
        Attack {
            id: "audience",
            title: "Ask for a token for another API",
            story: "The service names an API that it has nothing to do with.",
            acts: &[Act {
                says: "resource names an API that the service is not registered for.",
                kind: ActKind::Repeat(
                    "token",
                    &[Change::Leave("scope"), Change::Set("resource", "https://payroll.example")],
                ),
                expects: "invalid_target",
            }],
            without: "Without audiences, a token for one API works at all of them.",
            source: "RFC 8707 §2",
        },
    ],
};
