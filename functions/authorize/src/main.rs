//! The `/authorize` function on Lambda.

use authorize::Authorize;
use edge::Error;
use service::Stores;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = edge::start()?;
    let stores = Stores::connect(&config);
    let entrance = config.entrance.clone();
    edge::serve(&entrance, Authorize::open(config, &stores)?).await
}
