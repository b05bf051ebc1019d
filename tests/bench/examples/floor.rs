//! The smallest possible function: it gives the same line as every answer. Its cost is the floor for all functions.

use lambda_http::{Error, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(|_: Request| async { Ok::<_, Error>(Response::new("{}".to_owned())) })).await
}
