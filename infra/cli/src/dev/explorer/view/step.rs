//! A step of a flow, as its page shows it.

use serde_json::{Value, json};

use crate::dev::explorer::facts::Facts;
use crate::dev::explorer::model::{Action, Arrow, Flow, Party, Step};
use crate::dev::explorer::view::filled::{ParameterView, Text};
use crate::dev::explorer::view::signed;
use crate::dev::explorer::wire::Planned;

/// The commands that make a verifier and its challenge in a terminal.
const MAKE_COMMAND: &str = "\
base64url() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
verifier=$(openssl rand 32 | base64url)
challenge=$(printf %s \"$verifier\" | openssl dgst -sha256 -binary | base64url)
state=$(openssl rand 16 | base64url)";

/// A step with everything that is known about it before it runs.
pub(crate) struct StepView {
    pub(crate) number: usize,
    pub(crate) of: &'static Step,
    pub(crate) parameters: Vec<ParameterView>,
    pub(crate) answer: Vec<ParameterView>,
    pub(crate) wire: Option<Text>,
    pub(crate) command: Option<Text>,
    pub(crate) knows: Vec<Known>,
    /// The work of the step for the script, as JSON.
    pub(crate) work: String,
}

/// The values that a party knows after a step.
pub(crate) struct Known {
    pub(crate) party: Party,
    pub(crate) values: Vec<KnownValue>,
}

/// A value, and whether the party has just learned it.
#[derive(Clone)]
pub(crate) struct KnownValue {
    pub(crate) name: &'static str,
    pub(crate) is_new: bool,
}

impl StepView {
    pub(crate) fn new(number: usize, of: &'static Step, knows: Vec<Known>, facts: &Facts) -> Self {
        let parameters = match (&of.action, of.request()) {
            (Action::Sign(signed), _) => signed.claims,
            (_, request) => request.map_or(&[][..], |request| request.parameters),
        };
        let view = |parameter| ParameterView::new(parameter, facts);
        Self {
            number,
            of,
            parameters: parameters.iter().map(view).collect(),
            answer: of.answer.iter().map(view).collect(),
            wire: wire(of, facts).map(Text::new),
            command: command(of, facts).map(Text::new),
            knows,
            work: work(of, facts).to_string(),
        }
    }

    /// The label of the button that runs the step.
    pub(crate) const fn label(&self) -> &'static str {
        match self.of.action {
            Action::Make(_) => "Make them",
            Action::Sign(_) => "Sign it",
            Action::Visit(_) => "Go to the server",
            Action::Open(_) => "Open the page in another window",
            Action::Arrive(_) => "Check the answer",
            Action::Send(_) => "Send the request",
            Action::Verify(_) => "Verify the token",
            Action::Enter => "Give them to the app",
            Action::Leak => "Request something from this page",
        }
    }

    /// The heading above what the step sends or signs.
    pub(crate) const fn sent(&self) -> &'static str {
        match self.of.action {
            Action::Sign(_) => "Claims",
            Action::Make(_)
            | Action::Visit(_)
            | Action::Open(_)
            | Action::Arrive(_)
            | Action::Send(_)
            | Action::Verify(_)
            | Action::Enter
            | Action::Leak => "Parameters",
        }
    }

    pub(crate) const fn asks_for_password(&self) -> bool {
        matches!(self.of.action, Action::Enter)
    }

    pub(crate) fn visits(&self) -> bool {
        let shows_sign_in = matches!(self.of.action, Action::Visit(_)) && self.of.id == "authorize";
        shows_sign_in || matches!(self.of.action, Action::Open(_))
    }
}

impl Arrow {
    /// The classes that place the arrow in the columns of the diagram.
    pub(crate) fn classes(&self) -> String {
        let (from, to) = (self.from.column(), self.to.column());
        let direction = match from.cmp(&to) {
            std::cmp::Ordering::Less => "right",
            std::cmp::Ordering::Greater => "left",
            std::cmp::Ordering::Equal => "own",
        };
        format!("arrow {direction} c{}{}", from.min(to), from.max(to))
    }
}

/// Returns, for each step, the values that each party knows after it.
pub(crate) fn knowledge(flow: &'static Flow) -> Vec<Vec<Known>> {
    let parties = flow.parties();
    let mut all: Vec<Vec<KnownValue>> = vec![Vec::new(); parties.len()];
    let mut after_each = Vec::new();
    for step in flow.steps {
        for (party, values) in parties.iter().zip(&mut all) {
            for value in values.iter_mut() {
                value.is_new = false;
            }
            let learned = step.learns.iter().filter(|(learner, _)| learner == party).flat_map(|(_, names)| *names);
            for name in learned {
                if !values.iter().any(|value| value.name == *name) {
                    values.push(KnownValue { name, is_new: true });
                }
            }
        }
        let known = parties.iter().zip(&all);
        after_each.push(known.map(|(party, values)| Known { party: *party, values: values.clone() }).collect());
    }
    after_each
}

fn wire(step: &Step, facts: &Facts) -> Option<String> {
    match (&step.action, step.request()) {
        (_, Some(request)) => Some(Planned::new(request, facts).on_the_wire()),
        (Action::Arrive(text), None) => Some(facts.fill(text)),
        (Action::Verify(_), None) => {
            Some(format!("GET {}/.well-known/jwks.json HTTP/1.1\nHost: {}", facts.base, facts.host()))
        }
        (Action::Leak, None) => Some(format!(
            "GET {0}/explorer/seen HTTP/1.1\nHost: {1}\nReferer: {2}/explorer/implicit?access_token={{access_token}}",
            facts.base,
            facts.host(),
            facts.issuer,
        )),
        (
            Action::Make(_) | Action::Sign(_) | Action::Enter | Action::Visit(_) | Action::Open(_) | Action::Send(_),
            None,
        ) => None,
    }
}

fn command(step: &Step, facts: &Facts) -> Option<String> {
    let issuer = &facts.issuer;
    match (&step.action, step.request()) {
        (_, Some(request)) => Some(Planned::new(request, facts).curl()),
        (Action::Make(_), None) => Some(MAKE_COMMAND.to_owned()),
        (Action::Arrive(_), None) => Some("curl -i '{callback_url}'".to_owned()),
        (Action::Verify(_), None) => Some(format!("curl {issuer}/.well-known/jwks.json")),
        (Action::Leak, None) => {
            Some(format!("curl -e '{issuer}/explorer/implicit?access_token={{access_token}}' {issuer}/explorer/seen"))
        }
        (Action::Sign(_) | Action::Enter | Action::Visit(_) | Action::Open(_) | Action::Send(_), None) => None,
    }
}

fn work(step: &Step, facts: &Facts) -> Value {
    let keeps: Vec<_> = step.keeps.iter().map(|(member, name)| json!([member, name])).collect();
    let work = match &step.action {
        Action::Make(names) => json!({ "kind": "make", "names": names }),
        Action::Sign(of) => signed::work(of, facts),
        Action::Visit(request) => json!({ "kind": "visit", "request": Planned::new(request, facts).to_json() }),
        Action::Open(request) => json!({ "kind": "open", "request": Planned::new(request, facts).to_json() }),
        Action::Arrive(_) => {
            json!({ "kind": "arrive", "checks_issuer": step.answer.iter().any(|of| of.name == "iss") })
        }
        Action::Send(request) => json!({ "kind": "send", "request": Planned::new(request, facts).to_json() }),
        Action::Verify(verified) => json!({
            "kind": "verify", "token": verified.token, "audience": facts.fill(verified.audience), "nonce": verified.nonce,
        }),
        Action::Enter => json!({ "kind": "enter" }),
        Action::Leak => json!({ "kind": "leak" }),
    };
    let mut work = work;
    if let Some(members) = work.as_object_mut() {
        members.insert("keeps".to_owned(), keeps.into());
        members.insert("may_fail".to_owned(), step.answer.iter().any(|of| of.name == "error").into());
    }
    work
}
