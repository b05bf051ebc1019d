//! The `/userinfo` function on Lambda.

use edge::Error;
use service::Stores;
use userinfo::UserInfo;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let config = edge::start()?;
    let stores = Stores::connect(&config);
    let entrance = config.entrance.clone();
    edge::serve(&entrance, UserInfo::open(config, &stores)?).await
}
