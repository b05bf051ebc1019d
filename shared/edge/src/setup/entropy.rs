//! Random bytes and names.

/// Returns random bytes from the operating system.
///
/// # Panics
/// When the operating system has none: no secret of this server would be secret any more.
#[expect(clippy::disallowed_methods, reason = "the one place that draws random bytes")]
#[expect(clippy::panic, reason = "without entropy no answer is better than a guessable one")]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if let Err(error) = getrandom::fill(&mut bytes) {
        panic!("the operating system gives no random bytes: {error}");
    }
    bytes
}

/// Returns a random name of `N` bytes in hexadecimal digits.
pub fn random_name<const N: usize>() -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).unwrap_or_default();
    random::<N>().iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
