//! The `/account` function on Lambda.

use account::Account;
use edge::Error;
use service::Stores;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = edge::start()?;
    let stores = Stores::connect(&config);
    let firewall = config.firewall.clone();
    edge::serve(&firewall, &Account::open(config, &stores)?).await
}
