//! Randomness.

/// Random bytes of the operating system.
///
/// # Panics
/// When the operating system has none to give: then nothing that this server makes would be a secret.
#[expect(clippy::disallowed_methods, reason = "the one place that draws random bytes")]
#[expect(clippy::panic, reason = "without entropy no answer is better than a guessable one")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no random bytes: {error}");
    }
    bytes
}

/// A random name of `N` bytes in hexadecimal digits.
pub fn random_name<const N: usize>() -> String {
    random::<N>().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}
