//! `jeton dev`: the whole stack in one process.
//!
//! What runs here is what is deployed: the same functions, asked through the same events as behind an API gateway, on
//! the tables and routes of `infra/template.yaml`, by the same storage code, which finds a DynamoDB on this machine.

mod demo;
mod gateway;
mod options;
mod pages;
mod place;
mod site;
mod tell;

use edge::Error;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

pub(crate) use crate::dev::options::DevOptions;
use crate::dev::place::Place;
use crate::dev::site::Site;
use crate::stack::Stack;

/// Runs until somebody stops it.
pub(crate) async fn run(options: DevOptions) -> Result<(), Error> {
    edge::log_to_stderr();
    // Before anything answers: who asks a stack to stop as soon as it answers must be heard.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = listen(options.port, "--port").await?;
    let place = Place::prepare(&options).await?;
    let stack = Stack::open(place.config.connection.clone(), &place.config.tables, place.config.wrapping.clone());
    place.make_tables(&stack).await?;
    let demo = demo::register(&stack, &place).await?;
    let site = Site::open(&place.config, &demo, place.describe())?;
    if let Some(path) = &options.env_file {
        place.write_env_file(path)?;
    }
    tell::ready(&options.address(), &demo, &place.describe())?;
    tokio::select! {
        () = gateway::serve(listener, site) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Binds a port on this machine.
async fn listen(port: u16, flag: &str) -> Result<TcpListener, Error> {
    TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            return format!("port {port} is in use: stop what runs there, or choose another port with {flag}").into();
        }
        format!("port {port} cannot be used ({error}): choose another port with {flag}").into()
    })
}
