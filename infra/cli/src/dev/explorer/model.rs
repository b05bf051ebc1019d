//! The vocabulary of the explorer: flows, their steps and the attacks on them, as data.
//!
//! A value may contain placeholders such as `{code}`. Those of [`crate::dev::explorer::facts::Facts`] are known before a
//! page is rendered; the page's script fills in the others as the flow goes on.

/// A flow, on a page of its own.
pub(crate) struct Flow {
    /// The last part of the page's path.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) summary: &'static str,
    /// The cases in which to choose this flow.
    pub(crate) usage: &'static str,
    /// The reason why nobody should use this flow, and its replacement.
    pub(crate) warning: Option<Warning>,
    pub(crate) sources: &'static [&'static str],
    pub(crate) steps: &'static [Step],
    pub(crate) attacks: &'static [Attack],
}

/// The reason why nobody should use a flow.
pub(crate) struct Warning {
    pub(crate) reasons: &'static [&'static str],
    /// The id of the flow that replaces it.
    pub(crate) replacement: &'static str,
}

/// The participants of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    /// The platform that runs a service, in flows without a browser.
    Platform,
    /// The identity provider of a company, in flows without a browser.
    Provider,
    Browser,
    App,
    Server,
    Api,
    /// The authorization server of others.
    OtherServer,
}

impl Party {
    /// The heading of the column, with the place where a narrow one may break it.
    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Self::Server => "Authori\u{ad}zation server",
            Self::Platform | Self::Provider | Self::Browser | Self::App | Self::Api | Self::OtherServer => self.name(),
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Platform => "Platform",
            Self::Provider => "Identity provider",
            Self::Browser => "Browser",
            Self::App => "App",
            Self::Server => "Authorization server",
            Self::Api => "API",
            Self::OtherServer => "Other server",
        }
    }

    /// The number of its column in the diagram.
    pub(crate) const fn column(self) -> usize {
        match self {
            Self::Platform | Self::Provider | Self::Browser => 1,
            Self::App => 2,
            Self::Server => 3,
            Self::Api | Self::OtherServer => 4,
        }
    }
}

/// One step of a flow.
pub(crate) struct Step {
    /// The name of the step, unique in its flow.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
    pub(crate) action: Action,
    pub(crate) arrows: &'static [Arrow],
    /// The members of the answer, or the claims of the token that is checked.
    pub(crate) answer: &'static [Parameter],
    /// The members of a JSON answer to keep, each with the placeholder that it fills.
    pub(crate) keeps: &'static [(&'static str, &'static str)],
    /// The values that a party knows for the first time after this step.
    pub(crate) learns: &'static [(Party, &'static [&'static str])],
}

/// An arrow of the sequence diagram.
pub(crate) struct Arrow {
    pub(crate) from: Party,
    pub(crate) to: Party,
    pub(crate) label: &'static str,
}

/// The work of a step.
pub(crate) enum Action {
    /// The app makes random values, and a key pair if `dpop_key` is one of them.
    Make(&'static [&'static str]),
    /// The app or the platform signs a JWT.
    Sign(Signed),
    /// The browser goes to the authorization server.
    Visit(Request),
    /// The browser of the person opens a page of the authorization server beside this one.
    Open(Request),
    /// The browser is back at the app, which checks the answer; the text shows the answer on the wire.
    Arrive(&'static str),
    /// The app or the API sends a request.
    Send(Request),
    /// The signature and the claims of a token are checked with the server's public keys.
    Verify(Verified),
    /// The person types a username and a password into the app.
    Enter,
    /// The browser requests something of a page whose address contains a token.
    Leak,
}

/// The token that a step verifies, and the expected values of its claims.
#[derive(Clone, Copy)]
pub(crate) struct Verified {
    /// The placeholder of the token.
    pub(crate) token: &'static str,
    pub(crate) audience: &'static str,
    /// Set for an ID token: its `nonce` must be the one that the app made.
    pub(crate) nonce: bool,
}

/// A JWT that the page signs. A claim's value may be `{now}`, `{in_5_minutes}`, `{tomorrow}`, `{random}` or
/// `{hash_of_access_token}`, which the script knows when it signs.
#[derive(Clone, Copy)]
pub(crate) struct Signed {
    /// The placeholder that the JWT fills.
    pub(crate) fills: &'static str,
    pub(crate) form: SignedForm,
    pub(crate) signer: Signer,
    pub(crate) claims: &'static [Parameter],
}

/// The form of a JWT that the page signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignedForm {
    /// A DPoP proof, whose header contains the public key.
    Proof,
    /// A token of the platform, whose header names the key.
    PlatformToken,
    /// An assertion of the identity provider, whose header names the key.
    IdentityAssertion,
}

/// The owner of the key that signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signer {
    /// The app with the key that it made, or the platform or the identity provider with its own.
    Honest,
    /// An attacker, with a key made for the attack.
    Attacker,
}

/// A request to the server.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) credentials: Credentials,
    pub(crate) parameters: &'static [Parameter],
}

/// The credentials in the headers of a request.
#[derive(Clone, Copy)]
pub(crate) enum Credentials {
    None,
    /// HTTP Basic with a client id and its secret.
    Basic(&'static str, &'static str),
    /// The access token in this placeholder.
    Bearer(&'static str),
    /// The DPoP proof in this placeholder.
    Proof(&'static str),
    /// The access token in the first placeholder, with the DPoP proof in the second.
    Dpop(&'static str, &'static str),
}

/// A parameter of a request, a member of an answer, or a claim of a token.
#[derive(Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
    pub(crate) meaning: &'static str,
    /// The specification and its section.
    pub(crate) source: &'static str,
}

/// An attack, or a fault of an app, that the reader can try.
pub(crate) struct Attack {
    /// The name of the attack, unique in its flow.
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) story: &'static str,
    pub(crate) acts: &'static [Act],
    /// The gain of an attacker on a server without the rule.
    pub(crate) without: &'static str,
    pub(crate) source: &'static str,
}

/// One request or check of an attack.
pub(crate) struct Act {
    pub(crate) says: &'static str,
    pub(crate) kind: ActKind,
    /// The expected `error`, or the beginning of the answer where it is not an error.
    pub(crate) expects: &'static str,
}

/// The form of an act.
pub(crate) enum ActKind {
    /// The request of a step with these changes.
    Repeat(&'static str, &'static [Change]),
    /// A request that no step makes.
    Send(Request),
    /// A JWT that is signed for the next request.
    Sign(Signed),
    /// A check in the page, which the app makes.
    Check(Check),
    /// The browser goes back to the page that held the token.
    Back,
}

/// A change of a step's request.
pub(crate) enum Change {
    Leave(&'static str),
    Set(&'static str, &'static str),
    InQuery(&'static str),
    As(Credentials),
}

/// A check that an app makes, on a forged value.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    State,
    Nonce,
    Signature,
    Unsigned,
}

impl Check {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Nonce => "nonce",
            Self::Signature => "signature",
            Self::Unsigned => "unsigned",
        }
    }
}

impl Flow {
    /// Returns the participants, in the order of the diagram's columns.
    pub(crate) fn parties(&self) -> [Party; 4] {
        let drawn = |column| {
            let arrows = self.steps.iter().flat_map(|step| step.arrows);
            arrows.flat_map(|arrow| [arrow.from, arrow.to]).find(|party| party.column() == column)
        };
        [drawn(1).unwrap_or(Party::Browser), Party::App, Party::Server, drawn(4).unwrap_or(Party::Api)]
    }

    pub(crate) fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }
}

impl Step {
    pub(crate) const fn request(&self) -> Option<&Request> {
        match &self.action {
            Action::Visit(request) | Action::Open(request) | Action::Send(request) => Some(request),
            Action::Make(_)
            | Action::Sign(_)
            | Action::Arrive(_)
            | Action::Verify(_)
            | Action::Enter
            | Action::Leak => None,
        }
    }
}

/// Builds a parameter with its meaning and source.
pub(crate) const fn parameter(
    name: &'static str,
    value: &'static str,
    meaning: &'static str,
    source: &'static str,
) -> Parameter {
    Parameter { name, value, meaning, source }
}

/// Builds an arrow of the diagram.
pub(crate) const fn arrow(from: Party, to: Party, label: &'static str) -> Arrow {
    Arrow { from, to, label }
}
