//! Counters of wrong guesses: `Count::after` defines the meaning of a count, and the store does exactly that.

use futures::future::join_all;
use protocol::ClientId;
use sessions::{Counter, Failures};
use store::{Changed, Counted, Throttles};

use crate::fixtures::NOW;
use crate::place::Place;

const HOUR: u32 = 3600;

fn counter(name: &str) -> Counter {
    Counter::client(&ClientId::parse(name).unwrap())
}

async fn failures(throttles: &Throttles, counter: &Counter) -> Option<Failures> {
    throttles.failures(std::slice::from_ref(counter)).await.unwrap().remove(0)
}

/// Counts wrong guesses at each of these moments; each counter was read just before, or earlier.
async fn a_count_is_what_it_means(place: Place) {
    let throttles = place.stores.throttles().unwrap();
    let counter = counter("app");
    let mut expected: Option<Failures> = None;
    let mut seen: Vec<Option<Failures>> = vec![None];
    let moments = [[0; 44], [6; 44], [17; 44], [HOUR + 18; 44]].concat();
    let mut answered = 0;
    for (step, moment) in moments.into_iter().enumerate() {
        let now = NOW.plus(moment);
        let look = if step % 3 == 0 { seen[seen.len() / 2] } else { expected };
        let Ok(count) = counter.count(look.as_ref(), now) else { continue };
        let after = count.after(expected);
        let done = throttles.count(&count).await.unwrap();
        assert_eq!(done, after.map_or(Counted::Refused(expected), |_| Counted::Done), "step {step}: {count:?}");
        answered += u32::from(after.is_some());
        expected = after.or(expected);
        seen.push(expected);
        assert_eq!(failures(&throttles, &counter).await, expected, "step {step}");
    }
    assert_eq!(answered, 20 + 1 + 1 + 20, "twenty are free, two waited, and an hour later all is forgotten");
}

async fn c036_c067_of_64_guesses_at_the_same_time_no_more_are_counted_than_are_free(place: Place) {
    let throttles = place.stores.throttles().unwrap();
    let counter = counter("app");
    let count = counter.count(None, NOW).unwrap();
    let done = join_all((0..64).map(|_| throttles.count(&count))).await;
    assert_eq!(done.iter().filter(|done| matches!(done, Ok(Counted::Done))).count(), 20);
    let last = Failures { count: 20, last_at: NOW };
    assert!(done.into_iter().all(|done| matches!(done.unwrap(), Counted::Done | Counted::Refused(Some(_)))));
    assert_eq!(failures(&throttles, &counter).await, Some(last));
    let next = counter.count(Some(&last), NOW.plus(10)).unwrap();
    let done = join_all((0..64).map(|_| throttles.count(&next))).await;
    assert_eq!(done.iter().filter(|done| matches!(done, Ok(Counted::Done))).count(), 1);
}

async fn what_is_forgotten_begins_anew_and_what_never_was_stays_absent(place: Place) {
    let throttles = place.stores.throttles().unwrap();
    let (one, other) = (counter("one"), counter("other"));
    throttles.count(&one.count(None, NOW).unwrap()).await.unwrap();
    for counter in [&one, &other] {
        throttles.forget(counter).await.unwrap();
    }
    let found = throttles.failures(&[one, other]).await.unwrap();
    assert_eq!(found, [Some(Failures { count: 0, last_at: NOW }), None]);
}

async fn c232_what_is_given_back_does_not_count_and_no_count_falls_below_nothing(place: Place) {
    let throttles = place.stores.throttles().unwrap();
    let counter = counter("app");
    assert_eq!(throttles.give_back(&counter).await.unwrap(), Changed::Refused);
    assert_eq!(failures(&throttles, &counter).await, None);
    for _ in 0..2 {
        throttles.count(&counter.count(None, NOW).unwrap()).await.unwrap();
    }
    for (count, given_back) in [(1, Changed::Done), (0, Changed::Done), (0, Changed::Refused)] {
        assert_eq!(throttles.give_back(&counter).await.unwrap(), given_back);
        assert_eq!(failures(&throttles, &counter).await, Some(Failures { count, last_at: NOW }));
    }
}

crate::on_both!(
    c232_what_is_given_back_does_not_count_and_no_count_falls_below_nothing,
    a_count_is_what_it_means,
    c036_c067_of_64_guesses_at_the_same_time_no_more_are_counted_than_are_free,
    what_is_forgotten_begins_anew_and_what_never_was_stays_absent,
);
