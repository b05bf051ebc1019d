//! Writes `REPORT.md`, `results.json` and the charts beside them.

use std::path::Path;

use serde::Deserialize as _;
use serde_json::{Value, json};

use crate::Failure;
use crate::peers::Peers;
use crate::results::{Functions, Growth, Imports, Origin, Tls, read, write};
use crate::{tables, tables_of_peers};

/// All measurements that were found.
pub struct Parts {
    /// The measurements of `bench functions`.
    pub functions: Option<Functions>,
    /// The measurements of `bench growth`.
    pub growth: Option<Growth>,
    /// The measurements of `bench tls`.
    pub tls: Option<Tls>,
    /// The measurements of `bench imports`.
    pub imports: Option<Imports>,
    /// The measurements of `tests/bench/peers/run`.
    pub peers: Option<Value>,
}

impl Parts {
    /// Reads the measurements in `folder`.
    ///
    /// # Errors
    /// If a part cannot be read.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        Ok(Self {
            functions: read(&folder.join("functions.json"))?,
            growth: read(&folder.join("growth.json"))?,
            tls: read(&folder.join("tls.json"))?,
            imports: read(&folder.join("imports.json"))?,
            peers: read(&folder.join("peers.json"))?,
        })
    }

    /// Writes the report into `folder`.
    ///
    /// # Errors
    /// If there are no measurements, or a file cannot be written.
    pub fn report(&self, folder: &Path) -> Result<(), Failure> {
        let (mut text, mut pictures) = (head(self.origin()), Vec::new());
        if let Some(functions) = &self.functions {
            tables::functions(functions, &mut text, &mut pictures);
        }
        if let Some(tls) = &self.tls {
            tables::tls(tls, &mut text);
        }
        if let Some(growth) = &self.growth {
            tables::growth(growth, &mut text, &mut pictures);
        }
        if let Some(imports) = &self.imports {
            tables::imports(imports, &mut text);
        }
        if let Some(peers) = &self.peers {
            tables_of_peers::peers(&Peers::deserialize(peers)?, &mut text, &mut pictures);
        }
        if pictures.is_empty() {
            return Err("nothing was measured yet: there is no part to report".into());
        }
        for (name, picture) in pictures {
            std::fs::write(folder.join(name), picture)?;
        }
        std::fs::write(folder.join("REPORT.md"), text)?;
        let Self { functions, growth, tls, imports, peers } = self;
        write(
            &folder.join("results.json"),
            &json!({"functions": functions, "growth": growth, "tls": tls, "imports": imports, "peers": peers}),
        )
    }

    fn origin(&self) -> Option<&Origin> {
        let functions = self.functions.as_ref().map(|part| &part.origin);
        functions.or(self.growth.as_ref().map(|part| &part.origin))
    }
}

fn head(origin: Option<&Origin>) -> String {
    let Origin { processor, cores, kernel, commit, date, .. } = origin.cloned().unwrap_or_default();
    format!(
        "# Speed, size and work\n\n\
         Written by `tests/bench/run` on {date}, commit `{commit}`, on {cores} cores ({processor}, {kernel}). The same again: \
         the same command. All figures are in [`results.json`](results.json).\n\n\
         Times are taken outside of the function: from the start of its process to its first question for an invocation \
         (init), and from the moment the event is handed over to the moment the answer is here. Loops of the lowest priority \
         keep the cores awake meanwhile, where one by one is measured. The floor is a function \
         that does nothing but `lambda_http`: what it takes is in every other figure too. The store is the embedded DynamoDB \
         of `jeton dev` on loopback. Compare figures within one report, not between machines. What repeats exactly is held \
         to [`limits.toml`](limits.toml) by `tests/run`.\n\n"
    )
}
