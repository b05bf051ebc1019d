//! The back-channel logout function on Lambda, called by the stream of the people table.

mod ses;

use std::sync::Arc;

use back_channel_logout::{BackChannelLogout, StreamEvent};
use edge::Error;
use lambda_runtime::{LambdaEvent, service_fn};
use service::Stores;

use crate::ses::Ses;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = edge::start()?;
    let stores = Stores::connect(&config);
    let post = config.mail_from.is_some().then(|| Ses::connect(&config.connection));
    let function = BackChannelLogout::open(config, &stores)?;
    let function = &match post {
        Some(post) => function.with_post(Arc::new(post)),
        None => function,
    };
    lambda_runtime::run(service_fn(|event: LambdaEvent<StreamEvent>| async move {
        Ok::<_, Error>(function.run(&event.payload).await)
    }))
    .await
}
