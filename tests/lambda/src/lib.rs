//! Lambda and API Gateway on loopback, for the real function binaries.
//!
//! From the outside in:
//! - [`Gateway`] is API Gateway (HTTP API): it takes HTTP, finds the function by the routes of
//!   `infra/template.yaml`, and translates with [`event`] (payload format 2.0); with [`Gateway::start_scaling`] a
//!   function gets another environment when all are busy;
//! - [`Function`] is one execution environment of Lambda: a child process that gets exactly the given variables and
//!   handles one invocation at a time;
//! - `runtime_api` is Lambda's Runtime API, which that process calls.
//!
//! [`Template`] reads the deployment, so that the tests run what is deployed: a function gets only those variables
//! that the template gives it.
//!
//! Not emulated: scaling in, freezing between invocations, payload limits, the roles (the storage here checks none),
//! streaming answers, and the metrics and logs services: the output of a process is kept in memory
//! ([`Function::output`]).
//!
//! The tests live here as well; they need the release binaries and start `jeton dev` as their storage.

pub mod by_hand;
pub mod event;
mod fleet;
mod function;
mod gateway;
mod runtime_api;
mod template;

#[cfg(test)]
mod crash;
#[cfg(test)]
mod crash_of_bound;
#[cfg(test)]
mod crash_of_devices;
#[cfg(test)]
mod crash_of_people;
#[cfg(test)]
mod entrance;
#[cfg(test)]
mod explorer;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod https_in_front;
#[cfg(test)]
mod issuer_path;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod memory;
#[cfg(test)]
mod metric_filters;
#[cfg(test)]
mod payload;
#[cfg(test)]
mod rotate_keys;
#[cfg(test)]
mod same_answers;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod stack;
#[cfg(test)]
mod start;
#[cfg(test)]
mod story;

pub use function::{Function, InvokeError, Invoked, Settings, StartError, Usage};
pub use gateway::{Deployment, Gateway, GatewayError};
pub use template::{FunctionTemplate, Route, Template, TemplateError};
