//! Attacks on tokens that are bound to a key.

use crate::dev::explorer::flows::common::OWN_CLIENT_ID;
use crate::dev::explorer::flows::dpop::claims::{
    GET, IAT, JTI, POST, TOKEN_ENDPOINT, TOKEN_HASH, USERINFO_ENDPOINT, proof,
};
use crate::dev::explorer::model::{Act, ActKind, Attack, Change, Credentials, Parameter, Request, Signer, parameter};

/// The address of an API of the attacker.
const OTHER_ADDRESS: Parameter =
    parameter("htu", "https://evil.example/data", "The address that the app was lured to.", "RFC 9449 §4.2");
/// The hash of an empty text.
const OTHER_HASH: Parameter =
    parameter("ath", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU", "The hash of another token.", "RFC 9449 §4.2");

const REFRESH: Request = Request {
    method: "POST",
    path: "/token",
    credentials: Credentials::Proof("thief_proof"),
    parameters: &[
        parameter("grant_type", "refresh_token", "The thief wants the next token.", "RFC 6749 §6"),
        parameter("refresh_token", "{refresh_token}", "The stolen refresh token.", "RFC 6749 §6"),
        OWN_CLIENT_ID,
    ],
};

pub(crate) const ATTACKS: &[Attack] = &[
    Attack {
        id: "stolen-token",
        title: "Steal the access token",
        story: "The attacker reads the access token in a log, or with a script in the page. The private key stays in the app.",
        acts: &[
            Act {
                says: "The attacker sends the token as a bearer token.",
                kind: ActKind::Repeat("userinfo", &[Change::As(Credentials::Bearer("access_token"))]),
                expects: "invalid_token",
            },
            Act {
                says: "The attacker makes a key and signs a proof for this request, with the hash of the token.",
                kind: ActKind::Sign(proof(
                    "thief_proof",
                    Signer::Attacker,
                    &[GET, USERINFO_ENDPOINT, TOKEN_HASH, IAT, JTI],
                )),
                expects: "",
            },
            Act {
                says: "The attacker sends the token with this proof.",
                kind: ActKind::Repeat("userinfo", &[Change::As(Credentials::Dpop("access_token", "thief_proof"))]),
                expects: "invalid_token",
            },
        ],
        without: "A bearer token works for everyone who holds it, until it expires.",
        source: "RFC 9449 §7.1",
    },
    Attack {
        id: "replay",
        title: "Replay a proof",
        story: "The attacker records a whole request of the app: the token with its proof.",
        acts: &[Act {
            says: "The recorded request is sent again, as it was.",
            kind: ActKind::Repeat("userinfo", &[]),
            expects: "invalid_dpop_proof",
        }],
        without: "Without a memory of proofs, a recorded request would work for as long as its iat is recent.",
        source: "RFC 9449 §11.1",
    },
    Attack {
        id: "other-address",
        title: "Pass a proof on to another address",
        story: "The app is lured to an API of the attacker and sends its token there, with a good proof for that address.",
        acts: &[
            Act {
                says: "The app signs a proof for the address of the attacker.",
                kind: ActKind::Sign(proof("misled_proof", Signer::Honest, &[GET, OTHER_ADDRESS, TOKEN_HASH, IAT, JTI])),
                expects: "",
            },
            Act {
                says: "The attacker passes the token and the proof on to the real API.",
                kind: ActKind::Repeat("userinfo", &[Change::As(Credentials::Dpop("access_token", "misled_proof"))]),
                expects: "invalid_dpop_proof",
            },
        ],
        without: "Without htu, every API that an app talks to could act as the app everywhere else.",
        source: "RFC 9449 §4.3",
    },
    Attack {
        id: "other-token",
        title: "Use a proof with another token",
        story: "The attacker gets the app to sign a proof for a token that is worth little, and has a stolen one that is worth more.",
        acts: &[
            Act {
                says: "The app signs a proof with the hash of another token.",
                kind: ActKind::Sign(proof(
                    "other_proof",
                    Signer::Honest,
                    &[GET, USERINFO_ENDPOINT, OTHER_HASH, IAT, JTI],
                )),
                expects: "",
            },
            Act {
                says: "The attacker sends the stolen token with this proof.",
                kind: ActKind::Repeat("userinfo", &[Change::As(Credentials::Dpop("access_token", "other_proof"))]),
                expects: "invalid_dpop_proof",
            },
        ],
        without: "Without ath, a proof that was made for one token would serve for every token of the same key.",
        source: "RFC 9449 §4.3",
    },
    Attack {
        id: "stolen-refresh-token",
        title: "Steal the refresh token",
        story: "The attacker finds the refresh token in a backup of the device. It gives access for months.",
        acts: &[
            Act {
                says: "The attacker makes a key and signs a proof for the token endpoint.",
                kind: ActKind::Sign(proof("thief_proof", Signer::Attacker, &[POST, TOKEN_ENDPOINT, IAT, JTI])),
                expects: "",
            },
            Act {
                says: "The attacker asks for the next token, with the app's name and this proof.",
                kind: ActKind::Send(REFRESH),
                expects: "invalid_grant",
            },
        ],
        without: "The refresh token of an app without a secret would work for everyone who holds it.",
        source: "RFC 9449 §5",
    },
];
