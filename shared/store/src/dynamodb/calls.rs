//! Counts the calls that a piece of work sends to the store, including retries.

use std::cell::Cell;
use std::future::Future;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

tokio::task_local! {
    static CALLS: Cell<u32>;
}

/// Runs `work` and returns its output with the number of requests it sent to the store.
pub async fn counted<F: Future>(work: F) -> (F::Output, u32) {
    CALLS
        .scope(Cell::new(0), async {
            let output = work.await;
            (output, CALLS.with(Cell::get))
        })
        .await
}

#[derive(Debug)]
pub(crate) struct CountCalls;

#[dyn_dispatch_hint]
impl Intercept for CountCalls {
    fn name(&self) -> &'static str {
        "CountCalls"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Outside of `counted` there is no counter to update.
        let _ = CALLS.try_with(|calls| calls.set(calls.get().saturating_add(1)));
        Ok(())
    }
}
