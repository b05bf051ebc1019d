//! `/authorize` on Lambda.

use edge::{Error, Stores};
use authorize::Authorize;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = edge::start()?;
    let stores = Stores::connect(&config);
    edge::serve(Authorize::open(config, &stores)?).await
}
