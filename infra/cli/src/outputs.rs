//! The outputs of a CloudFormation stack, read as the variables that name its tables and its key.

use std::collections::HashMap;

use aws_sdk_cloudformation::config::{BehaviorVersion, IdentityCache, Region};
use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::Output;
use edge::Error;
use store::{Connection, Patience};

/// Environment variables by name.
pub(crate) type Variables = HashMap<String, String>;

/// The outputs of the template that tell of its state, with the variables that they stand for.
const VARIABLES: [(&str, &str); 8] = [
    ("Issuer", "JETON_ISSUER"),
    ("RegistryTableName", "JETON_TABLE_REGISTRY"),
    ("GrantsTableName", "JETON_TABLE_GRANTS"),
    ("PeopleTableName", "JETON_TABLE_PEOPLE"),
    ("KeysTableName", "JETON_TABLE_KEYS"),
    ("AuditTableName", "JETON_TABLE_AUDIT"),
    ("AuditDays", "JETON_AUDIT_DAYS"),
    ("WrappingKeyArn", "JETON_KMS_KEY_ID"),
];

/// Reads the outputs of the stack named `stack`. They are used instead of the environment's variables, and no key file is.
///
/// # Errors
/// If there is no such stack, if it may not be described, or if it lacks one of these outputs.
pub(crate) async fn read(stack: &str, connection: &Connection, endpoint: Option<&str>) -> Result<Variables, Error> {
    let asked = client(connection, endpoint).describe_stacks().stack_name(stack).send().await;
    let told = asked.map_err(|error| {
        let why = error.message().unwrap_or("no answer");
        format!(
            "the stack {stack} cannot be read: check its name, AWS_PROFILE and AWS_REGION, and that you may \
             cloudformation:DescribeStacks ({why})"
        )
    })?;
    let outputs = told.stacks().first().map(|found| found.outputs().to_vec()).unwrap_or_default();
    variables(stack, &outputs)
}

fn variables(stack: &str, outputs: &[Output]) -> Result<Variables, Error> {
    let mut found = Variables::from([("JETON_KEY_FILE".to_owned(), String::new())]);
    for (output, variable) in VARIABLES {
        let value = outputs.iter().find(|told| told.output_key() == Some(output)).and_then(Output::output_value);
        let value = value.ok_or_else(|| {
            format!("the stack {stack} has no output {output}: deploy it with the template of this version")
        })?;
        found.insert(variable.to_owned(), value.to_owned());
    }
    Ok(found)
}

fn client(connection: &Connection, endpoint: Option<&str>) -> aws_sdk_cloudformation::Client {
    let mut config = aws_sdk_cloudformation::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connection.region.clone()))
        .credentials_provider(connection.credentials())
        .http_client(connection.http_client(endpoint))
        .timeout_config(Patience::Command.timeouts())
        .identity_cache(IdentityCache::no_cache());
    config.set_endpoint_url(endpoint.map(str::to_owned));
    aws_sdk_cloudformation::Client::from_conf(config.build())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told() -> Vec<Output> {
        let output = |(name, _): &(&str, &str)| Output::builder().output_key(*name).output_value("value").build();
        VARIABLES.iter().map(output).collect()
    }

    #[test]
    fn outputs_name_tables_and_key_and_no_key_file_is_used() {
        let found = variables("jeton", &told()).unwrap();
        assert_eq!(found.get("JETON_KMS_KEY_ID").unwrap(), "value");
        assert_eq!(found.get("JETON_KEY_FILE").unwrap(), "");
        assert_eq!(found.len(), VARIABLES.len() + 1);
    }

    #[test]
    fn a_stack_that_lacks_an_output_is_an_error_that_names_it() {
        let error = variables("jeton", &told()[1..]).unwrap_err().to_string();
        assert!(error.contains("output Issuer"), "{error}");
    }
}
