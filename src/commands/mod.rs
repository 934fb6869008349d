//! What the program can do, one file a subcommand: what was typed becomes what is decided, and
//! that is done. Errors leave as `anyhow::Error`, most of them a [`Refusal`] with its hints.

mod alias_files;
mod attempts;
mod charset;
mod columns;
pub mod complete;
mod completions;
mod config_file;
pub mod context;
mod credentials;
mod deliver;
mod difference;
pub mod doctor;
pub mod generate;
mod held;
mod in_time;
mod job;
mod outcome;
mod pages;
pub mod profiles;
mod progress;
mod question;
mod recipients;
mod record;
mod refusal;
mod road_args;
pub mod sandbox;
mod save_failed;
mod secret_args;
pub mod send;
mod sender;
pub mod sendmail;
mod settings;
mod time_zone;
mod typed;
pub mod ui;
mod witness;

pub use job::{How, Job, Letter, Output, Retry};
pub use refusal::Refusal;
