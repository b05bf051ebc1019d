//! An attack, as the page of its flow shows it.

use serde_json::{Value, json};

use crate::dev::explorer::facts::Facts;
use crate::dev::explorer::model::{Act, ActKind, Attack, Flow};
use crate::dev::explorer::view::filled::Text;
use crate::dev::explorer::view::signed;
use crate::dev::explorer::wire::Planned;

/// An attack with its requests.
pub(crate) struct AttackView {
    pub(crate) of: &'static Attack,
    pub(crate) acts: Vec<ActView>,
    /// The acts for the script, as JSON.
    pub(crate) work: String,
}

/// An act, and its request if it has one.
pub(crate) struct ActView {
    pub(crate) of: &'static Act,
    pub(crate) wire: Option<Text>,
}

impl AttackView {
    pub(crate) fn new(flow: &'static Flow, of: &'static Attack, facts: &Facts) -> Self {
        let planned: Vec<_> = of.acts.iter().map(|act| plan(flow, act, facts)).collect();
        let work: Vec<Value> =
            of.acts.iter().zip(&planned).map(|(act, planned)| work(act, planned.as_ref(), facts)).collect();
        let acts = of.acts.iter().zip(&planned);
        Self {
            of,
            acts: acts
                .map(|(of, planned)| ActView {
                    of,
                    wire: planned.as_ref().map(|planned| Text::new(planned.on_the_wire())),
                })
                .collect(),
            work: Value::from(work).to_string(),
        }
    }
}

/// Returns the request of an act. A step that does not exist is a fault that the tests of the table find.
fn plan(flow: &'static Flow, act: &Act, facts: &Facts) -> Option<Planned> {
    match &act.kind {
        ActKind::Repeat(step, changes) => {
            let request = flow.step(step)?.request()?;
            Some(changes.iter().fold(Planned::new(request, facts), Planned::changed))
        }
        ActKind::Send(request) => Some(Planned::new(request, facts)),
        ActKind::Sign(_) | ActKind::Check(_) | ActKind::Back => None,
    }
}

fn work(act: &Act, planned: Option<&Planned>, facts: &Facts) -> Value {
    match (&act.kind, planned) {
        (ActKind::Sign(of), _) => signed::work(of, facts),
        (ActKind::Check(check), _) => json!({ "kind": "check", "check": check.name() }),
        (ActKind::Back, _) => json!({ "kind": "back" }),
        (ActKind::Repeat(..) | ActKind::Send(_), planned) => {
            json!({ "kind": "send", "request": planned.map(Planned::to_json), "expects": act.expects })
        }
    }
}
