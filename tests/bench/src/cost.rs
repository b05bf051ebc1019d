//! The cost of a million requests: list prices times the measured quantities.

use std::fmt::Write as _;

use lambda::Template;
use serde::Deserialize;

use crate::Failure;
use crate::crates::root;
use crate::pages;
use crate::results::{Flow, Functions, read};
use crate::table::Table;

/// The memory in MiB at which Lambda provides one full processor.
const WHOLE_PROCESSOR_MIB: f64 = 1769.0;

/// Reads the figures of the last report.
///
/// # Errors
/// If there are no figures.
pub fn of_results() -> Result<Functions, Failure> {
    let found: Option<Results> = read(&root().join("tests/bench/results.json"))?;
    found.map(|results| results.functions).ok_or_else(|| "there is no tests/bench/results.json: tests/bench/run".into())
}

#[derive(Deserialize)]
struct Results {
    functions: Functions,
}

/// The contents of `prices.toml`: list prices, in dollars, and assumptions.
#[derive(Clone, Debug, Deserialize)]
pub struct Prices {
    read_on: String,
    lambda: LambdaPrices,
    gateway: Requests,
    dynamodb: Units,
    logs: Bytes,
    internet: Bytes,
    /// The prices of Amazon Cognito.
    pub(crate) cognito: Cognito,
    /// The prices of Clerk.
    pub(crate) clerk: Clerk,
    assumed: Assumed,
}

#[derive(Clone, Debug, Deserialize)]
struct LambdaPrices {
    million_requests: f64,
    gb_second: f64,
}

#[derive(Clone, Debug, Deserialize)]
struct Requests {
    million_requests: f64,
}

#[derive(Clone, Debug, Deserialize)]
struct Units {
    million_writes: f64,
    million_reads: f64,
}

#[derive(Clone, Debug, Deserialize)]
struct Bytes {
    gb: f64,
}

/// The prices of Amazon Cognito for tokens of services.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Cognito {
    first_thousand_tokens: f64,
    /// The price of a million tokens in a month.
    pub(crate) million_tokens: f64,
}

/// The prices of Clerk for tokens of services.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Clerk {
    /// The price of a million tokens.
    pub(crate) million_tokens: f64,
}

#[derive(Clone, Debug, Deserialize)]
struct Assumed {
    store_ms: f64,
    log_bytes_of_a_line: u32,
}

/// The cost of a million requests of a flow, in dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    /// The time that Lambda bills for one request, in whole milliseconds.
    pub billed_ms: f64,
    /// The cost of Lambda: requests and time.
    pub lambda: f64,
    /// The cost of the functions' log.
    pub log: f64,
    /// The cost of `DynamoDB` reads and writes.
    pub store: f64,
    /// The cost of the HTTP API and its access log.
    pub gateway: f64,
    /// The cost of sending the answers to callers outside AWS.
    pub internet: f64,
}

impl Cost {
    /// The cost when the function is called directly, by its private URL or in another way.
    pub fn direct(&self) -> f64 {
        self.lambda + self.log + self.store
    }

    /// The cost when the function is called through the HTTP API.
    pub fn by_gateway(&self) -> f64 {
        self.direct() + self.gateway
    }
}

/// The store units that a request consumes: writes of 1 KB, including those of an index, and reads of 4 KB.
fn units(flow: &str) -> (u32, u32) {
    match flow.split_once(": ") {
        // Writes: the grant, its entry in the person's index, and the session that counts it. Reads: the session, the
        // person and the consent, and the consent once more.
        Some(("authorize", _)) => (3, 4),
        // Writes: the pointer from the user code, and the request.
        Some(("device", _)) => (2, 0),
        // Reads: the grant, the person and the session.
        Some(("userinfo", _) | ("introspect", "ES256 JWT of a grant") | ("token", "exchange, ES256")) => (0, 3),
        Some(("introspect" | "metadata", _)) => (0, 1),
        // Writes: the grant, or the session that ends. Reads: the person and the session.
        Some(("logout", _) | ("token", "code, ES256" | "code and ID token, ES256" | "refresh, ES256")) => (1, 2),
        Some(("revoke" | "par", _) | ("token", "client credentials, opaque")) => (1, 0),
        Some(_) | None => (0, 0),
    }
}

impl Prices {
    /// Reads the price file.
    ///
    /// # Errors
    /// If the file is missing or malformed.
    pub fn read() -> Result<Self, Failure> {
        Ok(toml::from_str(&std::fs::read_to_string(root().join("tests/bench/prices.toml"))?)?)
    }

    /// The cost of a million requests of a flow in a function of `memory` MiB; `access_log` is the length of an
    /// access log line in bytes.
    pub fn cost(&self, flow: &Flow, memory: u32, access_log: u32) -> Cost {
        let (writes, reads) = units(&flow.name);
        let memory = f64::from(memory);
        let computing_ms = flow.warm.cpu / 1e3 / (memory / WHOLE_PROCESSOR_MIB).min(1.0);
        let trips = u32::try_from(flow.storage.round_trips).map_or(0.0, f64::from);
        let billed_ms = (computing_ms + trips * self.assumed.store_ms).ceil();
        let line = |bytes: f64| (bytes + f64::from(self.assumed.log_bytes_of_a_line)) * self.logs.gb / 1e3;
        Cost {
            billed_ms,
            lambda: self.lambda.million_requests + billed_ms * memory / 1024.0 * self.lambda.gb_second * 1e3,
            log: line(flow.warm.log_bytes),
            store: f64::from(writes) * self.dynamodb.million_writes + f64::from(reads) * self.dynamodb.million_reads,
            gateway: self.gateway.million_requests + line(f64::from(access_log)),
            internet: flow.warm.answer_bytes * self.internet.gb / 1e3,
        }
    }

    /// The cost of a million requests of a flow in its function of the template.
    fn cost_in(&self, template: &Template, flow: &Flow) -> Result<Cost, Failure> {
        let function = template.functions.iter().find(|function| function.binary == flow.function);
        let memory = function.map(|function| function.memory).ok_or("a function that the template does not have")?;
        Ok(self.cost(flow, memory, access_log_bytes()?))
    }

    /// The cost of a million requests of the flow with this name.
    ///
    /// # Errors
    /// If it was not measured, or the template cannot be read.
    pub(crate) fn cost_of(&self, part: &Functions, name: &str) -> Result<Cost, Failure> {
        let mut flows = part.flows.iter().filter(|flow| flow.name == name);
        let flow = flows.next().ok_or_else(|| format!("{name} was not measured: tests/bench/run"))?;
        self.cost_in(&Template::of_the_product()?, flow)
    }

    /// The cost tables for the measured figures.
    fn tables(&self, part: &Functions) -> Result<String, Failure> {
        let template = Template::of_the_product()?;
        let columns = [
            "a million of",
            "billed, ms",
            "Lambda",
            "log",
            "DynamoDB",
            "direct, $",
            "by the gateway, $",
            "to the internet",
        ];
        let mut table = Table::new("Per million", &columns).about(&self.assumptions(part));
        for flow in &part.flows {
            let cost = self.cost_in(&template, flow)?;
            let dollars = [cost.lambda, cost.log, cost.store, cost.direct(), cost.by_gateway(), cost.internet];
            let dollars = dollars.map(|dollars| format!("{dollars:.2}")).to_vec();
            table.row([vec![flow.name.clone(), format!("{:.0}", cost.billed_ms)], dollars].concat());
        }
        Ok(format!("#{}", table.markdown()))
    }

    fn assumptions(&self, part: &Functions) -> String {
        let Self { lambda, gateway, dynamodb, logs, internet, cognito, clerk: _, assumed, read_on } = self;
        let mut text = format!(
            "List prices of us-east-1, arm64, of {read_on} (`tests/bench/prices.toml`), without free tiers: Lambda ${:.2} per \
             million requests and ${:.10} per GB-second; HTTP API ${:.2} per million requests; DynamoDB on demand ${} per \
             million writes of 1 KB and ${} per million strong reads of 4 KB; CloudWatch Logs ${:.2} per GB; transfer to the \
             internet ${:.2} per GB.",
            lambda.million_requests,
            lambda.gb_second,
            gateway.million_requests,
            dynamodb.million_writes,
            dynamodb.million_reads,
            logs.gb,
            internet.gb,
        );
        let _ = write!(
            text,
            " Times, bytes of log and bytes of answers were measured at commit `{}` ({} on {}): processor time by the share of \
             a processor that the function's memory buys (a whole one for 1,769 MiB), and {} ms for each answer of DynamoDB, \
             rounded up to a millisecond. A processor of Lambda may be slower than that one: twice the time adds a cent.",
            part.origin.commit, part.origin.processor, part.origin.date, assumed.store_ms,
        );
        let _ = write!(
            text,
            "\n\nAmazon Cognito begins at ${:.2} for a thousand tokens of machines; a million in a month are about ${:.0}.",
            cognito.first_thousand_tokens, cognito.million_tokens,
        );
        text
    }
}

/// The length of an access log line: the template's format, with values of the usual length in place of its
/// variables.
fn access_log_bytes() -> Result<u32, Failure> {
    let template = std::fs::read_to_string(root().join("infra/template.yaml"))?;
    let form =
        template.lines().find(|line| line.contains("$context.requestId")).ok_or("no access log in the template")?;
    let usual = [
        ("$context.requestId", "JKJaXmPLvHcESHA="),
        ("$context.identity.sourceIp", "203.0.113.100"),
        ("$context.routeKey", "POST /token"),
        ("$context.status", "200"),
        ("$context.responseLatency", "12"),
    ];
    let line = usual.iter().fold(form.trim().to_owned(), |line, (name, value)| line.replace(name, value));
    if line.contains("$context") {
        return Err(format!("the access log has a variable of unknown length: {line}").into());
    }
    Ok(u32::try_from(line.len())?)
}

/// The page with the costs, from the root of the repository.
const PAGE: &str = "infra/README.md";

/// Returns `infra/README.md` with the tables for the measured figures filled in.
///
/// # Errors
/// If the page has no marks for them.
pub fn page(part: &Functions) -> Result<String, Failure> {
    pages::filled(PAGE, "cost", &Prices::read()?.tables(part)?)
}

/// Writes the page that [`page`] returns.
///
/// # Errors
/// As [`page`], and if the file cannot be written.
pub fn write(part: &Functions) -> Result<(), Failure> {
    Ok(std::fs::write(root().join(PAGE), page(part)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speed::Warm;
    use crate::storage::Storage;

    fn prices() -> Prices {
        Prices::read().unwrap()
    }

    /// A flow with the given processor time in microseconds, round trips, and bytes of log.
    fn flow(name: &str, cpu: f64, round_trips: u64, log_bytes: f64) -> Flow {
        let warm = Warm { cpu, log_bytes, answer_bytes: 1_000.0, ..Warm::default() };
        let storage = Storage { round_trips, ..Storage::default() };
        let (name, function) = (name.to_owned(), name.split(':').next().unwrap().to_owned());
        serde_json::from_value(serde_json::json!({
            "name": name, "function": function, "cold": crate::speed::Cold::default(), "warm": warm, "storage": storage,
            "distant": [], "work": crate::valgrind::Work::default(), "memory": crate::valgrind::Memory::default(),
        }))
        .unwrap()
    }

    #[test]
    fn time_is_billed_in_whole_milliseconds_of_the_memorys_share_of_a_processor() {
        let billed = |cpu, trips, memory| prices().cost(&flow("token: x", cpu, trips, 0.0), memory, 0).billed_ms;
        // A function of 512 MiB gets 0.29 of a processor.
        assert_eq!(
            [billed(280.0, 0, 512), billed(300.0, 0, 512), billed(280.0, 1, 512)].map(|ms| format!("{ms}")),
            ["1", "2", "5"]
        );
        assert_eq!([billed(900.0, 0, 1769), billed(900.0, 0, 8192)].map(|ms| format!("{ms}")), ["1", "1"]);
    }

    #[test]
    fn a_million_is_the_sum_of_its_parts() {
        let cost = prices().cost(&flow("token: code, ES256", 100.0, 1, 174.0), 1024, 174);
        // In order: requests and 5 ms of a GiB; 200 bytes of log; a write and two reads; the gateway with its own 200 bytes.
        let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
        close(cost.lambda, 0.20 + 5.0 * 13.333_4 / 1_000.0);
        close(cost.log, 0.10);
        close(cost.store, 0.625 + 2.0 * 0.125);
        close(cost.gateway, 1.10);
        close(cost.internet, 0.09);
        close(cost.by_gateway(), cost.direct() + 1.10);
    }

    #[test]
    fn every_flow_takes_units_of_the_store_exactly_when_it_asks_it() {
        let part = of_results().unwrap();
        for flow in &part.flows {
            let (writes, reads) = units(&flow.name);
            assert_eq!(writes + reads > 0, flow.storage.round_trips > 0, "{}", flow.name);
        }
    }

    #[test]
    fn the_page_holds_what_was_measured_last() {
        let page = page(&of_results().unwrap()).unwrap();
        assert!(
            page == std::fs::read_to_string(root().join(PAGE)).unwrap(),
            "infra/README.md is old: say `bench cost`"
        );
    }
}
