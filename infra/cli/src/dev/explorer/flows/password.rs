//! The resource owner password grant, and why nobody should use it.

use crate::dev::explorer::clients::{APP, LEGACY};
use crate::dev::explorer::flows::common::{ACCESS_TOKEN, ASKED_SCOPE, CALL_API, EXPIRES_IN, SCOPE, TOKEN_TYPE};
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Change, Credentials, Flow, Party, Request, Step, Warning, arrow, parameter,
};

pub(crate) const FLOW: Flow = Flow {
    id: "password",
    title: "Password",
    summary: "The person types their password into the app. Nobody should use it.",
    usage: "Never. OAuth was invented so that people do not have to give their password to apps.",
    warning: Some(Warning {
        reasons: &[
            "The app sees the password. It can keep it, lose it, and sign in as the person wherever the password is used.",
            "People learn to type their password into whatever asks for it, which is what phishing needs.",
            "There is no place for a second factor, a passkey, or a page that says what the app will be allowed to do.",
        ],
        replacement: "authorization-code",
    }),
    sources: &["RFC 6749 §4.3", "RFC 9700 §2.4"],
    steps: &[
        Step {
            id: "enter",
            title: "The person types the password into the app",
            text: "This form belongs to the app, not to the server. Type the demo user's name and password. From now on the app has them.",
            action: Action::Enter,
            arrows: &[arrow(Party::Browser, Party::App, "username and password")],
            answer: &[],
            keeps: &[],
            learns: &[(Party::Browser, &["password"]), (Party::App, &["password"])],
        },
        Step {
            id: "token",
            title: "The app sends the password to the server",
            text: "The app exchanges the password for a token. There is no sign-in page and no consent page: nobody asked the person what \
                   the app may do. On this server the grant is off; it is open here for the explorer's own client only.",
            action: Action::Send(Request {
                method: "POST",
                path: "/token",
                credentials: Credentials::None,
                parameters: &[
                    parameter("grant_type", "password", "The app has the person's password.", "RFC 6749 §4.3.2"),
                    parameter("username", "{username}", "The person's username, as the app got it.", "RFC 6749 §4.3.2"),
                    parameter(
                        "password",
                        "{password}",
                        "The person's password, readable for the app.",
                        "RFC 6749 §4.3.2",
                    ),
                    parameter("client_id", LEGACY, "The explorer's client for outdated grants.", "RFC 6749 §3.2.1"),
                    ASKED_SCOPE,
                ],
            }),
            arrows: &[
                arrow(Party::App, Party::Server, "POST /token with password"),
                arrow(Party::Server, Party::App, "access_token"),
            ],
            answer: &[ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, SCOPE],
            keeps: &[("access_token", "access_token")],
            learns: &[(Party::App, &["access_token"]), (Party::Server, &["password", "access_token"])],
        },
        CALL_API,
    ],
    attacks: &[
        Attack {
            id: "more",
            title: "The app takes more than it showed",
            story: "The app has the password, so it does not have to ask anybody. It asks for write access too.",
            acts: &[Act {
                says: "Nobody sees this request, and it succeeds.",
                kind: ActKind::Repeat("token", &[Change::Set("scope", "read write")]),
                expects: "200",
            }],
            without: "With a code, the person would have seen a consent page with this scope, and could have said no.",
            source: "RFC 9700 §2.4",
        },
        Attack {
            id: "wrong",
            title: "Guess passwords through the app",
            story: "The attacker tries passwords. There is no page in between that could slow a program down.",
            acts: &[Act {
                says: "The password is wrong. After five of them, each guess has to wait.",
                kind: ActKind::Repeat("token", &[Change::Set("password", "password123")]),
                expects: "invalid_grant",
            }],
            without: "The server counts guesses as on its sign-in page, but it cannot ask for a second factor here.",
            source: "RFC 6749 §4.3.2",
        },
        Attack {
            id: "closed",
            title: "Ask as any other app",
            story: "The grant is off on this server. Another client sends the same request.",
            acts: &[Act {
                says: "The explorer's other app sends the password.",
                kind: ActKind::Repeat("token", &[Change::Set("client_id", APP)]),
                expects: "unsupported_grant_type",
            }],
            without: "While the grant is open for all apps, each of them can collect passwords.",
            source: "RFC 9700 §2.4",
        },
    ],
};
