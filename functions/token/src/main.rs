//! The `/token` function on Lambda.

use edge::Error;
use service::Stores;
use token::Token;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = edge::start()?;
    let stores = Stores::connect(&config);
    let firewall = config.firewall.clone();
    edge::serve(&firewall, &Token::open(config, &stores)?).await
}
