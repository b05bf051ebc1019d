//! The smallest function: it answers the same line to everything. What it takes, every function takes.

use lambda_http::{Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(|_: Request| async { Ok::<_, Error>(Response::new("{}".to_owned())) })).await
}
