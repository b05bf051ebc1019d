//! The `/introspect` function on Lambda.

use edge::Error;
use introspect::Introspect;
use service::Stores;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = edge::start()?;
    let stores = Stores::connect(&config);
    let firewall = config.firewall.clone();
    edge::serve(&firewall, &Introspect::open(config, &stores)?).await
}
