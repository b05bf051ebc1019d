//! `jeton dev`: the whole stack in one process.
//!
//! It runs the code that is deployed: the same functions, called with the same events as behind an API gateway,
//! with the tables and routes of `infra/template.yaml` and the same storage code, connected to a DynamoDB on this
//! machine.

mod configuration;
mod demo;
mod demo_parts;
mod embedded;
mod env_file;
mod explorer;
mod gateway;
mod greeting;
mod issuer;
mod listen;
mod news;
mod opened;
mod outbox;
mod pages;
mod place;
mod private_files;
mod site;
mod stop;
mod stream;
mod token;
mod variables;

use std::sync::Arc;

use back_channel_logout::BackChannelLogout;
use edge::Error;
use service::Stores;

use crate::args::{DevCommand, DevOptions};
use crate::commands::apply;
use crate::dev::greeting::Greeting;
use crate::dev::listen::listen_at;
use crate::dev::news::News;
use crate::dev::outbox::Outbox;
use crate::dev::place::Place;
use crate::dev::site::Site;
use crate::dev::stop::Stop;
use crate::dev::stream::Stream;
use crate::stack::Stack;

/// Runs the stack until it is stopped, or another command of `jeton dev`.
pub(crate) async fn run(options: DevOptions) -> Result<(), Error> {
    match options.command {
        Some(DevCommand::Token(wanted)) => Box::pin(token::run(wanted)).await,
        None => Box::pin(run_stack(options)).await,
    }
}

async fn run_stack(options: DevOptions) -> Result<(), Error> {
    edge::log_to_stderr(edge::environment("RUST_LOG").filter(|levels| !levels.is_empty()).as_deref())?;
    // Install the handler before the server answers: a program may stop the stack as soon as it answers.
    let mut stop = Stop::catch()?;
    tokio::select! {
        served = Box::pin(prepare_and_serve(options)) => served,
        // Also while the stack is being prepared. What it keeps in a temporary directory is deleted then.
        () = stop.wait() => Ok(()),
    }
}

/// Prepares everything, says so, and serves.
async fn prepare_and_serve(options: DevOptions) -> Result<(), Error> {
    let listener = listen_at(options.host, options.port, "--port").await?;
    let options = DevOptions { port: listener.local_addr()?.port(), ..options };
    let place = Place::prepare(&options).await?;
    let mut stack = Stack::open(place.config.connection.clone(), &place.config.tables, place.config.wrapping.clone());
    stack.reach = place.config.reach.clone();
    stack.issuer = Some(place.config.issuer.to_string());
    let mut news = News { tables: place.make_tables(&stack).await?, created: Vec::new() };
    let demo = demo::register(&stack, &place, &mut news).await?;
    opened::create(&stack, &options.registration_apis).await?;
    let seeded = match &options.seed {
        Some(file) => Some(Box::pin(apply::seed(&stack, file)).await?),
        None => None,
    };
    let outbox = Arc::new(Outbox::new(place.config.issuer.as_str()));
    let site = Site::open(&place.config, &demo, Arc::clone(&outbox), place.describe())?;
    let site = site.with_brand(options.brand.as_deref());
    let env_file = place.write_env_file(&options)?;
    Box::pin(follow_people(&place, &stack, outbox)).await?;
    Greeting {
        address: &options.address(),
        is_open: options.is_open(),
        demo: &demo,
        storage: &place.describe(),
        news: &news,
        seeded: seeded.as_deref(),
        env_file: &env_file.path,
        passed_over: env_file.passed_over.as_ref(),
    }
    .print()?;
    place.tell_wider_permissions(&env_file.path);
    gateway::serve(listener, site, place.config.firewall.includes_subdomains()).await;
    Ok(())
}

/// Starts a task that does the work of the people table's stream and its Lambda trigger in the cloud.
async fn follow_people(place: &Place, stack: &Stack, outbox: Arc<Outbox>) -> Result<(), Error> {
    let function = BackChannelLogout::open(place.config.clone(), &Stores::connect(&place.config))?;
    let function = function.with_post(outbox);
    let table = place.config.tables.people.as_deref().unwrap_or_default();
    match Box::pin(Stream::open(&place.config, &stack.dynamodb, table)).await? {
        Some(stream) => drop(tokio::spawn(Box::pin(stream.follow(Arc::new(function))))),
        None => edge::warning(
            "sign-outs are not followed up, and mails are not sent: the people table has no stream; make it with `jeton tables create`",
        ),
    }
    Ok(())
}
