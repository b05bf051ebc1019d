//! What `tests/bench/peers/run` found, as far as the report shows it.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The file.
#[derive(Clone, Debug, Deserialize)]
pub struct Peers {
    /// Who was measured.
    pub servers: Vec<Server>,
    /// What was asked of them.
    pub workloads: Vec<Workload>,
    /// How many times better Jeton is than each peer. Those with their state in `DynamoDB` stand beside Jeton without the
    /// store that `jeton dev` holds.
    #[serde(default)]
    pub ratios: Vec<Ratio>,
    /// The same for `jeton dev` without the store that it holds.
    #[serde(default)]
    pub ratios_store_apart: Vec<Ratio>,
    /// What a peer has not.
    #[serde(default)]
    pub missing: Vec<Missing>,
    /// How many of simultaneous redemptions of one code got tokens.
    #[serde(default)]
    pub races: Vec<Race>,
}

/// A server.
#[derive(Clone, Debug, Deserialize)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// What it runs on.
    #[serde(default)]
    pub runtime: String,
    /// From the start of its process to its first token.
    #[serde(default)]
    pub start_to_first_token_ms: Vec<f64>,
    /// The most memory that it ever had.
    #[serde(default)]
    pub peak_memory_kib: Option<f64>,
}

/// What is asked of a server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Work {
    /// Its name.
    #[serde(alias = "workload")]
    pub name: String,
    /// How its tokens are signed.
    #[serde(default)]
    pub algorithm: Option<String>,
}

/// One kind of work at one server; medians of the rounds.
#[derive(Clone, Debug, Deserialize)]
pub struct Workload {
    /// What was asked.
    #[serde(flatten)]
    pub work: Work,
    /// Who did it.
    pub server: String,
    /// Processor time.
    pub cpu_us_per_request: Option<f64>,
    /// Throughput.
    pub requests_per_second: Option<f64>,
    /// Calls to `DynamoDB`, where the state is there.
    #[serde(default)]
    pub store_calls: Option<BTreeMap<String, f64>>,
}

/// How many times better Jeton is.
#[derive(Clone, Debug, Deserialize)]
pub struct Ratio {
    /// At what.
    #[serde(flatten)]
    pub work: Work,
    /// Than whom.
    pub peer: String,
    /// Which Jeton.
    #[serde(default)]
    pub beside: String,
    /// The peer's processor time by Jeton's.
    pub cpu_ratio: Option<f64>,
    /// Jeton's requests a second by the peer's.
    pub throughput_ratio: Option<f64>,
}

/// One code, presented by many at once, several times.
#[derive(Clone, Debug, Deserialize)]
pub struct Race {
    /// Whose code.
    pub server: String,
    /// Of what client.
    pub client: String,
    /// How many presented it.
    pub redemptions: usize,
    /// How many of them got tokens, each time.
    pub got_tokens: Vec<usize>,
    /// How many of the refresh tokens were good afterwards, each time.
    pub refresh_tokens_good_afterwards: Vec<usize>,
}

/// What was not measured.
#[derive(Clone, Debug, Deserialize)]
pub struct Missing {
    /// What.
    #[serde(flatten)]
    pub work: Work,
    /// Who has it not.
    pub server: String,
    /// Why.
    pub why: String,
}

impl Work {
    /// Name and algorithm.
    pub fn title(&self) -> String {
        let algorithm = self.algorithm.iter().map(|algorithm| format!(", {algorithm}"));
        [self.name.clone()].into_iter().chain(algorithm).collect()
    }
}

impl Server {
    /// The median of its starts.
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
