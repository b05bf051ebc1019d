//! The report's tables about the peers.

use crate::peers::{Missing, Peers, Ratio, Work};
use crate::svg::{Bars, figure};
use crate::table::Table;
use crate::tables::{Pictures, put};

/// The name of Jeton measured without the store that `jeton dev` contains.
const STORE_APART: &str = "jeton, store apart";

/// Writes the tables and the chart about other servers.
pub(crate) fn peers(part: &Peers, text: &mut String, pictures: &mut Pictures) {
    put(text, &servers(part));
    put(text, &processor_time(part, pictures));
    put(text, &throughput(part));
    put(
        text,
        &ratios(
            "Peers: their processor time by that of `jeton dev`",
            part.ratios.iter().filter(|ratio| ratio.beside != STORE_APART),
        ),
    );
    if !part.ratios_store_apart.is_empty() {
        let title = "Peers: their processor time by that of Jeton with its store in a process of its own";
        put(text, &ratios(title, part.ratios_store_apart.iter()));
    }
    if !part.races.is_empty() {
        put(text, &races(part));
    }
    if !part.missing.is_empty() {
        let mut table = Table::new("What was not compared", &["work", "server", "why"]);
        for Missing { work, server, why } in &part.missing {
            table.row(vec![work.title(), server.clone(), why.clone()]);
        }
        put(text, &table);
    }
}

fn servers(part: &Peers) -> Table {
    let about = "`tests/bench/peers/run`; what is compared and what is fair about it is told in \
                 [`peers/README.md`](peers/README.md).";
    let columns = ["server", "version", "runtime", "start to first token, ms", "peak memory, MiB"];
    let mut table = Table::new("Peers: the servers", &columns).about(about);
    for server in &part.servers {
        let memory = server.peak_memory_kib.map(|kib| kib / 1024.0);
        let texts = [&server.name, &server.version, &server.runtime].map(String::clone);
        table.row([texts.to_vec(), vec![cell(server.start()), cell(memory)]].concat());
    }
    table
}

/// Builds a table with a row for each workload and a column for each of `names`.
fn by_work<'p, T>(
    mut table: Table,
    names: &[String],
    done: &'p [T],
    of: impl Fn(&'p T) -> (&'p Work, &'p str, String),
) -> Table {
    for name in names {
        table = table.column(name);
    }
    let mut works: Vec<&Work> = Vec::new();
    for one in done {
        let (work, _, _) = of(one);
        if !works.contains(&work) {
            works.push(work);
        }
    }
    for work in works {
        let cell = |name: &String| {
            let mut same = done.iter().map(&of).filter(|(other, whose, _)| *other == work && whose == name);
            same.next().map(|(_, _, cell)| cell).unwrap_or_default()
        };
        table.row([vec![work.title()], names.iter().map(cell).collect()].concat());
    }
    table
}

fn names(part: &Peers) -> Vec<String> {
    part.servers.iter().map(|server| server.name.clone()).collect()
}

fn cell(value: Option<f64>) -> String {
    value.map(figure).unwrap_or_default()
}

fn processor_time(part: &Peers, pictures: &mut Pictures) -> Table {
    let series = names(part);
    let mut rows: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    for done in &part.workloads {
        if rows.iter().all(|(title, _)| *title != done.work.title()) {
            let of = |server: &String| {
                let mut same = part.workloads.iter().filter(|other| other.work == done.work && other.server == *server);
                same.next().and_then(|other| other.cpu_us_per_request)
            };
            rows.push((done.work.title(), series.iter().map(of).collect()));
        }
    }
    let title = "Processor time for a request, µs".to_owned();
    pictures.push(("peers.svg".into(), Bars { title, series, rows, decimals: None }.draw()));
    let about =
        "µs for a request, the medians of the rounds; in brackets the calls to DynamoDB, where the state is there.";
    let table = Table::new("Peers: processor time", &["work"]).about(about);
    let table = by_work(table, &names(part), &part.workloads, |done| {
        let calls = done.store_calls.as_ref().map(|calls| calls.values().fold(0.0, |sum, count| sum + count));
        let calls = calls.map(|calls| format!(" ({calls})")).unwrap_or_default();
        (&done.work, &done.server, cell(done.cpu_us_per_request) + &calls)
    });
    table.picture("peers.svg", "Processor time for a request, by server")
}

fn throughput(part: &Peers) -> Table {
    let table = Table::new("Peers: requests a second on one core", &["work"]).about("Medians of the rounds.");
    by_work(table, &names(part), &part.workloads, |done| (&done.work, &done.server, cell(done.requests_per_second)))
}

fn ratios<'p>(title: &str, ratios: impl Iterator<Item = &'p Ratio>) -> Table {
    let ratios: Vec<&Ratio> = ratios.collect();
    let about = "Above 1 Jeton takes less. In brackets Jeton's requests a second by the peer's.";
    let mut peers: Vec<String> = Vec::new();
    for ratio in &ratios {
        if !peers.contains(&ratio.peer) {
            peers.push(ratio.peer.clone());
        }
    }
    by_work(Table::new(title, &["work"]).about(about), &peers, &ratios, |ratio| {
        let value = |value: Option<f64>| value.map(|value| format!("{value:.2}")).unwrap_or_default();
        let text = format!("{} ({})", value(ratio.cpu_ratio), value(ratio.throughput_ratio));
        (&ratio.work, &ratio.peer, text)
    })
}

fn races(part: &Peers) -> Table {
    let columns = ["server", "client", "times", "at once", "got tokens: least, most", "refresh tokens good afterwards"];
    let about = "One code, presented by many at once. RFC 6749 §4.1.2: a code must not be used more than once.";
    let mut table = Table::new("Peers: who redeems a code twice", &columns).about(about);
    let span = |counts: &[usize]| {
        let ends = counts.iter().min().zip(counts.iter().max());
        ends.map(|(least, most)| format!("{least}, {most}")).unwrap_or_default()
    };
    for race in &part.races {
        let counts = [&race.got_tokens, &race.refresh_tokens_good_afterwards].map(|counts| span(counts));
        let [times, at_once] = [race.got_tokens.len(), race.redemptions].map(|count| count.to_string());
        table.row([vec![race.server.clone(), race.client.clone(), times, at_once], counts.to_vec()].concat());
    }
    table
}
