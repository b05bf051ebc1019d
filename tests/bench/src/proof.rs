//! The work of checking a `DPoP` proof (ES256), beside that of its signature alone.
//!
//! Both are counted under callgrind, with the instructions of AWS-LC: the whole is compared with its largest part, on one
//! processor. A process checks one proof a few times, another one many times, and the difference is that of the checks.

use std::hint::black_box;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::ValueEnum;
use grants::Timestamp;
use grants::dpop::{ProvenRequest, judge};
use harness::ClientKey;
use keys::proven_key;
use protocol::{DpopProof, TargetUri};
use tokio::process::Command;

use crate::Failure;
use crate::callgrind::Profile;
use crate::place::own_binaries;
use crate::valgrind::NO_STRING_INSTRUCTIONS;

const TARGET: &str = "https://issuer.example/token";
/// The numbers of checks whose difference is counted.
const TIMES: (u64, u64) = (10, 60);

/// The part of the work that is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Check {
    /// The signature alone, by AWS-LC, with a key that is read each time.
    Signature,
    /// The whole proof, as the endpoints check it.
    Proof,
}

/// Checks one proof `times` times.
///
/// # Errors
/// If the proof is refused.
pub fn repeat(check: Check, times: u64) -> Result<(), Failure> {
    let key = ClientKey::new();
    let jwt = key.proof("POST", TARGET, None);
    match check {
        Check::Signature => signatures(&key, &jwt, times),
        Check::Proof => proofs(&jwt, times),
    }
}

fn signatures(key: &ClientKey, jwt: &str, times: u64) -> Result<(), Failure> {
    let (message, signature) = jwt.rsplit_once('.').ok_or("no signature")?;
    let (signature, point) = (URL_SAFE_NO_PAD.decode(signature)?, key.point());
    for _ in 0..times {
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, black_box(&point));
        key.verify(black_box(message.as_bytes()), &signature)?;
    }
    Ok(())
}

fn proofs(jwt: &str, times: u64) -> Result<(), Failure> {
    let target = TargetUri::parse(TARGET)?;
    let now = Timestamp::from_seconds(DpopProof::parse(jwt)?.claims.issued_at);
    let request = ProvenRequest { method: "POST", target: &target, token: None, nonces: None, now };
    for _ in 0..times {
        let proof = DpopProof::parse(black_box(jwt))?;
        let proven = proven_key(&proof).and_then(|key| judge(key, proof.algorithm, &proof.claims, &request));
        black_box(proven.map_err(|refusal| format!("{refusal:?}"))?);
    }
    Ok(())
}

/// Counts the instructions of one check.
///
/// # Errors
/// If valgrind is missing, or this program was not built.
pub async fn instructions(check: Check) -> Result<u64, Failure> {
    let (few, many) = TIMES;
    let more = counted(check, many).await?.saturating_sub(counted(check, few).await?);
    Ok(more / (many - few))
}

async fn counted(check: Check, times: u64) -> Result<u64, Failure> {
    let scratch = tempfile::tempdir()?;
    let out = scratch.path().join("out");
    let name = check.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let (variable, value) = NO_STRING_INSTRUCTIONS;
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--tool=callgrind", "--demangle=no"]);
    command.arg(format!("--callgrind-out-file={}", out.display())).env(variable, value);
    command.arg(own_binaries().join("bench")).args(["proofs", &name, &times.to_string()]);
    let done = command.output().await?;
    if !done.status.success() {
        return Err(format!("{command:?}: {}", String::from_utf8_lossy(&done.stderr)).into());
    }
    Ok(Profile::parse(&std::fs::read_to_string(out)?)?.instructions())
}
