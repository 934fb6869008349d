//! The flags of sending, grouped as the help shows them: What, Where, How. Their doc comments are
//! the help.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::ArgAction;

use super::parameters::ParameterArgs;
use crate::commands::charset::Charset;
use crate::commands::settings::{SettingsArgs, given};
use crate::commands::typed::{self, MessageIds, ReversePath};
use crate::commands::ui::Verbosity;
use crate::commands::{How, Output, Refusal, Retry};
use crate::config::Profile;
use crate::model::{AddressList, RecipientPolicy};

/// Seconds between attempts: most who greylist let in after a minute.
const RETRY_WAIT: u32 = 60;

/// What was typed to send a mail.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct SendArgs {
    #[command(flatten)]
    pub(super) what: WhatArgs,
    #[command(flatten)]
    pub(super) parameters: ParameterArgs,
    #[command(flatten)]
    pub(super) settings: SettingsArgs,
    #[command(flatten)]
    pub(super) how: HowArgs,
    /// As whose habits it is read: not typed.
    #[arg(skip)]
    pub manner: Manner,
}

/// As what the program was called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Manner {
    /// By its own name.
    #[default]
    Own,
    /// As mail(1), by programs that were written for it: their author may be anybody, and nobody
    /// sees what goes wrong.
    Mail,
}

/// What to send.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "What")]
pub(super) struct WhatArgs {
    /// Recipients, the same as --to
    #[arg(value_name = "ADDRESS", value_parser = typed::addresses)]
    pub(super) addresses: Vec<AddressList>,
    /// Recipients, such as 'Li <li@x.com>, b@y.com'
    ///
    /// Repeatable. A name with a comma in it is quoted: '"Zhang, San" <zhang@x.com>'. Nothing at
    /// all (-t "$NOBODY") is no recipient. An address without a domain gets --qualify-domain.
    #[arg(short, long, value_name = "LIST", value_parser = typed::addresses)]
    pub(super) to: Vec<AddressList>,
    /// Recipients of a carbon copy
    #[arg(short, long, value_name = "LIST", value_parser = typed::addresses)]
    pub(super) cc: Vec<AddressList>,
    /// Recipients that the others do not see
    #[arg(short, long, value_name = "LIST", value_parser = typed::addresses)]
    pub(super) bcc: Vec<AddressList>,
    /// The author, a name included [default: the profile's]
    ///
    /// Written like 'Zhang San <zhang@x.com>'. If several profiles are there, the one that sends
    /// from this address is used.
    #[arg(short, long, short_alias = 'r', value_name = "ADDRESS", value_parser = typed::addresses)]
    pub(super) from: Option<AddressList>,
    /// Where replies shall go
    #[arg(long, value_name = "LIST", hide_short_help = true, value_parser = typed::addresses)]
    pub(super) reply_to: Option<AddressList>,
    /// The envelope's sender, which gets the bounces; <> for none [default: From]
    #[arg(long, alias = "envelope-from", value_name = "ADDRESS", hide_short_help = true,
          value_parser = typed::reverse_path)]
    pub(super) reverse_path: Option<ReversePath>,
    /// The subject
    #[arg(short, long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(super) subject: Option<OsString>,
    /// The text [default: stdin]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(super) body: Option<OsString>,
    /// Take the text from this file; - is stdin
    #[arg(long, value_name = "FILE", allow_hyphen_values = true, conflicts_with = "body")]
    pub(super) body_file: Option<PathBuf>,
    /// Send no text and do not read stdin
    #[arg(long, hide_short_help = true, conflicts_with_all = ["body", "body_file"])]
    pub(super) no_body: bool,
    /// HTML in place of the text
    ///
    /// With --body or --body-file beside it the mail has both, and the reader's program chooses.
    #[arg(
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        conflicts_with = "no_body",
        hide_short_help = true
    )]
    pub(super) html: Option<OsString>,
    /// Take the HTML from this file; - is stdin
    #[arg(long, value_name = "FILE", conflicts_with_all = ["html", "no_body"],
          hide_short_help = true)]
    pub(super) html_file: Option<PathBuf>,
    /// Make a text from the HTML for readers of plain text
    ///
    /// Tables are drawn, links listed at the end.
    #[arg(long, conflicts_with_all = ["body", "body_file", "no_body"], hide_short_help = true)]
    pub(super) auto_text: bool,
    /// An image for the HTML, FILE,cid=NAME; <img src="cid:NAME"> shows it
    ///
    /// Repeatable. The NAME is the file's unless it is given; ,name=N and ,type=T/S as with
    /// --attach.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(super) inline: Vec<OsString>,
    /// An invitation or another calendar, for mail programs with one
    ///
    /// It stands beside the text, and asks for what its METHOD says. -a FILE attaches it as well.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(super) ics: Option<PathBuf>,
    /// The charset of stdin and of text files, such as gb18030
    ///
    /// Text that it does not fit is refused. [default: UTF-8, else the locale's; what cannot be
    /// read then is replaced, and the original attached]
    #[arg(long, value_name = "NAME", hide_short_help = true, value_parser = typed::charset)]
    pub(super) charset: Option<Charset>,
    /// Attach a file, or - for stdin; FILE,name=N,type=T/S
    ///
    /// Repeatable. The type follows from the file's name unless it is given. If there is a file of
    /// the whole name, commas included, that one is meant. Stdin is not the text then:
    /// -a -,name=report.csv. A message (.eml) goes along as one if it is all ASCII.
    #[arg(short, long, value_name = "FILE", allow_hyphen_values = true)]
    pub(super) attach: Vec<OsString>,
    /// Add a header field, 'Name: value'
    ///
    /// Repeatable. Fields that have a flag of their own are refused.
    #[arg(short = 'H', long, value_name = "FIELD", allow_hyphen_values = true, value_parser = typed::one_line)]
    pub(super) header: Vec<String>,
    /// The message that this one answers, by its Message-ID
    ///
    /// The angle brackets may be left out; nothing at all is none. It becomes References too,
    /// unless --references is there.
    #[arg(long, value_name = "ID", hide_short_help = true, value_parser = typed::message_ids)]
    pub(super) in_reply_to: Vec<MessageIds>,
    /// The thread that this message belongs to, the oldest Message-ID first
    #[arg(long, value_name = "IDS", hide_short_help = true, value_parser = typed::message_ids)]
    pub(super) references: Vec<MessageIds>,
    /// The Message-ID [default: a new one]
    #[arg(long, value_name = "ID", hide_short_help = true, value_parser = typed::message_id)]
    pub(super) message_id: Option<String>,
    /// The date, as in mail, as 2026-11-22T10:11:12+08:00 or as @SECONDS [default: now]
    ///
    /// The zone stays as it is given; @SECONDS count from 1970, in UTC.
    #[arg(long, value_name = "WHEN", hide_short_help = true, value_parser = typed::date)]
    pub(super) date: Option<String>,
    /// How urgent it is, for readers that show it: high, normal or low
    #[arg(long, value_name = "LEVEL", hide_short_help = true, hide_possible_values = true)]
    pub(super) priority: Option<Priority>,
    /// Where recipients leave the list: an https: page or a mailto: address
    ///
    /// Repeatable, for one of each. An https: page is one that unsubscribes at a POST
    /// (List-Unsubscribe-Post: List-Unsubscribe=One-Click).
    #[arg(long, value_name = "URL", hide_short_help = true, value_parser = typed::unsubscribe)]
    pub(super) list_unsubscribe: Vec<String>,
    /// Say that a program sends this, so that no vacation notice answers
    ///
    /// That is auto-generated; auto-replied is for an answer, and no for a person's mail where the
    /// profile says otherwise.
    #[arg(long, value_name = "HOW", hide_short_help = true, num_args = 0..=1,
          require_equals = true, default_missing_value = "auto-generated",
          hide_possible_values = true)]
    pub(super) auto_submitted: Option<AutoSubmitted>,
    /// Send nothing if there is no text (for cron)
    ///
    /// Nor HTML, nor an attachment; an empty stdin is none. The exit status is 0 then.
    #[arg(short = 'E', long)]
    pub(super) skip_empty: bool,
    /// Send a ready message, from stdin or --body-file
    ///
    /// It is sent as it is, but for line ends, Bcc and Return-Path, which are removed, and Date,
    /// Message-ID and From, which are added if they are missing.
    #[arg(long, hide_short_help = true)]
    pub(super) raw: bool,
    /// With --raw: send to the To, Cc and Bcc of the message
    ///
    /// Recipients on the command line get it too. Of a message that was sent on, those of the
    /// first Resent- fields count instead.
    #[arg(long, hide_short_help = true)]
    pub(super) read_recipients: bool,
    /// With --raw: the message's Sender or From gets the bounces
    #[arg(long, hide_short_help = true, conflicts_with = "reverse_path")]
    pub(super) read_from: bool,
}

/// What `--priority` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Priority {
    /// To be read first.
    High,
    /// As any other.
    Normal,
    /// It can wait.
    Low,
}

/// What `--auto-submitted` takes (RFC 3834 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum AutoSubmitted {
    /// By a program of its own accord.
    AutoGenerated,
    /// In answer to a message.
    AutoReplied,
    /// By a person.
    No,
}

impl AutoSubmitted {
    /// The keyword of the field.
    pub(super) fn keyword(self) -> &'static str {
        match self {
            Self::AutoGenerated => "auto-generated",
            Self::AutoReplied => "auto-replied",
            Self::No => "no",
        }
    }
}

/// How to go about it.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "How")]
pub(super) struct HowArgs {
    /// Show the message instead of sending it
    ///
    /// The message goes to stdout, its envelope to stderr, and the password is not asked for.
    #[arg(long)]
    dry_run: bool,
    /// With --dry-run: write a page of the message and open it
    ///
    /// The page and the message go into a new private directory; stdout has the path of the page
    /// and nothing else. It is opened where there is a desktop.
    #[arg(long, hide_short_help = true)]
    preview: bool,
    /// Tell what would go wrong instead of sending it
    ///
    /// A line for each thing on stdout, or one object with --json. Nothing is connected to, and
    /// the password is not asked for. The exit status is 65 if there is an error among them.
    #[arg(long, hide_short_help = true, conflicts_with_all = ["dry_run", "preview"])]
    check: bool,
    /// Send to nobody unless the server takes every recipient
    ///
    /// Otherwise one refused recipient does not keep the mail from the others.
    #[arg(long, hide_short_help = true)]
    all_or_none: bool,
    /// Try so often again what the server put off [default: 0]
    ///
    /// Only what was refused for now, or could not be tried, and only for the recipients
    /// concerned; never what may have been sent.
    #[arg(long, value_name = "TIMES", hide_short_help = true)]
    retry: Option<u32>,
    /// Wait so long before each --retry [default: 60]
    #[arg(long, value_name = "SECONDS", hide_short_help = true, requires = "retry")]
    retry_wait: Option<u32>,
    /// Say what happened; -vv shows the dialogue
    ///
    /// Secrets are masked in it.
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, overrides_with = "verbose")]
    quiet: bool,
    /// Print one JSON object, also on failure
    #[arg(long)]
    json: bool,
}

impl WhatArgs {
    /// The flags that say who sends, as settings over the profile's.
    pub(super) fn add_to(&self, layer: &mut Profile) {
        let filled = |list: &Option<AddressList>| list.clone().filter(|list| !list.is_empty());
        layer.from = given("--from", filled(&self.from));
        layer.reply_to = given("--reply-to", filled(&self.reply_to));
        let reverse_path = self.reverse_path.clone().map(|path| path.0);
        layer.reverse_path = given("--reverse-path", reverse_path);
    }
}

impl SendArgs {
    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        match (self.how.quiet, self.how.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, 0) => Verbosity::Normal,
            (_, 1) => Verbosity::Verbose,
            _ => Verbosity::Transcript,
        }
    }

    /// What a refused recipient means for the others.
    pub(super) fn policy(&self) -> RecipientPolicy {
        if self.how.all_or_none { RecipientPolicy::AllOrNone } else { RecipientPolicy::Each }
    }

    /// How often what was deferred is tried again, and how long after.
    pub(super) fn retry(&self) -> Retry {
        let wait = self.how.retry_wait.unwrap_or(RETRY_WAIT);
        Retry { times: self.how.retry.unwrap_or(0), wait: Duration::from_secs(wait.into()) }
    }

    /// What is done and printed.
    pub(super) fn how(&self) -> Result<How, Refusal> {
        let output = if self.how.json { Output::Json } else { Output::Text };
        if self.how.check {
            return Ok(How::Check(output));
        }
        match (self.how.dry_run, self.how.preview) {
            (false, false) => Ok(How::Submit(output)),
            (true, false) => Ok(How::DryRun(output)),
            (true, true) => Ok(How::Preview(output)),
            (false, true) => Err(Refusal::usage("--preview sends nothing and needs --dry-run")
                .hint("write --dry-run --preview")),
        }
    }
}
