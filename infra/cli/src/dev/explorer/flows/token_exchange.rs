//! Token exchange: an API acts for the person whose app has called it.

use crate::dev::explorer::clients::{API_CLIENT, SERVICE};
use crate::dev::explorer::flows::common::{ACCESS_TOKEN, ARRIVE, EXPIRES_IN, MAKE, SCOPE, TOKEN, TOKEN_TYPE, VISIT};
use crate::dev::explorer::flows::introspection::INTROSPECT;
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Change, Credentials, Flow, Parameter, Party, Request, Step, arrow, parameter,
};

const ACCESS_TOKEN_TYPE: &str = "urn:ietf:params:oauth:token-type:access_token";

const EXCHANGE: Request = Request {
    method: "POST",
    path: "/token",
    credentials: Credentials::Basic(API_CLIENT, "{api_secret}"),
    parameters: &[
        parameter(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "The API exchanges a token.",
            "RFC 8693 §2.1",
        ),
        parameter("subject_token", "{access_token}", "The token that the API was called with.", "RFC 8693 §2.1"),
        parameter("subject_token_type", ACCESS_TOKEN_TYPE, "It is an access token.", "RFC 8693 §2.1"),
        parameter("resource", "{api}", "The next API. Here it is the same one again.", "RFC 8693 §2.1"),
        parameter("scope", "read", "No more than the token has.", "RFC 8693 §2.1"),
    ],
};

const ANSWER: &[Parameter] = &[
    ACCESS_TOKEN,
    parameter("issued_token_type", "", "The type of what was issued: an access token.", "RFC 8693 §2.2.1"),
    TOKEN_TYPE,
    EXPIRES_IN,
    SCOPE,
];

const DESCRIBED: &[Parameter] = &[
    parameter("active", "", "true while the grant of the app's token stands.", "RFC 7662 §2.2"),
    parameter("sub", "", "The person, as in the first token.", "RFC 7662 §2.2"),
    parameter("client_id", "", "The API, which got this token.", "RFC 7662 §2.2"),
    parameter("act", "", "The API again: it acts for the person.", "RFC 8693 §4.1"),
];

pub(crate) const FLOW: Flow = Flow {
    id: "token-exchange",
    title: "Token exchange",
    summary: "An API calls the next API for the same person, with a token of its own that says who acts.",
    usage: "APIs that call other APIs, and agents that act for a person. A service that acts for itself uses client credentials.",
    warning: None,
    sources: &["RFC 8693"],
    steps: &[
        MAKE,
        VISIT,
        ARRIVE,
        TOKEN,
        Step {
            id: "exchange",
            title: "The API exchanges the token",
            text: "The app calls the API. The API needs another one to answer, so it sends the token to the server, with its own \
                   secret. It may, because the token is for this API. It gets a token for an API that it is registered for, \
                   with no more scope and no longer life, and no refresh token.",
            action: Action::Send(EXCHANGE),
            arrows: &[
                arrow(Party::App, Party::Api, "Authorization: Bearer access_token"),
                arrow(Party::Api, Party::Server, "POST /token with subject_token"),
                arrow(Party::Server, Party::Api, "exchanged access_token"),
            ],
            answer: ANSWER,
            keeps: &[("access_token", "exchanged_token")],
            learns: &[(Party::Api, &["access_token", "exchanged_token", "API's own secret"])],
        },
        Step {
            id: "described",
            title: "The next API asks who calls",
            text: "The next API sees the person in sub and the API in act. If the app's grant is revoked or the person signs \
                   out, this token is inactive as well.",
            action: Action::Send(Request {
                parameters: &[parameter("token", "{exchanged_token}", "The exchanged token.", "RFC 7662 §2.1")],
                ..INTROSPECT
            }),
            arrows: &[
                arrow(Party::Api, Party::Server, "POST /introspect"),
                arrow(Party::Server, Party::Api, "active: true, with act"),
            ],
            answer: DESCRIBED,
            keeps: &[],
            learns: &[],
        },
    ],
    attacks: &[
        Attack {
            id: "scope",
            title: "Exchange for more than the token has",
            story: "The app was allowed to read. The API wants a token that can write.",
            acts: &[Act {
                says: "The request has a scope that the subject token does not have.",
                kind: ActKind::Repeat("exchange", &[Change::Set("scope", "write")]),
                expects: "invalid_scope",
            }],
            without: "Without the rule, each API could do everything with a token that allows little.",
            source: "RFC 8693 §2.1",
        },
        Attack {
            id: "stranger",
            title: "Exchange a token that was found",
            story: "A service has found the token of a person in a log. It has a secret, but the token is not for it.",
            acts: &[Act {
                says: "The service sends the token with its own secret.",
                kind: ActKind::Repeat("exchange", &[Change::As(Credentials::Basic(SERVICE, "{service_secret}"))]),
                expects: "unauthorized_client",
            }],
            without: "Without the rule, a stolen token would open every API, and not only its own.",
            source: "RFC 8693 §5",
        },
        Attack {
            id: "target",
            title: "Ask for an API out of reach",
            story: "The API asks for a token for an API that it is not registered for.",
            acts: &[Act {
                says: "The request names another API.",
                kind: ActKind::Repeat("exchange", &[Change::Set("resource", "https://payroll.example")]),
                expects: "invalid_target",
            }],
            without: "Without a list of targets, one API that is taken over would be the way to all others.",
            source: "RFC 8693 §2.2.2",
        },
        Attack {
            id: "refresh-token",
            title: "Exchange something else than an access token",
            story: "The API was handed a refresh token by a careless app.",
            acts: &[Act {
                says: "The request says that the subject token is a refresh token.",
                kind: ActKind::Repeat(
                    "exchange",
                    &[Change::Set("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token")],
                ),
                expects: "invalid_request",
            }],
            without: "A refresh token is for its own app. Exchanged, it would give an API access for months.",
            source: "RFC 8693 §2.2.2",
        },
    ],
};
