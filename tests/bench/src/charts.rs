//! The charts of the README and their figures: the price of a million tokens, and processor time beside the peers.

use serde::Deserialize;

use crate::Failure;
use crate::cost::{Prices, of_results};
use crate::crates::root;
use crate::pages;
use crate::peers::{Peers, Race, Workload};
use crate::results::read;
use crate::svg::{Bars, figure};
use crate::table::{Table, grouped};

/// The page with the charts, from the root of the repository.
const PAGE: &str = "README.md";

/// The flow whose price stands beside the prices of hosted services.
const PRICED: &str = "token: client credentials, RS256";

/// The servers that keep their state in `DynamoDB`: the name in the measurements, and the name in the chart.
const SERVERS: [(&str, &str); 4] = [
    ("jeton, store apart", "Jeton"),
    ("node-oidc-provider, DynamoDB", "node-oidc-provider"),
    ("openauth on bun, DynamoDB", "OpenAuth on Bun"),
    ("openauth, DynamoDB", "OpenAuth on Node"),
];

/// The server whose adapter has a condition that the example in its package lacks.
const GUARDED: &str = "node-oidc-provider, DynamoDB, guarded consume()";

/// The work that all of these servers can do: the name in the measurements, and the name in the chart.
const WORK: [(&str, &str); 4] = [
    ("client credentials, ES256", "client credentials"),
    ("code redemption, public client, ES256", "code redemption"),
    ("refresh, public client, ES256", "refresh"),
    ("silent sign-in, ES256", "silent sign-in"),
];

/// The files that `bench charts` writes: the path from the root of the repository, and the text.
pub type Files = Vec<(String, String)>;

#[derive(Deserialize)]
struct Results {
    peers: Peers,
}

/// Writes the files that [`files`] returns.
///
/// # Errors
/// As [`files`], and if a file cannot be written.
pub fn write() -> Result<(), Failure> {
    for (path, text) in files()? {
        std::fs::write(root().join(path), text)?;
    }
    Ok(())
}

/// Draws the charts, and returns them and the page with their figures.
///
/// # Errors
/// If a measurement is missing, or the page has no marks for the figures.
pub fn files() -> Result<Files, Failure> {
    let found: Option<Results> = read(&root().join("tests/bench/results.json"))?;
    let peers = found.ok_or("there is no tests/bench/results.json: tests/bench/run")?.peers;
    let (price, prices) = price()?;
    let (time, times) = processor_time(&peers)?;
    let text = format!("{prices}\n{times}");
    Ok(vec![
        ("tests/bench/price.svg".into(), price),
        ("tests/bench/processor-time.svg".into(), time),
        (PAGE.into(), pages::filled(PAGE, "charts", &text)?),
    ])
}

/// Draws the prices, and returns the chart and its section of the page.
fn price() -> Result<(String, String), Failure> {
    let prices = Prices::read()?;
    let cost = prices.cost_of(&of_results()?, PRICED)?;
    let rows = [
        ("Jeton, private URL", cost.direct()),
        ("Jeton, through API Gateway", cost.by_gateway()),
        ("Clerk", prices.clerk.million_tokens),
        ("Amazon Cognito", prices.cognito.million_tokens),
    ];
    let title = "A million tokens for services in a month, $".to_owned();
    let bars = rows.iter().map(|(name, dollars)| ((*name).to_owned(), vec![Some(*dollars)])).collect();
    let picture = Bars { title, series: vec!["list price".into()], rows: bars, decimals: Some(2) }.draw();
    let about = "Based on list prices (dates in [`prices.toml`](tests/bench/prices.toml)) and \
                 [measured times](infra/README.md#what-it-costs). The private URL is \
                 [called with IAM](infra/README.md#private-callers).";
    let shown = picture_of("price.svg", "Price of a million tokens for services, by server");
    let mut table = Table::new("Price", &["a million tokens for services (RS256)", "$"]).about(about).about(&shown);
    for (name, dollars) in rows {
        table.row(vec![name.to_owned(), if dollars < 100.0 { format!("{dollars:.2}") } else { whole(dollars) }]);
    }
    Ok((picture, format!("#{}", table.markdown())))
}

/// Formats a price of many dollars.
fn whole(dollars: f64) -> String {
    format!("{dollars:.0}").parse().map_or_else(|_| format!("{dollars:.0}"), grouped)
}

/// Draws the processor time, and returns the chart and its section of the page.
fn processor_time(peers: &Peers) -> Result<(String, String), Failure> {
    let mut rows = Vec::new();
    for (work, shown) in WORK {
        let times: Result<Vec<f64>, Failure> = SERVERS.iter().map(|(server, _)| time_of(peers, work, server)).collect();
        rows.push((shown, times?));
    }
    let series: Vec<String> = SERVERS.iter().map(|(_, shown)| (*shown).to_owned()).collect();
    let bars = rows.iter().map(|(name, times)| ((*name).to_owned(), times.iter().copied().map(Some).collect()));
    let title = "Processor time for a request, µs; the state of all is in DynamoDB".to_owned();
    let picture = Bars { title, series: series.clone(), rows: bars.collect(), decimals: Some(0) }.draw();
    let about = "The state of all servers is in DynamoDB, whose own time is not counted; tokens are signed with ES256. \
                 [What is compared](tests/bench/peers/README.md), [all measurements](tests/bench/REPORT.md#peers-the-servers).";
    let shown = picture_of("processor-time.svg", "Processor time for a request, by server");
    let mut table = Table::new("Processor time", &["µs of a processor for a request"]).about(about).about(&shown);
    for name in &series {
        table = table.column(name);
    }
    for (name, times) in rows {
        table.row([vec![name.to_owned()], times.into_iter().map(figure).collect()].concat());
    }
    let winners: Vec<String> =
        SERVERS.iter().map(|(server, shown)| format!("{} at {shown}", winners_of(peers, server))).collect();
    let races = format!(
        "When 16 callers redeemed one code at the same time, the number that got tokens was {}. The adapter of node-oidc-provider \
         follows the example in its package; with a condition added to its write, the number was {}.",
        winners.join(", "),
        winners_of(peers, GUARDED),
    );
    Ok((picture, format!("#{}\n{races}\n", table.markdown())))
}

/// Shows a chart; the table below it has the figures.
fn picture_of(file: &str, shows: &str) -> String {
    format!("![{shows}; the table below has the figures](tests/bench/{file})")
}

fn time_of(peers: &Peers, work: &str, server: &str) -> Result<f64, Failure> {
    let same = |done: &&Workload| done.work.title() == work && done.server == server;
    let time = peers.workloads.iter().find(same).and_then(|done| done.cpu_us_per_request);
    time.ok_or_else(|| format!("{work} was not measured at {server}: tests/bench/peers/run").into())
}

/// Returns the least and the most redemptions of one code that got tokens.
fn winners_of(peers: &Peers, server: &str) -> String {
    let counts: Vec<usize> = peers
        .races
        .iter()
        .filter(|race: &&Race| race.server == server)
        .flat_map(|race| race.got_tokens.clone())
        .collect();
    match (counts.iter().min(), counts.iter().max()) {
        (Some(least), Some(most)) if least == most => least.to_string(),
        (Some(least), Some(most)) => format!("{least} to {most}"),
        _ => "not measured".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charts_and_the_readme_show_what_was_measured_last() {
        let written = files().unwrap();
        assert_eq!(written.len(), 3);
        for (path, text) in written {
            let committed = std::fs::read_to_string(root().join(&path)).unwrap_or_default();
            assert!(committed == text, "{path} is old: run `bench charts`");
        }
    }

    #[test]
    fn the_reasons_to_choose_jeton_name_the_same_prices() {
        let prices = Prices::read().unwrap();
        let own = prices.cost_of(&of_results().unwrap(), PRICED).unwrap().by_gateway();
        let others = [prices.clerk.million_tokens, prices.cognito.million_tokens].map(whole);
        let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
        let told = page.split("\n- ").find(|item| item.starts_with("**Price.**")).unwrap();
        assert!(told.contains(&format!("services cost ${own:.2},")), "{told}");
        assert!(told.contains(&format!("${} to ${}", others[0], others[1])), "{told}");
    }

    #[test]
    fn a_server_that_was_not_measured_is_an_error_and_not_a_gap() {
        let peers: Peers = serde_json::from_value(serde_json::json!({"servers": [], "workloads": []})).unwrap();
        let told = processor_time(&peers).unwrap_err().to_string();
        assert!(told.contains("not measured at jeton, store apart"), "{told}");
        assert_eq!(winners_of(&peers, "jeton"), "not measured");
    }

    #[test]
    fn prices_of_many_dollars_have_no_cents() {
        assert_eq!([1700.0, 999.6].map(whole), ["1,700".to_owned(), "1,000".to_owned()]);
    }
}
