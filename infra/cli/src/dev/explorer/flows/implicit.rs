//! The implicit grant, and why nobody should use it.

use crate::dev::explorer::clients::{APP, LEGACY};
use crate::dev::explorer::flows::common::{
    ACCESS_TOKEN_CLAIMS, ANSWERED_ISS, ANSWERED_STATE, ASKED_SCOPE, MAKE, REDIRECT_URI, STATE, VISIT_ARROWS, visit,
};
use crate::dev::explorer::flows::introspection::INTROSPECT;
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Credentials, Flow, Party, Request, Step, Verified, Warning, arrow, parameter,
};

const METADATA: Request = Request {
    method: "GET",
    path: "/.well-known/oauth-authorization-server",
    credentials: Credentials::None,
    parameters: &[],
};

/// The same question of an app for which the grant is off. It is pushed, because no script sees the fragment in which a browser
/// would get the answer.
const PUSH: Request = Request {
    method: "POST",
    path: "/par",
    credentials: Credentials::None,
    parameters: &[
        parameter("response_type", "token", "The app asks for the token itself.", "RFC 6749 §4.2.1"),
        parameter("client_id", APP, "The explorer's other app.", "RFC 6749 §4.2.1"),
        REDIRECT_URI,
        ASKED_SCOPE,
        STATE,
    ],
};

pub(crate) const FLOW: Flow = Flow {
    id: "implicit",
    title: "Implicit",
    summary: "The token itself comes back in the address of the app. Nobody should use it.",
    usage: "Never. It was made for browsers of 2010, in which a page could not call another origin.",
    warning: Some(Warning {
        reasons: &[
            "The token lands in the address of a page: in the history, on the screen, in every script of the page and in whatever the page sends its address to.",
            "Nothing binds the token to the app that asked: there is no code, no verifier and no secret. Whoever reads it can use it.",
            "There is no refresh token, so apps ask for long tokens or go through hidden frames.",
        ],
        replacement: "authorization-code",
    }),
    sources: &["RFC 6749 §4.2", "RFC 9700 §2.1.2"],
    steps: &[
        Step {
            title: "The app makes a state",
            text: "There is nothing else to make: no verifier, because there is no code to protect.",
            action: Action::Make(&["state"]),
            arrows: &[arrow(Party::App, Party::App, "state")],
            learns: &[(Party::App, &["state"])],
            ..MAKE
        },
        Step {
            id: "authorize",
            title: "The browser asks for a token",
            text: "The app sends the browser to the server, which answers with the token itself. On this server the grant is off; it is \
                   open here for the explorer's own client only.",
            action: visit(&[
                parameter("response_type", "token", "The app asks for the token itself.", "RFC 6749 §4.2.1"),
                parameter("client_id", LEGACY, "The explorer's client for outdated grants.", "RFC 6749 §4.2.1"),
                REDIRECT_URI,
                ASKED_SCOPE,
                STATE,
            ]),
            arrows: VISIT_ARROWS,
            answer: &[],
            keeps: &[],
            learns: &[(Party::Browser, &["state", "password"]), (Party::Server, &["password"])],
        },
        Step {
            id: "arrive",
            title: "The token lands in the address",
            text: "The server redirects to the app with the token behind the #. Now it is in the address bar and in the history of \
                   the browser. Browser extensions and every script on the page can read it.",
            action: Action::Arrive(
                "{redirect_uri}#access_token={access_token}&token_type=Bearer&state={returned_state}&iss={encoded_issuer}",
            ),
            arrows: &[
                arrow(Party::Server, Party::Browser, "303 redirect with access_token"),
                arrow(Party::Browser, Party::App, "access_token in the address"),
            ],
            answer: &[
                parameter(
                    "access_token",
                    "{access_token}",
                    "The token, readable for everybody who sees the address.",
                    "RFC 6749 §4.2.2",
                ),
                ANSWERED_STATE,
                ANSWERED_ISS,
            ],
            keeps: &[],
            learns: &[
                (Party::Server, &["access_token"]),
                (Party::Browser, &["access_token"]),
                (Party::App, &["access_token"]),
            ],
        },
        Step {
            id: "leak",
            title: "The address goes elsewhere",
            text: "Apps copy the token from the fragment into the query, so that their server sees it. From then on, every picture, \
                   script and link of the page can carry it along in the Referer header. This page puts the token into its own \
                   address for a moment, makes one request to this server, and shows the Referer that arrived.",
            action: Action::Leak,
            arrows: &[arrow(Party::Browser, Party::Api, "Referer with access_token")],
            answer: &[parameter("Referer", "", "The address of the page, sent along with requests.", "RFC 9700 §4.2")],
            keeps: &[],
            learns: &[(Party::Api, &["access_token"])],
        },
        Step {
            id: "call",
            title: "Anybody can use the token",
            text: "The signature is genuine and the audience is right. Nothing in the token says who may present it.",
            action: Action::Verify(Verified { token: "access_token", audience: "{api}", nonce: false }),
            arrows: &[arrow(Party::App, Party::Api, "Authorization: Bearer access_token")],
            answer: ACCESS_TOKEN_CLAIMS,
            keeps: &[],
            learns: &[],
        },
    ],
    attacks: &[
        Attack {
            id: "history",
            title: "Press Back on a shared computer",
            story: "The next person at this browser presses Back, or opens the history. This leaves the page; come back with Forward or the link there.",
            acts: &[Act {
                says: "The browser goes back to the address that holds the token.",
                kind: ActKind::Back,
                expects: "",
            }],
            without: "A code in the same place is harmless: it was used up, and it needs the verifier.",
            source: "RFC 9700 §4.3.2",
        },
        Attack {
            id: "thief",
            title: "Use the token that was found there",
            story: "A thief copied the token from the history or from the log of the server that got the Referer, and calls the API with it.",
            acts: &[Act {
                says: "The API asks whether the token is good.",
                kind: ActKind::Send(INTROSPECT),
                expects: "active: true",
            }],
            without: "Nothing stops the thief. That is the point of this page.",
            source: "RFC 9700 §4.3.2",
        },
        Attack {
            id: "closed",
            title: "Ask as any other app",
            story: "The grant is off on this server. Another client asks for a token in the same way.",
            acts: &[
                Act {
                    says: "The explorer's other app pushes a request with response_type=token.",
                    kind: ActKind::Send(PUSH),
                    expects: "unsupported_response_type",
                },
                Act {
                    says: "The metadata do not list the response type either.",
                    kind: ActKind::Send(METADATA),
                    expects: "response_types_supported",
                },
            ],
            without: "While the grant is open for all apps, each of them can be attacked in these ways, even those that use codes.",
            source: "RFC 9700 §2.1.2",
        },
    ],
};
