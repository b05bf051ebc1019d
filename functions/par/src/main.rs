//! The `/par` function on Lambda.

use edge::Error;
use par::Par;
use service::Stores;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = edge::start()?;
    let stores = Stores::connect(&config);
    let firewall = config.firewall.clone();
    edge::serve(&firewall, &Par::open(config, &stores)?).await
}
