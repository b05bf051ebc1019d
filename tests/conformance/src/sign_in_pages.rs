//! Sign-in: its pages, its prompts, and its limits.

mod page_security;
mod prompts;
