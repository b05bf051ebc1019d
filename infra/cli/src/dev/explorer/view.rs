//! The explorer's pages: what their templates are filled with.

mod attack;
mod filled;
pub(crate) mod qr;
mod signed;
mod step;

use askama::Template;
use protocol::Parameters;
use serde_json::json;

use crate::dev::demo::{PASSWORD, USERNAME};
use crate::dev::explorer::facts::Facts;
use crate::dev::explorer::flows;
use crate::dev::explorer::model::{Flow, Party};
use crate::dev::explorer::view::attack::AttackView;
use crate::dev::explorer::view::step::{StepView, knowledge};

/// The index page: all flows, and how to choose one.
#[derive(Template)]
#[template(path = "explorer_index.html")]
pub(crate) struct Index<'a> {
    base: &'a str,
    flows: &'static [Flow],
}

/// The page of a flow.
#[derive(Template)]
#[template(path = "explorer_flow.html")]
pub(crate) struct FlowPage<'a> {
    base: &'a str,
    flow: &'static Flow,
    parties: [Party; 4],
    replacement: Option<&'static Flow>,
    steps: Vec<StepView>,
    attacks: Vec<AttackView>,
    username: &'static str,
    password: &'static str,
    /// The facts for the script, as JSON.
    facts: String,
}

/// The app's redirect URI, to which the server sends the browser.
#[derive(Template)]
#[template(path = "explorer_callback.html")]
pub(crate) struct Callback<'a> {
    base: &'a str,
    answer: Vec<(&'static str, String)>,
    facts: String,
}

impl<'a> Index<'a> {
    pub(crate) fn new(facts: &'a Facts) -> Self {
        Self { base: &facts.base, flows: flows::ALL }
    }
}

impl<'a> FlowPage<'a> {
    pub(crate) fn new(flow: &'static Flow, facts: &'a Facts) -> Self {
        let known = knowledge(flow);
        let steps = flow.steps.iter().zip(known).enumerate();
        Self {
            base: &facts.base,
            flow,
            parties: flow.parties(),
            replacement: flow.warning.as_ref().and_then(|warning| flows::find(warning.replacement)),
            steps: steps.map(|(index, (step, knows))| StepView::new(index + 1, step, knows, facts)).collect(),
            attacks: flow.attacks.iter().map(|attack| AttackView::new(flow, attack, facts)).collect(),
            username: USERNAME,
            password: PASSWORD,
            facts: for_script(facts),
        }
    }
}

impl<'a> Callback<'a> {
    /// Shows the parameters of an answer that stand in the query.
    pub(crate) fn new(facts: &'a Facts, query: &Parameters) -> Self {
        let names = ["code", "state", "iss", "error", "error_description"];
        let one = |name: &'static str| Some((name, query.one(name).ok().flatten()?.to_owned()));
        Self { base: &facts.base, answer: names.into_iter().filter_map(one).collect(), facts: for_script(facts) }
    }
}

/// Returns what the script of a page has to know about the server.
fn for_script(facts: &Facts) -> String {
    json!({ "issuer": facts.issuer, "base": facts.base }).to_string()
}
