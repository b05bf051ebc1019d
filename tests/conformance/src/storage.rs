//! Storage: its tables, the cost of each request, and data of earlier versions.

mod round_trips;
mod tables;
mod upgrade;
