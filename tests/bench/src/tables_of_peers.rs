//! The tables of the peers.

use crate::peers::{Missing, Peers, Ratio};
use crate::svg::{Bars, figure};
use crate::table::Table;
use crate::tables::{Pictures, put};

/// What was measured of others.
pub(crate) fn peers(part: &Peers, text: &mut String, pictures: &mut Pictures) {
    put(text, &servers(part));
    put(text, &workloads(part, pictures));
    put(text, &ratios("Peers: the ratios", &part.ratios));
    if !part.ratios_store_apart.is_empty() {
        put(text, &ratios("Peers: the ratios, with Jeton's store in a process of its own", &part.ratios_store_apart));
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
    let cell = |value: Option<f64>| value.map(figure).unwrap_or_default();
    for server in &part.servers {
        let memory = server.peak_memory_kib.map(|kib| kib / 1024.0);
        let texts = [&server.name, &server.version, &server.runtime].map(String::clone);
        table.row([texts.to_vec(), vec![cell(server.start()), cell(memory)]].concat());
    }
    table
}

fn workloads(part: &Peers, pictures: &mut Pictures) -> Table {
    let columns = ["work", "server", "CPU for a request, µs", "requests a second", "requests for a second of CPU"];
    let mut table = Table::new("Peers: the work", &columns).about("Medians of the rounds.");
    let cell = |value: Option<f64>| value.map(figure).unwrap_or_default();
    let series: Vec<String> = part.servers.iter().map(|server| server.name.clone()).collect();
    let mut rows: Vec<(String, Vec<Option<f64>>)> = Vec::new();
    for done in &part.workloads {
        let figures = [done.cpu_us_per_request, done.requests_per_second, done.requests_per_cpu_second].map(cell);
        table.row([vec![done.work.title(), done.server.clone()], figures.to_vec()].concat());
        if rows.iter().all(|(title, _)| *title != done.work.title()) {
            let of = |server: &String| {
                let mut same = part.workloads.iter().filter(|other| other.work == done.work && other.server == *server);
                same.next().and_then(|other| other.cpu_us_per_request)
            };
            rows.push((done.work.title(), series.iter().map(of).collect()));
        }
    }
    let title = "Processor time for a request, µs".to_owned();
    pictures.push(("peers.svg".into(), Bars { title, series, rows }.draw()));
    table.picture("peers.svg", "Processor time for a request, by server")
}

fn ratios(title: &str, ratios: &[Ratio]) -> Table {
    let columns = ["work", "peer", "peer's CPU by Jeton's", "Jeton's requests a second by the peer's"];
    let mut table = Table::new(title, &columns).about("Of the medians; above 1 Jeton is better.");
    let cell = |value: Option<f64>| value.map(|value| format!("{value:.2}")).unwrap_or_default();
    for ratio in ratios {
        let figures = [ratio.cpu_ratio, ratio.throughput_ratio].map(cell);
        table.row([vec![ratio.work.title(), ratio.peer.clone()], figures.to_vec()].concat());
    }
    table
}
