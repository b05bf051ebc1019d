//! Revocation: an app gives its tokens back.

use crate::dev::explorer::clients::{APP, LEGACY};
use crate::dev::explorer::flows::common::{ARRIVE, MAKE, TOKEN, VISIT};
use crate::dev::explorer::flows::introspection::{ANSWER, INTROSPECT};
use crate::dev::explorer::flows::refresh::REFRESH;
use crate::dev::explorer::model::{
    Act, ActKind, Action, Arrow, Attack, Change, Credentials, Flow, Party, Request, Step, arrow, parameter,
};

const REVOKE: Request = Request {
    method: "POST",
    path: "/revoke",
    credentials: Credentials::None,
    parameters: &[
        parameter(
            "token",
            "{refresh_token}",
            "The token to end. A refresh token ends the whole grant.",
            "RFC 7009 §2.1",
        ),
        parameter("token_type_hint", "refresh_token", "A hint for the search.", "RFC 7009 §2.1"),
        parameter("client_id", APP, "Only the app that got the token can end it.", "RFC 7009 §2.1"),
    ],
};

const ASK: &[Arrow] =
    &[arrow(Party::Api, Party::Server, "POST /introspect"), arrow(Party::Server, Party::Api, "active or not")];

pub(crate) const FLOW: Flow = Flow {
    id: "revocation",
    title: "Revocation",
    summary: "An app gives its tokens back, and they are dead at once.",
    usage: "Apps whose person disconnects them or signs out. Operators use the jeton command instead.",
    warning: None,
    sources: &["RFC 7009", "RFC 7662"],
    steps: &[
        MAKE,
        VISIT,
        ARRIVE,
        TOKEN,
        Step {
            id: "before",
            title: "The API asks: the token is active",
            text: "First the proof that the access token works.",
            action: Action::Send(INTROSPECT),
            arrows: ASK,
            answer: ANSWER,
            keeps: &[],
            learns: &[(Party::Api, &["access_token", "API's own secret"])],
        },
        Step {
            id: "revoke",
            title: "The app revokes its refresh token",
            text: "The app gives the refresh token back. With it goes the grant, and with the grant go all its access tokens. The \
                   answer is 200 with an empty document for any token, known or not, so that it reveals nothing.",
            action: Action::Send(REVOKE),
            arrows: &[
                arrow(Party::App, Party::Server, "POST /revoke with refresh_token"),
                arrow(Party::Server, Party::App, "200"),
            ],
            answer: &[],
            keeps: &[],
            learns: &[],
        },
        Step {
            id: "after",
            title: "The API asks again: the token is inactive",
            text: "The same access token, a moment later.",
            action: Action::Send(INTROSPECT),
            arrows: ASK,
            answer: &[parameter("active", "", "false: the token is not good any more.", "RFC 7662 §2.2")],
            keeps: &[],
            learns: &[],
        },
    ],
    attacks: &[
        Attack {
            id: "other-client",
            title: "Revoke the token of another app",
            story: "A hostile app wants to throw people out of the explorer's app. Try this before step 6: the token stays active.",
            acts: &[
                Act {
                    says: "Another app sends the refresh token. The answer is 200, as for every token.",
                    kind: ActKind::Repeat("revoke", &[Change::Set("client_id", LEGACY)]),
                    expects: "200",
                },
                Act {
                    says: "Nothing happened: the answer is the same as before the attack.",
                    kind: ActKind::Repeat("before", &[]),
                    expects: "active:",
                },
            ],
            without: "Without the rule, every app could end the grants of all others.",
            source: "RFC 7009 §2.1",
        },
        Attack {
            id: "nobody",
            title: "Revoke without saying who asks",
            story: "Somebody sends a token and no client_id.",
            acts: &[Act {
                says: "The request names no client.",
                kind: ActKind::Repeat("revoke", &[Change::Leave("client_id")]),
                expects: "invalid_client",
            }],
            without: "Without the rule, whoever found a token could end the grant behind it.",
            source: "RFC 7009 §2.1",
        },
        Attack {
            id: "use-after",
            title: "Use the token after the revocation",
            story: "A thief has a copy of the refresh token. Try this after step 6.",
            acts: &[Act {
                says: "The thief refreshes with the revoked token.",
                kind: ActKind::Send(REFRESH),
                expects: "invalid_grant",
            }],
            without: "If only the app forgot its tokens, the thief's copy would go on working.",
            source: "RFC 7009 §2",
        },
        Attack {
            id: "invented",
            title: "Revoke with a secret that this app does not have",
            story: "The attacker pretends to be the API's client.",
            acts: &[Act {
                says: "The secret is wrong.",
                kind: ActKind::Repeat(
                    "revoke",
                    &[Change::Leave("client_id"), Change::As(Credentials::Basic("explorer-api", "guess"))],
                ),
                expects: "invalid_client",
            }],
            without: "A name alone proves nothing for a client that has a secret.",
            source: "RFC 6749 §2.3",
        },
    ],
};
