//! `jeton dev`: the whole stack in one process.
//!
//! It runs the code that is deployed: the same functions, called with the same events as behind an API gateway,
//! with the tables and routes of `infra/template.yaml` and the same storage code, connected to a DynamoDB on this
//! machine.

mod demo;
mod explorer;
mod gateway;
mod greeting;
mod listen;
mod news;
mod opened;
mod pages;
mod place;
mod site;
mod stream;

use std::sync::Arc;

use back_channel_logout::BackChannelLogout;
use edge::Error;
use service::Stores;
use tokio::signal::unix::{SignalKind, signal};

use crate::args::DevOptions;
use crate::dev::greeting::Greeting;
use crate::dev::listen::listen;
use crate::dev::news::News;
use crate::dev::place::Place;
use crate::dev::site::Site;
use crate::dev::stream::Stream;
use crate::stack::Stack;

/// Runs the stack until it is stopped.
pub(crate) async fn run(options: DevOptions) -> Result<(), Error> {
    edge::log_to_stderr();
    // Install the handler before the server answers: a program may stop the stack as soon as it answers.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = listen(options.port, "--port").await?;
    let place = Place::prepare(&options).await?;
    let stack = Stack::open(place.config.connection.clone(), &place.config.tables, place.config.wrapping.clone());
    let mut news = News { tables: place.make_tables(&stack).await?, created: Vec::new() };
    let demo = demo::register(&stack, &place, &mut news).await?;
    opened::create(&stack, &options.registration_apis).await?;
    let site = Site::open(&place.config, &demo, place.describe())?;
    if let Some(path) = &options.env_file {
        place.write_env_file(path)?;
    }
    Box::pin(follow_sign_outs(&place, &stack)).await?;
    let env_file = options.env_file.as_deref();
    Greeting { address: &options.address(), demo: &demo, storage: &place.describe(), news: &news, env_file }.print()?;
    tokio::select! {
        () = gateway::serve(listener, site) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// Starts a task that does the work of the people table's stream and its Lambda trigger in the cloud.
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
