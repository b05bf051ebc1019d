//! The tables of the report and their pictures.

use crate::results::{Flow, Functions, Growth, Imports, Tls};
use crate::svg::{Bars, Lines, figure};
use crate::table::{Table, grouped, megabytes, ms};

/// The files that accompany the report: a name and a text each.
pub(crate) type Pictures = Vec<(String, String)>;

pub(crate) fn put(text: &mut String, table: &Table) {
    text.push_str(&table.markdown());
    text.push('\n');
}

/// Writes the tables of the functions' measurements.
pub(crate) fn functions(part: &Functions, text: &mut String, pictures: &mut Pictures) {
    put(text, &starts(part, pictures));
    put(text, &weights(part));
    put(text, &warm(part, pictures));
    put(text, &signatures(part));
    put(text, &work(part));
    put(text, &storage(part));
    put(text, &distances(part, pictures));
}

fn starts(part: &Functions, pictures: &mut Pictures) -> Table {
    let count = part.floor.cold.init.count;
    let columns = ["flow", "init median, ms", "init p99, ms", "first invocation median, ms", "first p99, ms"];
    let mut table = Table::new("Starts", &columns).made_by(&part.origin).about(&format!(
        "{count} starts of each, one invocation after each start, over plain HTTP to the store. Of fewer than a hundred \
         starts the p99 is the slowest."
    ));
    let floor = ("floor", part.floor.cold);
    let all = part.flows.iter().map(|flow| (flow.name.as_str(), flow.cold));
    let mut rows = Vec::new();
    for (name, cold) in [floor].into_iter().chain(all) {
        let [init, first] = [cold.init, cold.first];
        table.row(vec![name.to_owned(), ms(init.median), ms(init.p99), ms(first.median), ms(first.p99)]);
        rows.push((name.to_owned(), vec![Some(init.median / 1e3), Some(first.median / 1e3)]));
    }
    let series = ["init", "first invocation"].map(str::to_owned).to_vec();
    let title = "Start of a process and its first invocation: medians, ms".to_owned();
    pictures.push(("starts.svg".into(), Bars { title, series, rows, decimals: None }.draw()));
    table.picture("starts.svg", "Start of a process and its first invocation")
}

fn weights(part: &Functions) -> Table {
    let columns = ["function", "binary, MB", "loaded, MB", "zip, MB", "crates"];
    let mut table = Table::new("Sizes", &columns)
        .about("MB are 10^6 bytes. Loaded is what of the file is mapped into memory. The zip is what is deployed.");
    for function in &part.functions {
        let weight = function.weight;
        let sizes = [weight.file, weight.loadable, weight.zip].map(megabytes);
        table.row([vec![function.name.clone()], sizes.to_vec(), vec![function.crates.to_string()]].concat());
    }
    let weight = part.floor.weight;
    let sizes = [weight.file, weight.loadable, weight.zip].map(megabytes);
    table.row([vec!["floor".to_owned()], sizes.to_vec(), vec![String::new()]].concat());
    table
}

fn warm(part: &Functions, pictures: &mut Pictures) -> Table {
    let columns =
        ["flow", "p50, µs", "p99, µs", "p50 above the floor, µs", "CPU, µs", "peak memory, MiB", "invocations"];
    let mut table = Table::new("Warm invocations", &columns).made_by(&part.origin).about(
        "CPU is the processor time of the function's own process for one invocation, the mean. Peak memory is the most that \
         the process had after all of them (VmHWM).",
    );
    let floor = part.floor.warm;
    let all = part.flows.iter().map(|flow| (flow.name.as_str(), flow.warm));
    let mut rows = Vec::new();
    for (name, warm) in [("floor", floor)].into_iter().chain(all) {
        let times = warm.times;
        let above = figure(times.median - floor.times.median);
        let memory = format!("{}.{}", warm.peak_memory_kib / 1024, warm.peak_memory_kib % 1024 * 10 / 1024);
        let figures =
            [figure(times.median), figure(times.p99), above, figure(warm.cpu), memory, times.count.to_string()];
        table.row([vec![name.to_owned()], figures.to_vec()].concat());
        rows.push((name.to_owned(), vec![Some(times.median), Some(warm.cpu)]));
    }
    let series = ["invocation, p50", "processor time of the function"].map(str::to_owned).to_vec();
    let title = "Warm invocations, µs".to_owned();
    pictures.push(("warm.svg".into(), Bars { title, series, rows, decimals: None }.draw()));
    table.picture("warm.svg", "Warm invocations")
}

/// Compares the invocation with the raw signature, for each flow that signs with the algorithm.
fn signatures(part: &Functions) -> Table {
    let columns =
        ["algorithm", "AWS-LC p50, µs", "`keys::SigningKey` p50, µs", "client credentials p50, µs", "by AWS-LC"];
    let mut table = Table::new("Signatures by themselves", &columns)
        .made_by(&part.origin)
        .about("In the same run, by a parsed key: AWS-LC alone, and the product's key with its base64url.");
    for signature in &part.signatures {
        let name = format!("token: client credentials, {}", signature.algorithm);
        let flow = part.flows.iter().find(|flow| flow.name == name).map(|flow| flow.warm.times.median);
        let raw = signature.raw.median;
        let by = flow.map(|flow| format!("{:.2}", flow / raw)).unwrap_or_default();
        let flow = flow.map(figure).unwrap_or_default();
        table.row(vec![signature.algorithm.clone(), figure(raw), figure(signature.key.median), flow, by]);
    }
    table
}

fn work(part: &Functions) -> Table {
    let columns = ["flow", "instructions", "allocations", "allocated bytes"];
    let mut table = Table::new("Work of a warm request", &columns).made_by(&part.origin).about(
        "Under valgrind: instructions with those of AWS-LC, for a processor with AVX2 and without AVX-512 and SHA extensions; \
         calls of `malloc`, `calloc`, `realloc` and `memalign`, and what they asked for.",
    );
    for Flow { name, work, memory, .. } in &part.flows {
        let figures = [work.instructions, memory.allocations, memory.bytes].map(grouped);
        table.row([vec![name.clone()], figures.to_vec()].concat());
    }
    table
}

fn storage(part: &Functions) -> Table {
    let columns = ["flow", "round trips", "bytes sent", "bytes received"];
    let mut table = Table::new("The store, for a warm request", &columns)
        .made_by(&part.origin)
        .about("On the wire, heads of HTTP and signature included; without TLS.");
    for Flow { name, storage, .. } in &part.flows {
        table.row(
            [vec![name.clone()], [storage.round_trips, storage.sent, storage.received].map(grouped).to_vec()].concat(),
        );
    }
    table
}

fn distances(part: &Functions, pictures: &mut Pictures) -> Table {
    let delays: Vec<u64> = part.flows.iter().flat_map(|flow| &flow.distant).map(|distant| distant.delay_ms).collect();
    let count = part.flows.first().map_or(0, |flow| flow.distant.len());
    let mut table = Table::new("A distant store", &["flow"]).made_by(&part.origin).about(
        "The p50 of a warm invocation, ms, when every answer of the store comes so much later. A proxy stands between, which \
         takes some of it: compare within a row.",
    );
    let places: Vec<String> = delays.iter().take(count).map(|delay| format!("{delay} ms")).collect();
    for place in &places {
        table = table.column(&format!("{place} later"));
    }
    let mut series = Vec::new();
    for Flow { name, distant, .. } in &part.flows {
        let medians: Vec<f64> = distant.iter().map(|distant| distant.times.median / 1e3).collect();
        table.row([vec![name.clone()], medians.iter().copied().map(figure).collect()].concat());
        series.push((name.clone(), medians));
    }
    let across = "how much later the store answers".to_owned();
    let title = "Warm invocation with a distant store: p50, ms".to_owned();
    pictures.push(("distance.svg".into(), Lines { title, across, places, series }.draw()));
    table.picture("distance.svg", "Warm invocation with a distant store")
}

/// Writes the table of starts with the store behind TLS.
pub(crate) fn tls(part: &Tls, text: &mut String) {
    let columns = ["flow", "init median, ms", "init p99, ms", "first invocation median, ms", "first p99, ms"];
    let mut table = Table::new("Starts with TLS to the store", &columns).made_by(&part.origin).about(
        "As above, with a TLS endpoint in front of the store: TLS 1.3, a certificate of P-256 under a CA that is made for the \
         run and trusted instead of Amazon's (`SSL_CERT_FILE`).",
    );
    for (name, cold) in &part.flows {
        let [init, first] = [cold.init, cold.first];
        table.row(vec![name.clone(), ms(init.median), ms(init.p99), ms(first.median), ms(first.p99)]);
    }
    put(text, &table);
}

/// Writes the table of imports.
pub(crate) fn imports(part: &Imports, text: &mut String) {
    let columns = ["command", "lines", "first, s", "again, s", "peak memory, MiB", "peak memory again, MiB"];
    let mut table = Table::new("Imports", &columns).made_by(&part.origin).about(
        "Into the embedded DynamoDB of `jeton dev`, which shares the cores. People have bcrypt hashes already. The line in the \
         middle cannot be imported: it is told, and does not stop the rest. The same lines again change nothing.",
    );
    for import in &part.imports {
        let seconds = [import.first.seconds, import.again.seconds].map(|seconds| format!("{seconds:.1}"));
        let peaks = [import.first, import.again].map(|run| (run.peak_memory_kib / 1024).to_string());
        let command = vec![format!("`jeton {} import`", import.name), grouped(import.lines)];
        table.row([command, seconds.to_vec(), peaks.to_vec()].concat());
    }
    put(text, &table);
}

/// Writes the tables and charts of growing tables.
pub(crate) fn growth(part: &Growth, text: &mut String, pictures: &mut Pictures) {
    let least = part.stages.iter().map(|stage| stage.grants).min().unwrap_or_default();
    let most = part.stages.iter().map(|stage| stage.clients).max().unwrap_or_default();
    let by_clients = |stage: &&crate::growth::Stage| stage.grants == least;
    let by_grants = |stage: &&crate::growth::Stage| stage.clients == most;
    let clients = Grown { title: "clients", file: "growth-clients.svg", beside: format!("{} grants", grouped(least)) };
    let grants = Grown { title: "grants", file: "growth-grants.svg", beside: format!("{} clients", grouped(most)) };
    let clients_of = part.stages.iter().filter(by_clients).map(|stage| (stage.clients, stage)).collect::<Vec<_>>();
    let grants_of = part.stages.iter().filter(by_grants).map(|stage| (stage.grants, stage)).collect::<Vec<_>>();
    for (grown, stages) in [(clients, clients_of), (grants, grants_of)] {
        put(text, &grown.table(part, &stages, pictures));
    }
}

/// One direction in which the tables grow.
struct Grown {
    title: &'static str,
    file: &'static str,
    beside: String,
}

impl Grown {
    fn table(&self, part: &Growth, stages: &[(u64, &crate::growth::Stage)], pictures: &mut Pictures) -> Table {
        let mut sizes: Vec<u64> = stages.iter().map(|(size, _)| *size).collect();
        sizes.dedup();
        let mut table = Table::new(&format!("More {}", self.title), &["flow"]).made_by(&part.origin).about(&format!(
            "The p50 of a warm invocation, ms, and its round trips to the store, with so many {} in the table besides those \
             that are asked about, and {}. The store keeps its data on disk; its own time for one call stands below.",
            self.title, self.beside
        ));
        for size in &sizes {
            table = table.column(&grouped(*size));
        }
        let mut names: Vec<&str> = stages.iter().map(|(_, stage)| stage.flow.as_str()).collect();
        names.truncate(stages.len() / sizes.len().max(1));
        let mut series = Vec::new();
        for name in names {
            let row = stages.iter().filter(|(_, stage)| stage.flow == name);
            let cells = row.clone().map(|(_, stage)| format!("{} / {}", ms(stage.times.median), stage.round_trips));
            table.row([vec![name.to_owned()], cells.collect()].concat());
            series.push((name.to_owned(), row.map(|(_, stage)| stage.times.median / 1e3).collect()));
        }
        let title = format!("Warm invocation while the tables grow: p50, ms ({} beside)", self.beside);
        let (across, places) = (format!("{} in the table", self.title), sizes.iter().copied().map(grouped).collect());
        pictures.push((self.file.to_owned(), Lines { title, across, places, series }.draw()));
        table.picture(self.file, &format!("Warm invocations with more {}", self.title))
    }
}
