//! Pushed authorization requests: the app sends its request itself, and the browser brings a reference.

use crate::dev::explorer::flows::common::{
    ARRIVE, ASKED_SCOPE, CLIENT_ID, CODE_CHALLENGE, CODE_CHALLENGE_METHOD, MAKE, REDIRECT_URI, RESPONSE_TYPE, STATE,
    TOKEN, VISIT, VISIT_ARROWS,
};
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Change, Credentials, Flow, Party, Request, Step, arrow, parameter,
};

const PUSH: Request = Request {
    method: "POST",
    path: "/par",
    credentials: Credentials::None,
    parameters: &[RESPONSE_TYPE, CLIENT_ID, REDIRECT_URI, ASKED_SCOPE, STATE, CODE_CHALLENGE, CODE_CHALLENGE_METHOD],
};

const VISIT_PUSHED: Request = Request {
    method: "GET",
    path: "/authorize",
    credentials: Credentials::None,
    parameters: &[
        CLIENT_ID,
        parameter(
            "request_uri",
            "{request_uri}",
            "The reference to the request that waits at the server.",
            "RFC 9126 §4",
        ),
    ],
};

pub(crate) const FLOW: Flow = Flow {
    id: "pushed-requests",
    title: "Pushed authorization requests",
    summary: "An app sends its authorization request itself, and the browser carries only a reference to it.",
    usage: "Apps with large requests, or with requests that nobody may read or change on the way. FAPI 2.0 demands it.",
    warning: None,
    sources: &["RFC 9126"],
    steps: &[
        MAKE,
        Step {
            id: "push",
            title: "The app pushes its request",
            text: "The app sends the parameters of its authorization request to the server, and proves itself as at the \
                   token endpoint. The server checks everything at once, keeps the request for a minute and answers \
                   with a reference. This app is public, so it only names itself.",
            action: Action::Send(PUSH),
            arrows: &[
                arrow(Party::App, Party::Server, "POST /par with the whole request"),
                arrow(Party::Server, Party::App, "201 with request_uri"),
            ],
            answer: &[
                parameter("request_uri", "", "The reference. Nobody can guess it.", "RFC 9126 §2.2"),
                parameter("expires_in", "", "The seconds within which the browser must bring it.", "RFC 9126 §2.2"),
            ],
            keeps: &[("request_uri", "request_uri")],
            learns: &[(Party::App, &["request_uri"]), (Party::Server, &["code_challenge", "state", "request_uri"])],
        },
        Step {
            title: "The browser brings the reference",
            text: "The address has the name of the app and the reference, and nothing else. Whoever reads or changes it \
                   learns and changes nothing of the request.",
            action: Action::Visit(VISIT_PUSHED),
            arrows: VISIT_ARROWS,
            learns: &[(Party::Browser, &["request_uri", "password"]), (Party::Server, &["password"])],
            ..VISIT
        },
        ARRIVE,
        TOKEN,
    ],
    attacks: &[
        Attack {
            id: "used",
            title: "Use the reference again",
            story: "The attacker finds the reference in the history of the browser, after the person has answered.",
            acts: &[Act {
                says: "The browser brings the same reference once more.",
                kind: ActKind::Repeat("authorize", &[]),
                expects: "",
            }],
            without: "Without the rule, one request could be answered by several people, each for the same app.",
            source: "RFC 9126 §7.3",
        },
        Attack {
            id: "other-client",
            title: "Bring the reference as another app",
            story: "Another registered app sends the browser with a reference that it did not get.",
            acts: &[Act {
                says: "The demo app names the reference of the explorer's app.",
                kind: ActKind::Repeat("authorize", &[Change::Set("client_id", "demo-app")]),
                expects: "",
            }],
            without: "Without the rule, apps could mix up whose request a person answers.",
            source: "RFC 9126 §2.2",
        },
        Attack {
            id: "redirect",
            title: "Push another redirect URI",
            story: "The attacker pushes a request in the app's name, with an own address for the answer.",
            acts: &[Act {
                says: "The address is not registered, and the server says so before any person sees a page.",
                kind: ActKind::Repeat("push", &[Change::Set("redirect_uri", "https://evil.example/callback")]),
                expects: "invalid_request",
            }],
            without: "Without the rule, the code of everybody who follows the link goes to the attacker.",
            source: "RFC 9126 §2.1",
        },
        Attack {
            id: "nested",
            title: "Push a reference",
            story: "The attacker pushes a reference to another request instead of a request.",
            acts: &[Act {
                says: "The pushed request has a request_uri.",
                kind: ActKind::Repeat("push", &[Change::Set("request_uri", "{request_uri}")]),
                expects: "invalid_request",
            }],
            without: "Without the rule, requests could refer to each other without end.",
            source: "RFC 9126 §2.1",
        },
    ],
};
