//! The rotation of signing keys on Lambda, called by a schedule.

use edge::Error;
use lambda_runtime::{LambdaEvent, service_fn};
use rotate_keys::RotateKeys;
use serde::de::IgnoredAny;
use service::Stores;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = edge::start()?;
    let stores = Stores::connect(&config);
    let function = RotateKeys::open(&config, &stores)?;
    lambda_runtime::run(service_fn(|_: LambdaEvent<IgnoredAny>| function.run())).await
}
