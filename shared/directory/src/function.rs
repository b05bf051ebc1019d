//! The function of the operator.

/// The function of the operator that checks passwords: on Lambda, or on a developer's own machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryFunction(Place);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A Lambda function: its ARN, its region and its partition.
    Lambda { arn: String, region: String, partition: String },
    /// An HTTP endpoint on this machine.
    Local { url: String },
}

/// The error for a text that names no function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be the ARN of a Lambda function, or an http URL of this machine")]
pub struct MalformedFunction;

impl DirectoryFunction {
    /// Reads the ARN of a function, with a version or an alias if it has one, or an `http` URL of this machine.
    ///
    /// # Errors
    /// [`MalformedFunction`] when it is neither.
    pub fn parse(text: &str) -> Result<Self, MalformedFunction> {
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !br#""<>\^`{|}#"#.contains(&byte);
        if text.len() > 512 || !text.bytes().all(is_plain) {
            return Err(MalformedFunction);
        }
        let local = text.strip_prefix("http://").map(is_this_machine);
        let place = match (local, lambda(text)) {
            (Some(true), _) => Place::Local { url: text.to_owned() },
            (None, Some(lambda)) => lambda,
            (Some(false), _) | (None, None) => return Err(MalformedFunction),
        };
        Ok(Self(place))
    }

    /// Returns the text that it was read from.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Place::Lambda { arn, .. } => arn,
            Place::Local { url } => url,
        }
    }

    pub(crate) const fn place(&self) -> &Place {
        &self.0
    }
}

/// Reads `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME`, with `:QUALIFIER` or without.
fn lambda(text: &str) -> Option<Place> {
    let words: Vec<&str> = text.split(':').collect();
    let ["arn", partition, "lambda", region, account, "function", rest @ ..] = words.as_slice() else { return None };
    let is_word = |word: &str, others: &[u8]| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || others.contains(&byte))
    };
    let are_names = matches!(rest.len(), 1 | 2) && rest.iter().all(|name| is_word(name, b"-_$"));
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_lambda = partition.starts_with("aws") && is_word(partition, b"-") && is_word(region, b"-");
    let (region, partition) = ((*region).to_owned(), (*partition).to_owned());
    (is_lambda && is_account && are_names).then(|| Place::Lambda { arn: text.to_owned(), region, partition })
}

/// Returns whether the part of a URL after its scheme begins with this machine and perhaps a port.
fn is_this_machine(rest: &str) -> bool {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let port = ["127.0.0.1", "[::1]", "localhost"].iter().find_map(|host| authority.strip_prefix(host));
    let is_port = |port: &str| port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit());
    port.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':').is_some_and(is_port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_an_arn_or_a_url_of_this_machine() {
        for good in [
            "arn:aws:lambda:eu-central-1:123456789012:function:old-directory",
            "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:old_directory:live",
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:old:7",
            "http://127.0.0.1:8080/check",
            "http://localhost",
            "http://[::1]:1?a=b",
        ] {
            assert_eq!(DirectoryFunction::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for bad in [
            "",
            "old-directory",
            "arn:aws:lambda:eu-central-1:123456789012:layer:old",
            "arn:aws:lambda:eu-central-1:12345678901:function:old",
            "arn:aws:lambda:eu-central-1:123456789012:function:",
            "arn:aws:lambda:eu-central-1:123456789012:function:a:b:c",
            "arn:aws:lambda:eu.evil/:123456789012:function:old",
            "arn:aws:lambda::123456789012:function:old",
            "arn:aws:lambda:eu-central-1:123456789012:function:*",
            "arn:evil:lambda:eu-central-1:123456789012:function:old",
            "https://127.0.0.1/",
            "http://directory.example/",
            "http://localhost.evil.example/",
            "http://127.0.0.1@evil.example/",
            "http://127.0.0.1:x/",
            "http://127.0.0.1:8080/a b",
            "http://127.0.0.1:8080/#a",
        ] {
            assert_eq!(DirectoryFunction::parse(bad), Err(MalformedFunction), "{bad}");
        }
    }
}
