//! Sign-in: its pages, its prompts, and its limits.

mod all_forms;
mod forms;
mod languages;
mod looks;
mod page_security;
mod password_guessing;
mod prompts;
mod sign_in;
mod step_up;
