//! Runs the targets in the ordinary build: first the corpus, then random bytes and mutated pieces of the corpus.

use std::path::Path;

use report::Random;

use crate::{TARGETS, mutation};

const SEED: u64 = 2026;
const CASES: u64 = 3_000;

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Prints the input when its target panics.
struct TellIfPanicking<'a>(&'a str, &'a [u8]);

impl Drop for TellIfPanicking<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} fails with {:?}", self.0, String::from_utf8_lossy(self.1));
        }
    }
}

#[test]
fn every_target_holds_for_its_corpus() {
    for (name, target) in TARGETS {
        let corpus = corpus(name);
        assert!(corpus.len() > 5, "the corpus of {name} is nearly empty");
        for data in corpus {
            let told = TellIfPanicking(name, &data);
            target(&data);
            drop(told);
        }
    }
}

#[test]
fn every_target_holds_for_random_bytes_and_for_changed_inputs() {
    for (name, target) in TARGETS {
        let corpus = corpus(name);
        for number in 0..CASES {
            let mut random = Random::of(SEED, number);
            let mut data = if random.once_in(4) {
                (0..random.below(200)).map(|_| random.byte()).collect()
            } else {
                corpus[random.below(corpus.len())].clone()
            };
            mutation::bytes(&mut data, &mut random);
            let told = TellIfPanicking(name, &data);
            target(&data);
            drop(told);
        }
    }
}

#[test]
fn every_corpus_has_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(TARGETS.iter().any(|(known, _)| *known == name), "corpus/{name} is of no target");
    }
}
