//! The refresh token grant.

use crate::dev::explorer::clients::APP;
use crate::dev::explorer::flows::common::{
    ACCESS_TOKEN, ARRIVE, EXPIRES_IN, MAKE, REFRESH_TOKEN, SCOPE, TOKEN, TOKEN_TYPE, VISIT,
};
use crate::dev::explorer::model::{
    Act, ActKind, Action, Arrow, Attack, Change, Credentials, Flow, Parameter, Party, Request, Step, arrow, parameter,
};

const GRANT_TYPE: Parameter =
    parameter("grant_type", "refresh_token", "The app continues a grant that it has.", "RFC 6749 §6");
const OWN_CLIENT_ID: Parameter =
    parameter("client_id", APP, "A refresh token is bound to the app that got it.", "RFC 6749 §6");

const fn request(parameters: &'static [Parameter]) -> Request {
    Request { method: "POST", path: "/token", credentials: Credentials::None, parameters }
}

/// The first use of a refresh token.
pub(crate) const REFRESH: Request = request(&[
    GRANT_TYPE,
    parameter("refresh_token", "{refresh_token}", "The token from the last answer.", "RFC 6749 §6"),
    OWN_CLIENT_ID,
]);

const AGAIN: Request = request(&[
    GRANT_TYPE,
    parameter("refresh_token", "{refresh_token_2}", "The second refresh token. The first is used up.", "RFC 6749 §6"),
    OWN_CLIENT_ID,
]);

const THIRD_TOKEN: Parameter =
    parameter("refresh_token", "{refresh_token_3}", "The third refresh token, which is the valid one.", "RFC 6749 §6");
const NEWEST: Request = request(&[GRANT_TYPE, THIRD_TOKEN, OWN_CLIENT_ID]);
const MORE_SCOPE: Request = request(&[
    GRANT_TYPE,
    THIRD_TOKEN,
    OWN_CLIENT_ID,
    parameter("scope", "write", "More than was granted.", "RFC 6749 §6"),
]);
const OTHER_CLIENT: Request = request(&[
    GRANT_TYPE,
    THIRD_TOKEN,
    parameter("client_id", "demo-app", "Another app than the one that got the token.", "RFC 6749 §6"),
]);

const ARROWS: &[Arrow] = &[
    arrow(Party::App, Party::Server, "POST /token with refresh_token"),
    arrow(Party::Server, Party::App, "next access_token and refresh_token"),
];
const ANSWER: &[Parameter] = &[ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, REFRESH_TOKEN, SCOPE];

pub(crate) const FLOW: Flow = Flow {
    id: "refresh",
    title: "Refresh tokens",
    summary: "An app gets the next access token without the person, and each refresh token works once.",
    usage: "Apps that work longer than an access token lives. Ask for offline_access if the app must go on after the person signs out.",
    warning: None,
    sources: &["RFC 6749 §6", "RFC 9700 §4.14"],
    steps: &[
        MAKE,
        VISIT,
        ARRIVE,
        TOKEN,
        Step {
            id: "refresh",
            title: "The app refreshes",
            text: "When the access token expires, the app sends its refresh token. It gets a new access token and a new refresh \
                   token; the old one is used up. This is called rotation.",
            action: Action::Send(REFRESH),
            arrows: ARROWS,
            answer: ANSWER,
            keeps: &[("access_token", "access_token"), ("refresh_token", "refresh_token_2")],
            learns: &[(Party::App, &["refresh_token_2"]), (Party::Server, &["refresh_token_2"])],
        },
        Step {
            id: "refresh-again",
            title: "The app refreshes again",
            text: "So it goes on, until the person signs out, the app stops for two weeks, or the grant is 90 days old.",
            action: Action::Send(AGAIN),
            arrows: ARROWS,
            answer: ANSWER,
            keeps: &[("access_token", "access_token"), ("refresh_token", "refresh_token_3")],
            learns: &[(Party::App, &["refresh_token_3"]), (Party::Server, &["refresh_token_3"])],
        },
    ],
    attacks: &[
        Attack {
            id: "scope",
            title: "Ask for more than was granted",
            story: "The app was allowed to read. At the refresh it asks to write.",
            acts: &[Act {
                says: "The request has a scope that the person did not allow.",
                kind: ActKind::Send(MORE_SCOPE),
                expects: "invalid_scope",
            }],
            without: "Without the rule, consent would be worth nothing after the first hour.",
            source: "RFC 6749 §6",
        },
        Attack {
            id: "other-client",
            title: "Use the refresh token as another app",
            story: "Another registered app has stolen the newest refresh token.",
            acts: &[Act {
                says: "The demo app sends the token of the explorer's app.",
                kind: ActKind::Send(OTHER_CLIENT),
                expects: "invalid_grant",
            }],
            without: "Without the rule, one bad app could live on the tokens of the others.",
            source: "RFC 6749 §10.4",
        },
        Attack {
            id: "steal",
            title: "Steal a refresh token and use it",
            story: "A thief copied the first refresh token, for example from a backup. Meanwhile the app has refreshed twice.",
            acts: &[
                Act { says: "The thief sends the old token.", kind: ActKind::Send(REFRESH), expects: "invalid_grant" },
                Act {
                    says: "The server cannot know who of the two is the thief, so it ends the grant: the newest token is refused too, and the person signs in again.",
                    kind: ActKind::Send(NEWEST),
                    expects: "invalid_grant",
                },
            ],
            without: "Without rotation, the thief keeps the access for as long as the grant lives, and nobody notices.",
            source: "RFC 9700 §4.14.2",
        },
        Attack {
            id: "unknown",
            title: "Invent a refresh token",
            story: "The attacker sends a token that this server never made.",
            acts: &[Act {
                says: "The token is invented.",
                kind: ActKind::Repeat("refresh", &[Change::Set("refresh_token", "jtr_invented")]),
                expects: "invalid_grant",
            }],
            without: "Tokens carry enough randomness that guessing one is hopeless.",
            source: "RFC 6749 §10.10",
        },
    ],
};
