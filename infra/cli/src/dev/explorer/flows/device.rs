//! The device authorization grant.

use crate::dev::explorer::clients::{APP, DEVICE};
use crate::dev::explorer::flows::common::{ACCESS_TOKEN, ASKED_SCOPE, CALL_API, EXPIRES_IN, SCOPE, TOKEN_TYPE};
use crate::dev::explorer::model::{
    Act, ActKind, Action, Attack, Change, Credentials, Flow, Parameter, Party, Request, Step, arrow, parameter,
};

const OWN_CLIENT_ID: Parameter =
    parameter("client_id", DEVICE, "A public client has no secret, so it only says who it is.", "RFC 8628 §3.1");

/// A poll of the device.
const POLL: Request = Request {
    method: "POST",
    path: "/token",
    credentials: Credentials::None,
    parameters: &[
        parameter(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:device_code",
            "The device asks whether the person has answered.",
            "RFC 8628 §3.4",
        ),
        parameter("device_code", "{device_code}", "The code that only the device knows.", "RFC 8628 §3.4"),
        OWN_CLIENT_ID,
    ],
};

const START: Step = Step {
    id: "start",
    title: "The device asks for codes",
    text: "A television has no keyboard and no browser. It gets a long code for itself and a short one to show, and the address where \
           a person enters it.",
    action: Action::Send(Request {
        method: "POST",
        path: "/device_authorization",
        credentials: Credentials::None,
        parameters: &[OWN_CLIENT_ID, ASKED_SCOPE],
    }),
    arrows: &[
        arrow(Party::App, Party::Server, "POST /device_authorization"),
        arrow(Party::Server, Party::App, "device_code, user_code"),
    ],
    answer: &[
        parameter(
            "device_code",
            "",
            "The code with which the device polls. It never leaves the device.",
            "RFC 8628 §3.2",
        ),
        parameter("user_code", "", "The code that the person enters: 8 letters, none a vowel.", "RFC 8628 §6.1"),
        parameter("verification_uri", "", "The address to show beside the code.", "RFC 8628 §3.2"),
        parameter("verification_uri_complete", "", "The same with the code in it, for a QR code.", "RFC 8628 §3.3.1"),
        parameter("expires_in", "", "The lifetime of both codes in seconds.", "RFC 8628 §3.2"),
        parameter("interval", "", "The seconds to wait between two polls.", "RFC 8628 §3.2"),
    ],
    keeps: &[("device_code", "device_code"), ("user_code", "user_code")],
    learns: &[(Party::App, &["device_code", "user_code"]), (Party::Server, &["hash of device_code", "user_code"])],
};

const PENDING: Step = Step {
    id: "pending",
    title: "The device asks whether the person has answered",
    text: "It asks again after each interval. A request before that is slow_down, and the interval is 5 seconds longer from then on.",
    action: Action::Send(POLL),
    arrows: &[
        arrow(Party::App, Party::Server, "POST /token with device_code"),
        arrow(Party::Server, Party::App, "authorization_pending"),
    ],
    answer: &[parameter("error", "", "Nobody has answered yet: authorization_pending.", "RFC 8628 §3.5")],
    keeps: &[],
    learns: &[],
};

const ANSWER: Step = Step {
    id: "answer",
    title: "The person answers in a browser of their own",
    text: "The link has the code in it. The page asks whether the device shows the same code, since an attacker may have sent the link: \
           allow only what you started yourself. Then come back to this page.",
    action: Action::Open(Request {
        method: "GET",
        path: "/device",
        credentials: Credentials::None,
        parameters: &[parameter("user_code", "{user_code}", "The code that the device shows.", "RFC 8628 §3.3.1")],
    }),
    arrows: &[arrow(Party::Browser, Party::Server, "user_code, sign-in, Allow")],
    answer: &[],
    keeps: &[],
    learns: &[(Party::Browser, &["user_code"])],
};

const TOKEN: Step = Step {
    id: "token",
    title: "The device gets the token",
    text: "The same request as before. Once the person has decided, it is answered whenever it comes, and the token is given out once.",
    action: Action::Send(POLL),
    arrows: &[
        arrow(Party::App, Party::Server, "POST /token with device_code"),
        arrow(Party::Server, Party::App, "access_token"),
    ],
    answer: &[ACCESS_TOKEN, TOKEN_TYPE, EXPIRES_IN, SCOPE],
    keeps: &[("access_token", "access_token")],
    learns: &[(Party::App, &["access_token"]), (Party::Server, &["access_token"])],
};

pub(crate) const FLOW: Flow = Flow {
    id: "device",
    title: "Device code",
    summary: "A device without a browser shows a code, and a person answers for it elsewhere.",
    usage: "Televisions, printers, and command line tools on another machine. An app that can open a browser uses a code instead: \
            here nothing binds the device to the browser of the person.",
    warning: None,
    sources: &["RFC 8628", "RFC 10027"],
    steps: &[START, PENDING, ANSWER, TOKEN, CALL_API],
    attacks: &[
        Attack {
            id: "again",
            title: "Use the device code again",
            story: "Somebody reads the device code in the memory of the device, after it was used.",
            acts: &[Act {
                says: "The same poll once more.",
                kind: ActKind::Repeat("token", &[]),
                expects: "invalid_grant",
            }],
            without: "Without the rule, one answer of a person would give any number of tokens.",
            source: "RFC 8628 §3.5",
        },
        Attack {
            id: "other-client",
            title: "Poll as another app",
            story: "An app that got hold of the device code polls with it.",
            acts: &[Act {
                says: "client_id is that of an app which is not registered for devices.",
                kind: ActKind::Repeat("token", &[Change::Set("client_id", APP)]),
                expects: "unauthorized_client",
            }],
            without: "Without the rule, every app could ask people for codes, and the person would see another name than the one that gets the token.",
            source: "RFC 8628 §5.4",
        },
        Attack {
            id: "scope",
            title: "Ask for more than the device may have",
            story: "A device that was taken over asks for the scope of an administrator.",
            acts: &[Act {
                says: "scope is admin.",
                kind: ActKind::Repeat("start", &[Change::Set("scope", "admin")]),
                expects: "invalid_scope",
            }],
            without: "Without the rule, all that protects the person is reading the page with care.",
            source: "RFC 8628 §3.1",
        },
    ],
};
