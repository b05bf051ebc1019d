//! Requests as they go over the wire, and as commands.

use protocol::Parameters;
use serde_json::{Value, json};

use crate::dev::explorer::facts::{Facts, placeholders};
use crate::dev::explorer::model::{Change, Credentials, Request};

/// A request whose known values are filled in.
pub(crate) struct Planned {
    method: &'static str,
    path: String,
    credentials: Credentials,
    parameters: Vec<Pair>,
    facts: Facts,
}

/// A parameter of a request.
struct Pair {
    name: &'static str,
    value: String,
    in_query: bool,
}

impl Planned {
    pub(crate) fn new(request: &Request, facts: &Facts) -> Self {
        let in_query = request.method == "GET";
        let pair = |name, value: &str| Pair { name, value: facts.fill(value), in_query };
        Self {
            method: request.method,
            path: format!("{}{}", facts.base, request.path),
            credentials: request.credentials,
            parameters: request.parameters.iter().map(|of| pair(of.name, of.value)).collect(),
            facts: facts.clone(),
        }
    }

    /// Returns the request with a change of an attack.
    pub(crate) fn changed(mut self, change: &Change) -> Self {
        match change {
            Change::Leave(name) => self.parameters.retain(|pair| pair.name != *name),
            Change::Set(name, value) => {
                let value = self.facts.fill(value);
                match self.parameters.iter_mut().find(|pair| pair.name == *name) {
                    Some(pair) => pair.value = value,
                    None => self.parameters.push(Pair { name, value, in_query: self.method == "GET" }),
                }
            }
            Change::InQuery(name) => {
                for pair in self.parameters.iter_mut().filter(|pair| pair.name == *name) {
                    pair.in_query = true;
                }
            }
            Change::As(credentials) => self.credentials = *credentials,
        }
        self
    }

    /// Returns the request for the page's script.
    pub(crate) fn to_json(&self) -> Value {
        let pairs = |in_query| {
            let pairs = self.parameters.iter().filter(move |pair| pair.in_query == in_query);
            pairs.map(|pair| json!([pair.name, pair.value])).collect::<Vec<_>>()
        };
        let authorization = match self.credentials {
            Credentials::None => Value::Null,
            Credentials::Basic(id, secret) => json!({ "basic": [id, self.facts.fill(secret)] }),
            Credentials::Bearer(token) => json!({ "bearer": token }),
            Credentials::Proof(proof) => json!({ "proof": proof }),
            Credentials::Dpop(token, proof) => json!({ "dpop": token, "proof": proof }),
        };
        json!({
            "method": self.method, "path": self.path, "query": pairs(true), "form": pairs(false),
            "authorization": authorization,
        })
    }

    /// Writes the request as it goes over the wire, with one parameter in a line.
    pub(crate) fn on_the_wire(&self) -> String {
        let mut lines = vec![
            format!("{} {}{} HTTP/1.1", self.method, self.path, self.query("\n  ")),
            format!("Host: {}", self.facts.host()),
        ];
        lines.extend(self.headers());
        let form: Vec<String> = self.parameters.iter().filter(|pair| !pair.in_query).map(encoded).collect();
        if !form.is_empty() {
            lines.push(format!("Content-Type: application/x-www-form-urlencoded\n\n{}", form.join("\n  &")));
        }
        lines.join("\n")
    }

    /// Writes the request as a command for a terminal. Every placeholder is in single quotes.
    pub(crate) fn curl(&self) -> String {
        let url = format!("{}{}", self.facts.issuer, self.path.strip_prefix(&self.facts.base).unwrap_or(&self.path));
        let query = self.query("");
        let show = if self.method == "GET" && !query.is_empty() { " -i" } else { "" };
        let who = match self.credentials {
            Credentials::None => String::new(),
            Credentials::Basic(id, secret) => format!(" -u {id}:{}", self.facts.fill(secret)),
            Credentials::Bearer(_) | Credentials::Proof(_) | Credentials::Dpop(..) => {
                format!(" -H '{}'", self.headers().join("' -H '"))
            }
        };
        let form = self.parameters.iter().filter(|pair| !pair.in_query);
        let mut parts: Vec<String> = vec![format!("curl{show}{who}")];
        parts.extend(form.map(|pair| format!("--data-urlencode '{}={}'", pair.name, pair.value)));
        let between = if parts.len() > 1 { " \\\n  " } else { " " };
        parts.push(format!("'{url}{query}'"));
        parts.join(between)
    }

    /// Writes the headers with the credentials.
    fn headers(&self) -> Vec<String> {
        let proven = |proof| format!("DPoP: {{{proof}}}");
        match self.credentials {
            Credentials::None => Vec::new(),
            Credentials::Basic(id, secret) => {
                vec![format!("Authorization: Basic base64({id}:{})", self.facts.fill(secret))]
            }
            Credentials::Bearer(token) => vec![format!("Authorization: Bearer {{{token}}}")],
            Credentials::Proof(proof) => vec![proven(proof)],
            Credentials::Dpop(token, proof) => vec![format!("Authorization: DPoP {{{token}}}"), proven(proof)],
        }
    }

    fn query(&self, line: &str) -> String {
        let query: Vec<String> = self.parameters.iter().filter(|pair| pair.in_query).map(encoded).collect();
        if query.is_empty() { String::new() } else { format!("{line}?{}", query.join(&format!("{line}&"))) }
    }
}

/// Encodes a parameter, and leaves the placeholders in its value: their values need no encoding.
fn encoded(pair: &Pair) -> String {
    let query = Parameters::default().with(pair.name, &pair.value).to_query();
    placeholders(&pair.value)
        .iter()
        .fold(query, |text, name| text.replace(&format!("%7B{name}%7D"), &format!("{{{name}}}")))
}
