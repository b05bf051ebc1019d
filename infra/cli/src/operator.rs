//! The operator who runs a command, as named in the audit trail.

use std::time::Duration;

use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{BehaviorVersion, IdentityCache, Region};
use store::Connection;

/// Returns the operator: the ARN of the IAM identity for a stack in AWS, or else the user of this machine.
///
/// If AWS does not return the caller's identity, the id of the access key is used: `CloudTrail` maps it to its
/// owner.
pub(crate) async fn name(connection: &Connection, sts_endpoint: Option<&str>) -> String {
    if connection.dynamodb_endpoint.is_some() && sts_endpoint.is_none() {
        return local();
    }
    let asked = sts(connection, sts_endpoint).get_caller_identity().send().await;
    let arn = asked.ok().and_then(|identity| identity.arn);
    arn.unwrap_or_else(|| format!("access-key:{}", connection.access_key_id))
}

fn sts(connection: &Connection, endpoint: Option<&str>) -> aws_sdk_sts::Client {
    // The command does not depend on the answer, so it waits for less than for its store.
    let limit = Duration::from_secs(10);
    let mut config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connection.region.clone()))
        .credentials_provider(connection.credentials())
        .http_client(connection.http_client(endpoint))
        .identity_cache(IdentityCache::no_cache())
        .timeout_config(TimeoutConfig::builder().operation_timeout(limit).build());
    config.set_endpoint_url(endpoint.map(str::to_owned));
    aws_sdk_sts::Client::from_conf(config.build())
}

/// Returns the user according to the operating system, regardless of the environment variables.
fn local() -> String {
    let unknown = |_| "unknown".to_owned();
    format!("local:{}@{}", whoami::username().unwrap_or_else(unknown), whoami::hostname().unwrap_or_else(unknown))
}

#[cfg(test)]
mod tests {
    use protocol::Secret;
    use store::Patience;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const ARN: &str = "arn:aws:sts::123456789012:assumed-role/Admin/ana";

    fn connection(dynamodb: Option<&str>) -> Connection {
        Connection {
            region: "us-east-1".to_owned(),
            access_key_id: "AKIDEXAMPLE".to_owned(),
            secret_access_key: Secret::new("secret".to_owned()),
            session_token: None,
            dynamodb_endpoint: dynamodb.map(str::to_owned),
            kms_endpoint: None,
            lambda_endpoint: None,
            names_its_roots: false,
            patience: Patience::Command,
        }
    }

    /// Starts a server that answers one request, and returns its address.
    async fn answering(status: &'static str, body: String) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = vec![0; 8192];
                let read = stream.read(&mut request).await.unwrap();
                assert!(String::from_utf8_lossy(&request[..read]).contains("AKIDEXAMPLE"));
                let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            }
        });
        endpoint
    }

    #[tokio::test]
    async fn c147_an_operator_of_aws_is_the_iam_caller() {
        let body = format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{ARN}</Arn></GetCallerIdentityResult>\
             </GetCallerIdentityResponse>"
        );
        let endpoint = answering("200 OK", body).await;
        assert_eq!(name(&connection(None), Some(&endpoint)).await, ARN);
        let refused = answering("403 Forbidden", "<ErrorResponse/>".to_owned()).await;
        assert_eq!(name(&connection(None), Some(&refused)).await, "access-key:AKIDEXAMPLE");
    }

    #[tokio::test]
    async fn c147_an_operator_of_a_local_stack_is_the_user_of_the_machine() {
        let who = name(&connection(Some("http://127.0.0.1:1")), None).await;
        let (user, host) = who.strip_prefix("local:").unwrap().split_once('@').unwrap();
        assert!(!user.is_empty() && !host.is_empty() && user != "unknown", "{who}");
    }
}
