//! The load test and the figures that it reports.

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures::FutureExt as _;
use futures::future::join_all;
use harness::Tally;
use report::{Section, depth, milliseconds, seed};
use tokio::time::Instant;

use crate::asking::Count;
use crate::caller::{Caller, Kept, introspection};
use crate::ledger::Ledger;
use crate::place::Place;
use crate::plan::Plan;

const CALLERS: usize = 64;
const GRANTS: (usize, usize) = (2_048, 60_000);
/// One grant of an app in this number meets a sign-out or a command that ends sessions.
const EVENTS: (usize, usize) = (10, 50);
/// The number of calls in a thousand that get a fault.
const FAULTS: usize = 50;
/// The approximate number of grants whose tokens are introspected at the end.
const KEPT: usize = 500;

static TOLD: Section = Section::new("5-load", "Load", &["what", "figure"]);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_what_clients_were_told_is_what_the_table_holds() {
    let seed = seed("under_load_what_clients_were_told_is_what_the_table_holds");
    let grants = depth(GRANTS.0, GRANTS.1);
    let place = Place::start().await;
    let mut ledger = Ledger::beginning_with(&place.tables().read().await);

    place.proxy.fail_randomly(seed, FAULTS);
    let began = Instant::now();
    let kept = let_them_call(&place, seed, grants, &mut ledger).await;
    let took = began.elapsed();
    let tally = place.proxy.settled().await;

    let wrong = wrong_about(&place, &ledger, &kept).await;
    let contents = place.tables().read().await;
    let differences = ledger.differences(&contents);
    TOLD.tell("seed", &[&seed]);
    TOLD.tell("grants", &[&ledger.len()]);
    TOLD.tell("differences", &[&(differences.len() + wrong.len())]);
    TOLD.tell("time", &[&format!("{} s", took.as_secs())]);
    TOLD.tell("grants that nobody was told of, after 503", &[&ledger.untold(&contents.grants)]);
    TOLD.tell("tokens asked about in the end", &[&kept.len()]);
    tell_of_callers(&place);
    tell_of_faults(&tally);
    assert_eq!((differences, wrong), (Vec::new(), Vec::new()));
    let figures = &place.figures;
    let number = |figure: &Count| usize::try_from(figure.get()).unwrap();
    let without = number(&figures.without_code) + number(&figures.without_tokens);
    assert_eq!(ledger.len() + without, grants + number(&figures.extra));
    let kinds = [&figures.sign_outs, &figures.commands, &figures.ahead, &figures.behind, &figures.without_code];
    assert!(kinds.iter().all(|figure| figure.get() > 0), "an event of some kind did not happen");
    assert!(figures.exchanges.get() > 0 && figures.without_tokens.get() > 0, "no exchange, or no denial");
    // A consent is forgotten only if its own write gets no answer, which the SDK sends three times.
    assert!(number(&figures.forgotten) <= 2 + number(&figures.sign_ins) / 50, "{} consents", figures.forgotten.get());
}

/// Lets every caller create its share of the grants. Returns some of the tokens.
async fn let_them_call(place: &Place, seed: u64, grants: usize, ledger: &mut Ledger) -> Vec<Kept> {
    let events = depth(EVENTS.0, EVENTS.1);
    let callers = (0..CALLERS).map(async |number| {
        let mut caller = Caller::new(place, number);
        for grant in (number..grants).step_by(CALLERS) {
            let plan = Plan::draw(seed, number as u64, grant as u64, events);
            let done = AssertUnwindSafe(caller.run(&plan, grant % (grants / KEPT) == 0)).catch_unwind().await;
            done.unwrap_or_else(|wrong| {
                println!("wrong: grant {grant} of caller {number}: {plan:?}");
                resume_unwind(wrong)
            });
        }
        caller.finish()
    });
    let mut kept = Vec::new();
    for (told, tokens) in join_all(callers).await {
        ledger.add(told);
        kept.extend(tokens);
    }
    kept
}

/// Lists the tokens for which introspection gives the wrong answer.
async fn wrong_about(place: &Place, ledger: &Ledger, kept: &[Kept]) -> Vec<String> {
    let (http, mut wrong) = (place.http(), Vec::new());
    for Kept { grant, token, good } in kept {
        let good = *good && !ledger.is_over(grant);
        let reply = introspection(&http, place, token).send().await;
        if reply.status != 200 || reply.json()["active"] != good {
            wrong.push(format!("{token} is good: {good}; {reply:?}"));
        }
    }
    wrong
}

fn tell_of_callers(place: &Place) {
    let figures = &place.figures;
    TOLD.tell("callers", &[&CALLERS]);
    TOLD.tell("requests", &[&figures.requests.get()]);
    TOLD.tell("answers 503", &[&figures.unavailable.get()]);
    TOLD.tell("slowest answer", &[&milliseconds(figures.slowest())]);
    TOLD.tell("codes lost by 503", &[&figures.lost_codes.get()]);
    TOLD.tell("refreshes", &[&figures.refreshes.get()]);
    TOLD.tell("revocations", &[&figures.revocations.get()]);
    TOLD.tell("grants ended by a second use of the code", &[&figures.replays.get()]);
    TOLD.tell("grants ended by the use of an old refresh token", &[&figures.reuses.get()]);
    TOLD.tell("uses of what is another client's", &[&figures.thefts.get()]);
    TOLD.tell("tokens exchanged", &[&figures.exchanges.get()]);
    TOLD.tell("devices without tokens", &[&figures.without_tokens.get()]);
    TOLD.tell("sign-ins", &[&figures.sign_ins.get()]);
    TOLD.tell("consents that were not remembered", &[&figures.forgotten.get()]);
    TOLD.tell("sign-outs", &[&figures.sign_outs.get()]);
    TOLD.tell("commands that ended sessions", &[&figures.commands.get()]);
    TOLD.tell("requests during these that came before", &[&figures.ahead.get()]);
    let behind = figures.behind.get() + figures.without_code.get();
    TOLD.tell("requests during these that came after", &[&behind]);
    let processes = place.gateway.environments();
    let by_name: Vec<String> = processes.iter().map(|(name, count)| format!("{count} {name}")).collect();
    TOLD.tell("processes of the functions", &[&by_name.join(", ")]);
}

fn tell_of_faults(tally: &Tally) {
    TOLD.tell("calls to the store", &[&tally.calls]);
    TOLD.tell("calls that went wrong", &[&tally.faults.values().sum::<u64>()]);
    for (fault, calls) in &tally.faults {
        TOLD.tell(&format!("{fault} (calls)"), &[calls]);
    }
}
