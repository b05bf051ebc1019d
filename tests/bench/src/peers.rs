//! The results of `tests/bench/peers/run`, as far as the report shows them.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The contents of the results file.
#[derive(Clone, Debug, Deserialize)]
pub struct Peers {
    /// The servers that were measured.
    pub servers: Vec<Server>,
    /// The results of each workload at each server.
    pub workloads: Vec<Workload>,
    /// The factors by which Jeton is better than each peer. Peers with their state in `DynamoDB` are compared with
    /// Jeton without the store that `jeton dev` contains.
    #[serde(default)]
    pub ratios: Vec<Ratio>,
    /// The same factors for `jeton dev` without the store that it contains.
    #[serde(default)]
    pub ratios_store_apart: Vec<Ratio>,
    /// The workloads that a peer does not support.
    #[serde(default)]
    pub missing: Vec<Missing>,
    /// The results of redeeming one code several times at once.
    #[serde(default)]
    pub races: Vec<Race>,
}

/// A server that was measured.
#[derive(Clone, Debug, Deserialize)]
pub struct Server {
    /// The name of the server.
    pub name: String,
    /// The version of the server.
    #[serde(default)]
    pub version: String,
    /// The runtime that the server uses.
    #[serde(default)]
    pub runtime: String,
    /// The times from the start of its process to its first token, in milliseconds.
    #[serde(default)]
    pub start_to_first_token_ms: Vec<f64>,
    /// The peak memory of the server, in KiB.
    #[serde(default)]
    pub peak_memory_kib: Option<f64>,
}

/// A kind of request to a server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Work {
    /// The name of the kind of request.
    #[serde(alias = "workload")]
    pub name: String,
    /// The algorithm that signs its tokens.
    #[serde(default)]
    pub algorithm: Option<String>,
}

/// The results of one kind of request at one server: medians of the rounds.
#[derive(Clone, Debug, Deserialize)]
pub struct Workload {
    /// The kind of request.
    #[serde(flatten)]
    pub work: Work,
    /// The name of the server.
    pub server: String,
    /// The processor time of a request, in microseconds.
    pub cpu_us_per_request: Option<f64>,
    /// The throughput, in requests per second.
    pub requests_per_second: Option<f64>,
    /// The calls to `DynamoDB`, if the server keeps its state there.
    #[serde(default)]
    pub store_calls: Option<BTreeMap<String, f64>>,
}

/// The factors by which Jeton is better than a peer.
#[derive(Clone, Debug, Deserialize)]
pub struct Ratio {
    /// The kind of request that is compared.
    #[serde(flatten)]
    pub work: Work,
    /// The name of the peer.
    pub peer: String,
    /// The variant of Jeton that is compared.
    #[serde(default)]
    pub beside: String,
    /// The peer's processor time divided by Jeton's.
    pub cpu_ratio: Option<f64>,
    /// Jeton's requests per second divided by the peer's.
    pub throughput_ratio: Option<f64>,
}

/// Several rounds of presenting one code in many requests at once.
#[derive(Clone, Debug, Deserialize)]
pub struct Race {
    /// The server that issued the code.
    pub server: String,
    /// The client that the code was issued to.
    pub client: String,
    /// The number of requests that presented the code.
    pub redemptions: usize,
    /// The number of them that got tokens, for each round.
    pub got_tokens: Vec<usize>,
    /// The number of refresh tokens that were still valid afterwards, for each round.
    pub refresh_tokens_good_afterwards: Vec<usize>,
}

/// A workload that was not measured at a server.
#[derive(Clone, Debug, Deserialize)]
pub struct Missing {
    /// The kind of request that is missing.
    #[serde(flatten)]
    pub work: Work,
    /// The server that does not support it.
    pub server: String,
    /// The reason it was not measured.
    pub why: String,
}

impl Work {
    /// The name and the algorithm of the work.
    pub fn title(&self) -> String {
        let algorithm = self.algorithm.iter().map(|algorithm| format!(", {algorithm}"));
        [self.name.clone()].into_iter().chain(algorithm).collect()
    }
}

impl Server {
    /// The median of the server's start times.
    pub fn start(&self) -> Option<f64> {
        let mut times = self.start_to_first_token_ms.clone();
        times.sort_by(f64::total_cmp);
        times.get(times.len().saturating_sub(1) / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whatever_else_it_says() {
        let peers: Peers = serde_json::from_value(serde_json::json!({
            "rounds": 5,
            "servers": [{"name": "jeton", "start_to_first_token_ms": [3, 1, 2.5], "notes": "none"}],
            "workloads": [{"name": "refresh", "algorithm": "ES256", "server": "jeton", "cpu_us_per_request": 70}],
            "ratios": [{"workload": "refresh", "algorithm": null, "peer": "another", "cpu_ratio": 2}],
        }))
        .unwrap();
        assert_eq!(peers.servers[0].start(), Some(2.5));
        assert_eq!(
            (peers.workloads[0].work.title(), peers.ratios[0].work.title()),
            ("refresh, ES256".into(), "refresh".into())
        );
    }
}
