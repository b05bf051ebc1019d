//! Amazon SES, through which mail goes in the cloud.

use std::time::Duration;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::config::{BehaviorVersion, IdentityCache, Region, StalledStreamProtectionConfig};
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
use back_channel_logout::{NotSent, OutgoingMail, Post, Sending};
use store::Connection;

/// The variable with the endpoint of a mail service other than Amazon's.
const ENDPOINT: &str = "AWS_ENDPOINT_URL_SESV2";

/// The connection to Amazon SES.
pub(crate) struct Ses(Client);

impl Ses {
    /// Connects with the credentials of the function. Nothing is sent yet.
    pub(crate) fn connect(connection: &Connection) -> Self {
        let endpoint = edge::environment(ENDPOINT).filter(|url| !url.is_empty());
        // A mail is sent once or tried again by the stream: a repetition here could send it twice.
        let mut config = aws_sdk_sesv2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(connection.region.clone()))
            .credentials_provider(connection.credentials())
            .http_client(connection.http_client(endpoint.as_deref()))
            .identity_cache(IdentityCache::no_cache())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(5)).build());
        config.set_endpoint_url(endpoint);
        Self(Client::from_conf(config.build()))
    }

    async fn hand_over(&self, mail: &OutgoingMail) -> Result<(), NotSent> {
        let content = content(mail).map_err(|_| NotSent::Refused("the mail could not be built".to_owned()))?;
        let call = self.0.send_email().from_email_address(mail.from.as_str()).content(content);
        let call = call.destination(Destination::builder().to_addresses(mail.to.as_str()).build());
        Box::pin(call.send()).await.map(drop).map_err(|error| reason(&error))
    }
}

impl Post for Ses {
    fn send<'a>(&'a self, mail: &'a OutgoingMail) -> Sending<'a> {
        Box::pin(self.hand_over(mail))
    }
}

fn content(mail: &OutgoingMail) -> Result<EmailContent, BuildError> {
    let part = |text: &str| Content::builder().data(text).charset("UTF-8").build();
    let body = Body::builder().text(part(&mail.content.text)?).html(part(&mail.content.html)?).build();
    let message = Message::builder().subject(part(&mail.content.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}

/// Tells what SES will never take from what it may take later. Its own message is left out: it may name the address.
fn reason<R>(error: &SdkError<SendEmailError, R>) -> NotSent {
    let Some(refused) = error.as_service_error() else {
        return NotSent::Unreachable("SES did not answer".to_owned());
    };
    let code = refused.code().unwrap_or("an unknown error").to_owned();
    if refused.is_bad_request_exception() || refused.is_message_rejected() {
        NotSent::Refused(code)
    } else {
        NotSent::Unreachable(code)
    }
}
