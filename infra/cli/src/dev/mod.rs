//! `jeton dev`: the whole stack in one process.
//!
//! What runs here is what is deployed: the same functions, asked through the same events as behind an API gateway, on
//! the tables and routes of `infra/template.yaml`, by the same storage code, which finds a DynamoDB on this machine.

mod demo;
mod gateway;
mod listen;
mod pages;
mod place;
mod site;
mod stream;
mod tell;

use std::sync::Arc;

use back_channel_logout::BackChannelLogout;
use edge::{Error, Stores};
use tokio::signal::unix::{SignalKind, signal};

use crate::args::DevOptions;
use crate::dev::listen::listen;
use crate::dev::place::Place;
use crate::dev::site::Site;
use crate::dev::stream::Stream;
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
    Box::pin(follow_sign_outs(&place, &stack)).await?;
    tell::ready(&options.address(), &demo, &place.describe())?;
    tokio::select! {
        () = gateway::serve(listener, site) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Does beside everything else what the stream of the people table has Lambda do in the cloud.
async fn follow_sign_outs(place: &Place, stack: &Stack) -> Result<(), Error> {
    let function = BackChannelLogout::open(place.config.clone(), &Stores::connect(&place.config))?;
    let table = place.config.tables.people.as_deref().unwrap_or_default();
    match Box::pin(Stream::open(&place.config, &stack.dynamodb, table)).await? {
        Some(stream) => drop(tokio::spawn(Box::pin(stream.follow(Arc::new(function))))),
        None => edge::warning(
            "sign-outs are not followed up: the people table has no stream; make it with `jeton tables create`",
        ),
    }
    Ok(())
}
