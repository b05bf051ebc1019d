//! The reasons to reject a claim or its value.

/// The reasons to reject a claim or its value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedClaim {
    /// The name means something in a token or an answer of this server.
    #[error("the claim {0:?} is set by this server: choose another name")]
    Reserved(String),
    /// The name cannot be that of a claim.
    #[error("a claim's name has 1 to 128 visible ASCII characters without quotes, backslashes and =: {0:?} has not")]
    Name(String),
    /// The claim says who a person is, where only roles, groups and custom claims may stand.
    #[error(
        "the claim {0:?} says who a person is: only roles, groups and claims with names of your own can stand here"
    )]
    OfPerson(String),
    /// The value is not a text, or is too long.
    #[error("{0} must be a text of 1 to 1024 bytes without control characters")]
    Text(&'static str),
    /// The value is neither true nor false.
    #[error("{0} must be true or false")]
    Flag(&'static str),
    /// The value is not a time.
    #[error("{0} must be a number of seconds since 1970")]
    Number(&'static str),
    /// The value is not an address.
    #[error("{0} must be an object of formatted, street_address, locality, region, postal_code and country, or a text")]
    Address(&'static str),
    /// The value is not a list of names.
    #[error("{0} must be a list of at least one text, each of 1 to 128 bytes without control characters")]
    Texts(&'static str),
    /// The value of a custom claim is empty, too long or has control characters.
    #[error(
        "the claim {0} must be a text of 1 to 1024 bytes without control characters, true, false, a number, a list or an object"
    )]
    Custom(String),
    /// Roles, groups and custom claims are too large to stand in an access token.
    #[error(
        "roles, groups and custom claims take {0} bytes as JSON, and may take 1536: they can stand in access tokens, which stay below 4 KB"
    )]
    TooLargeForTokens(usize),
    /// The claims are not a JSON object, or are too large in total.
    #[error("the claims must be one JSON object of at most 16 KiB")]
    Whole,
}
