//! Attacks with tokens of a platform.

use crate::dev::explorer::flows::workload_identity::claims::{AUD, EXP, IAT, ISS, SUB, platform_token};
use crate::dev::explorer::model::{Act, ActKind, Attack, Change, Parameter, Signer, parameter};

const OTHER_SUB: Parameter = parameter("sub", "service:reports", "Another service.", "RFC 7523 §3");
const OTHER_AUD: Parameter = parameter("aud", "https://other.example", "Another server.", "RFC 7523 §3");
const OTHER_ISS: Parameter = parameter("iss", "https://evil.example", "A platform of the attacker.", "RFC 7523 §3");
const LATE_EXP: Parameter = parameter("exp", "{tomorrow}", "The end of its life, a day away.", "RFC 7523 §3");

/// The request of the service with the token that was signed for the attack.
const SENT: ActKind = ActKind::Repeat("token", &[Change::Set("client_assertion", "{forged_token}")]);

/// Describes the signing of the token for the attack.
const fn signed(signer: Signer, claims: &'static [Parameter]) -> ActKind {
    ActKind::Sign(platform_token("forged_token", signer, claims))
}

pub(crate) const ATTACKS: &[Attack] = &[
    Attack {
        id: "own-key",
        title: "Sign a token oneself",
        story: "iss, sub and the id of the key are public. The attacker writes them into a token, and signs it with an own key.",
        acts: &[
            Act {
                says: "The attacker signs the token.",
                kind: signed(Signer::Attacker, &[ISS, SUB, AUD, IAT, EXP]),
                expects: "",
            },
            Act { says: "The attacker sends it as the service.", kind: SENT, expects: "invalid_client" },
        ],
        without: "Without the check of the signature, everybody would be every service.",
        source: "RFC 7523 §3",
    },
    Attack {
        id: "other-service",
        title: "Come as another service of the platform",
        story: "The platform runs many services. One of them was taken over, and has a good token with its own name.",
        acts: &[
            Act {
                says: "The platform signs a token for the other service.",
                kind: signed(Signer::Honest, &[ISS, OTHER_SUB, AUD, IAT, EXP]),
                expects: "",
            },
            Act { says: "The other service sends it.", kind: SENT, expects: "invalid_client" },
        ],
        without: "If a prefix of sub were enough, one service that is taken over would open the doors of all.",
        source: "RFC 7523 §3",
    },
    Attack {
        id: "audience",
        title: "Pass on a token for another server",
        story: "The service shows a token of its platform to another server, whose owner passes it on to this one.",
        acts: &[
            Act {
                says: "The platform signs a token for the other server.",
                kind: signed(Signer::Honest, &[ISS, SUB, OTHER_AUD, IAT, EXP]),
                expects: "",
            },
            Act { says: "The owner of the other server sends it here.", kind: SENT, expects: "invalid_client" },
        ],
        without: "Without aud, every server that a service signs in to could sign in as the service everywhere.",
        source: "RFC 7523 §3",
    },
    Attack {
        id: "long-life",
        title: "Keep a token for a day",
        story: "A careless platform makes tokens that live for long. Somebody finds one in a log of yesterday.",
        acts: &[
            Act {
                says: "The platform signs a token that lives for a day.",
                kind: signed(Signer::Honest, &[ISS, SUB, AUD, IAT, LATE_EXP]),
                expects: "",
            },
            Act { says: "The token is sent.", kind: SENT, expects: "invalid_client" },
        ],
        without: "A platform's token may be sent many times, so nothing but its short life ends the use of a stolen one.",
        source: "RFC 7523 §3",
    },
    Attack {
        id: "own-platform",
        title: "Bring an own platform",
        story: "The attacker runs a platform with its own keys, and lets it vouch for the service.",
        acts: &[
            Act {
                says: "The attacker's platform signs a token.",
                kind: signed(Signer::Attacker, &[OTHER_ISS, SUB, AUD, IAT, EXP]),
                expects: "",
            },
            Act { says: "The attacker sends it as the service.", kind: SENT, expects: "invalid_client" },
        ],
        without: "If a server fetched the keys of whatever iss it reads, everybody could be a platform.",
        source: "RFC 7523 §3",
    },
];
