//! Sign-out: an app ends the person's session at the server.

use crate::dev::explorer::flows::common::ARRIVE;
use crate::dev::explorer::flows::openid_connect::{MAKE_NONCE, TOKEN_OPENID, VISIT_OPENID};
use crate::dev::explorer::flows::refresh::REFRESH;
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Change, Credentials, Flow, Party, Request, Step, arrow, parameter,
};

const LOGOUT: Request = Request {
    method: "GET",
    path: "/logout",
    credentials: Credentials::None,
    parameters: &[
        parameter(
            "id_token_hint",
            "{id_token}",
            "The ID token of the sign-in. It proves that the app may sign this person out.",
            "OpenID Connect RP-Initiated Logout §2",
        ),
        parameter(
            "post_logout_redirect_uri",
            "{redirect_uri}",
            "The address to return to. The app registered it.",
            "OpenID Connect RP-Initiated Logout §2",
        ),
        parameter("state", "{state}", "A value that comes back.", "OpenID Connect RP-Initiated Logout §2"),
    ],
};

pub(crate) const FLOW: Flow = Flow {
    id: "sign-out",
    title: "Sign-out",
    summary: "An app ends the session at the server, and everything that rests on it.",
    usage: "Every app with a sign-out button. Deleting the app's own cookie leaves the person signed in at the server.",
    warning: None,
    sources: &["OpenID Connect RP-Initiated Logout", "OpenID Connect Back-Channel Logout"],
    steps: &[
        MAKE_NONCE,
        VISIT_OPENID,
        ARRIVE,
        TOKEN_OPENID,
        Step {
            id: "logout",
            title: "The browser goes to the sign-out endpoint",
            text: "The app sends the browser to the server with the ID token. The server ends the session of this browser without \
                   a question, because the ID token proves who asks, and sends the browser back.",
            action: Action::Visit(LOGOUT),
            arrows: &[
                arrow(Party::App, Party::Browser, "send the person to the server"),
                arrow(Party::Browser, Party::Server, "GET /logout with id_token_hint"),
            ],
            answer: &[],
            keeps: &[],
            learns: &[(Party::Browser, &["id_token"])],
        },
        Step {
            id: "back",
            title: "The browser is back at the app",
            text: "The server redirects to the registered address with the state. The app compares it, and shows that the person is signed out.",
            action: Action::Arrive("GET {redirect_path}?state={returned_state}"),
            arrows: &[arrow(Party::Server, Party::Browser, "303 redirect"), arrow(Party::Browser, Party::App, "state")],
            answer: &[parameter(
                "state",
                "{returned_state}",
                "The value from the request.",
                "OpenID Connect RP-Initiated Logout §3",
            )],
            keeps: &[],
            learns: &[],
        },
        Step {
            id: "refused",
            title: "The refresh token ended with the session",
            text: "The app's refresh token rested on the session. It is refused from the moment at which the sign-out was answered. \
                   Tokens with offline_access would live on.",
            action: Action::Send(REFRESH),
            arrows: &[
                arrow(Party::App, Party::Server, "POST /token with refresh_token"),
                arrow(Party::Server, Party::App, "invalid_grant"),
            ],
            answer: &[parameter("error", "", "invalid_grant: the session is over.", "RFC 6749 §5.2")],
            keeps: &[],
            learns: &[],
        },
    ],
    attacks: &[
        Attack {
            id: "forged-hint",
            title: "Forge the ID token",
            story: "A hostile site wants to sign people out, with an ID token that it made up.",
            acts: &[Act {
                says: "The signature of the hint is wrong.",
                kind: ActKind::Repeat("logout", &[Change::Set("id_token_hint", "{id_token}AAAA")]),
                expects: "",
            }],
            without: "Without the rule, any site could sign people out, or send them to its own address afterwards.",
            source: "OpenID Connect RP-Initiated Logout §4",
        },
        Attack {
            id: "redirect",
            title: "Return to the attacker's address",
            story: "The attacker has a genuine ID token and wants the browser to end up on a page that looks like the sign-in.",
            acts: &[Act {
                says: "The address is not registered.",
                kind: ActKind::Repeat(
                    "logout",
                    &[Change::Set("post_logout_redirect_uri", "https://evil.example/sign-in")],
                ),
                expects: "",
            }],
            without: "Without the rule, the sign-out is an open redirector with the server's good name.",
            source: "OpenID Connect RP-Initiated Logout §3",
        },
        Attack {
            id: "silent",
            title: "Come back after the sign-out without a sign-in",
            story: "After the sign-out, the app asks for a code and that no page is shown.",
            acts: &[Act {
                says: "Nobody is signed in on this browser. Try this after step 5.",
                kind: ActKind::Repeat("authorize", &[Change::Set("prompt", "none")]),
                expects: "login_required",
            }],
            without: "If only the app forgot the person, the next visitor of this browser would be signed in as them.",
            source: "OpenID Connect Core §3.1.2.6",
        },
    ],
};
