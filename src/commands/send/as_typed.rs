//! What was typed for mail(1) and could not even be made into a mail: kept with its text, as it would
//! have been handed to sendmail(8).

use std::sync::Arc;

use super::args::{SendArgs, WhatArgs};
use super::input::Patience;
use super::{draft, raw};
use crate::commands::charset::Charsets;
use crate::commands::context::Context;
use crate::commands::recipients::shown;
use crate::commands::record::{self, NotKept};
use crate::commands::ui::Ui;
use crate::commands::{How, Refusal, save_failed};
use crate::compose;
use crate::model::{AddressList, Exit};

/// Keeps it, if nothing is kept yet and the text is still there to be read; the error then says where.
pub(super) fn keep(
    error: anyhow::Error,
    args: &SendArgs,
    context: &Context,
    ui: &mut Ui,
) -> anyhow::Error {
    let refusal = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>()).cloned();
    let refusal = refusal.unwrap_or_else(|| Refusal::new(Exit::SOFTWARE, ""));
    let refusal = Refusal { message: format!("{error:#}"), ..refusal };
    let is_recorded = refusal.details.contains_key("recipients");
    let submits = matches!(args.how(), Ok(How::Submit(_)));
    // Where somebody types, the text is not there yet.
    if is_recorded || !submits || context.terminal.input {
        return error;
    }
    let patience = Patience { terminal: context.terminal, deadline: None };
    let Ok(source) = raw::from_stdin(patience, *ui) else { return error };
    // Of a text that was read and is wrong nothing is left.
    if source.length() == 0 {
        return error;
    }
    let content = compose::as_given(header(&args.what, ui), &Arc::new(source));
    let content = content.map_err(NotKept::because);
    let settled = args.settings.settle(args.settings.layer(), context).ok();
    let folder = settled.and_then(|settled| settled.settings.save_failed);
    let folders = folder.map_or_else(|| save_failed::usual_folders(context), |it| vec![it]);
    let what = &args.what;
    let lists = what.addresses.iter().chain(&what.to).chain(&what.cc).chain(&what.bcc);
    let addresses = addresses(lists).into_iter();
    let profile = args.settings.profile.as_deref();
    let envelope = record::envelope_as_given(addresses, profile, &refusal, context);
    record::keep_as_given(&folders, content, envelope, refusal, context, ui).into()
}

/// The fields that were typed, and the empty line behind them.
fn header(what: &WhatArgs, ui: &mut Ui) -> String {
    let charset = what.charset.map_or("utf-8", |charset| charset.name());
    let html = what.html_file.as_ref().map(|_| format!("text/html; charset={charset}"));
    let subject = draft::subject(what, Charsets::default(), ui);
    let to = addresses(what.addresses.iter().chain(&what.to)).join(", ");
    let fields = [
        ("From", addresses(&what.from).join(", ")),
        ("To", to),
        ("Cc", addresses(&what.cc).join(", ")),
        ("Subject", subject.unwrap_or_default()),
        ("Content-Type", html.unwrap_or_default()),
    ];
    let fields = fields.iter().filter(|(_, value)| !value.is_empty());
    fields.map(|(name, value)| format!("{name}: {value}\r\n")).collect::<String>() + "\r\n"
}

fn addresses<'a>(lists: impl IntoIterator<Item = &'a AddressList>) -> Vec<String> {
    lists.into_iter().flat_map(AddressList::entries).map(|written| shown(&written)).collect()
}
