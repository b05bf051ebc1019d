//! Introspection: an API asks about a token.

use crate::dev::explorer::clients::{API_CLIENT, SERVICE};
use crate::dev::explorer::flows::client_credentials;
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Change, Credentials, Flow, Parameter, Party, Request, Step, arrow, parameter,
};

/// The request of an API about a token.
pub(crate) const INTROSPECT: Request = Request {
    method: "POST",
    path: "/introspect",
    credentials: Credentials::Basic(API_CLIENT, "{api_secret}"),
    parameters: &[
        parameter("token", "{access_token}", "The token that the API was given.", "RFC 7662 §2.1"),
        parameter(
            "token_type_hint",
            "access_token",
            "A hint for the search. The server finds it without, too.",
            "RFC 7662 §2.1",
        ),
    ],
};

/// The members of the answer about an active token.
pub(crate) const ANSWER: &[Parameter] = &[
    parameter("active", "", "true if the token is good now. Everything else is details.", "RFC 7662 §2.2"),
    parameter("client_id", "", "The app that got the token.", "RFC 7662 §2.2"),
    parameter("scope", "", "What the token allows.", "RFC 7662 §2.2"),
    parameter("aud", "", "The API that the token is for.", "RFC 7662 §2.2"),
    parameter("exp", "", "The time at which the token expires.", "RFC 7662 §2.2"),
];

pub(crate) const FLOW: Flow = Flow {
    id: "introspection",
    title: "Introspection",
    summary: "An API asks the server whether a token is active, and so learns of a revocation at once.",
    usage: "APIs that must know of a revocation at once, and opaque tokens. APIs that can wait until a token expires verify JWTs by themselves.",
    warning: None,
    sources: &["RFC 7662"],
    steps: &[
        client_credentials::STEP,
        Step {
            id: "introspect",
            title: "The API asks about the token",
            text: "The service calls the API with its token. The API authenticates at the server with its own secret and asks. \
                   The answer comes from the server's tables, so a revoked token is inactive at the next request.",
            action: Action::Send(INTROSPECT),
            arrows: &[
                arrow(Party::App, Party::Api, "Authorization: Bearer access_token"),
                arrow(Party::Api, Party::Server, "POST /introspect"),
                arrow(Party::Server, Party::Api, "active: true"),
                arrow(Party::Api, Party::App, "the data"),
            ],
            answer: ANSWER,
            keeps: &[],
            learns: &[(Party::Api, &["access_token", "API's own secret"])],
        },
    ],
    attacks: &[
        Attack {
            id: "anonymous",
            title: "Ask without a secret",
            story: "Somebody who found a token wants to know whether it still works.",
            acts: &[Act {
                says: "The request does not say who asks.",
                kind: ActKind::Repeat("introspect", &[Change::As(Credentials::None)]),
                expects: "invalid_client",
            }],
            without: "Without authentication, the endpoint would be a testing device for stolen tokens.",
            source: "RFC 7662 §4",
        },
        Attack {
            id: "other-api",
            title: "Ask about a token for another API",
            story: "A client with a valid secret asks about a token that is not for it.",
            acts: &[Act {
                says: "The service asks. It has a secret, but it is not the API that the token is for.",
                kind: ActKind::Repeat("introspect", &[Change::As(Credentials::Basic(SERVICE, "{service_secret}"))]),
                expects: "active: false",
            }],
            without: "Without the rule, each API could spy on the callers of all others.",
            source: "RFC 7662 §2.2",
        },
        Attack {
            id: "forged",
            title: "Change the token",
            story: "The attacker changes the token a little and hopes that nobody looks at the signature.",
            acts: &[Act {
                says: "Some characters are added to the signature.",
                kind: ActKind::Repeat("introspect", &[Change::Set("token", "{access_token}AAAA")]),
                expects: "active: false",
            }],
            without: "The answer is the same for forged, expired and unknown tokens, so it helps nobody to find out more.",
            source: "RFC 7662 §2.2",
        },
    ],
};
