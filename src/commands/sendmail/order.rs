//! A message that was handed over, and its way to the server: who is meant, by which profile, and
//! what has to be set right. What cannot even be made into a mail is kept as it was given.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::SendmailArgs;
use super::args::Deed;
use crate::commands::charset::Charset;
use crate::commands::context::Context;
use crate::commands::recipients::{Caller, Directory, shown};
use crate::commands::record::NotKept;
use crate::commands::sender::{Sender, envelope_sender, is_qualified, login};
use crate::commands::settings::{SettingsArgs, Settled};
use crate::commands::ui::Ui;
use crate::commands::{
    How, Job, Letter, Output, Refusal, Retry, deliver, record, save_failed, send,
};
use crate::compose::{self, HeaderEnvelope, ReadyError};
use crate::model::{
    Address, AddressList, Exit, HeaderRecipients, Mending, Parameters, Protocol, Ready,
    RecipientPolicy, Source, Written,
};

/// A message, and for whom it is.
pub(super) struct Order<'a> {
    pub(super) args: &'a SendmailArgs,
    pub(super) context: &'a Context,
    pub(super) source: Arc<Source>,
    pub(super) recipients: Vec<AddressList>,
    pub(super) sender: Option<Sender>,
    pub(super) parameters: Parameters,
    /// Of a message that was handed in by SMTP, the value of its Received field.
    pub(super) trace: Option<String>,
    /// Whether it is kept if somebody is not accepted; not where whoever gave it is told and has it.
    pub(super) keep: bool,
}

/// Takes the message from stdin. Read first, whatever else is wrong: whoever writes it would be told
/// of a broken pipe otherwise, and it could not be kept.
pub(super) fn from_stdin<'a>(
    args: &'a SendmailArgs,
    context: &'a Context,
    ui: Ui,
) -> anyhow::Result<Order<'a>> {
    let settled = settle(args, None, context);
    let deadline = settled.ok().and_then(|it| context.deadline(&it.settings.server));
    let patience = send::Patience { terminal: context.terminal, deadline };
    let source = send::ready_from_stdin(patience, ui)?;
    Ok(Order {
        args,
        context,
        source: Arc::new(source),
        recipients: args.recipients.clone(),
        sender: args.sender.clone(),
        parameters: args.parameters.clone(),
        trace: None,
        keep: !args.dry_run,
    })
}

/// The settings to send with; the profile may be the one that sends as this address.
pub(super) fn settle(
    args: &SendmailArgs,
    sender: Option<Address>,
    context: &Context,
) -> Result<Settled, Refusal> {
    let mut settings = SettingsArgs::default();
    settings.profile.clone_from(&args.profile);
    settings.config.clone_from(&args.config);
    settings.sender = sender;
    settings.settle(settings.layer(), context)
}

impl Order<'_> {
    /// Sends the message. If that is not even begun, it is kept as it was given.
    pub(super) fn carry_out(&self, ui: &mut Ui) -> anyhow::Result<Exit> {
        let mut folders = None;
        let result = self.send(&mut folders, ui);
        let Err(error) = result else { return result };
        let refusal = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>());
        match refusal {
            // The record has kept it.
            Some(refusal) if refusal.details.contains_key("recipients") => Err(error),
            _ if !self.keep => Err(error),
            refusal => {
                let refusal = refusal.cloned();
                let refusal = refusal.unwrap_or_else(|| Refusal::new(Exit::SOFTWARE, ""));
                let refusal = Refusal { message: format!("{error:#}"), ..refusal };
                let folders = folders.unwrap_or_else(|| save_failed::usual_folders(self.context));
                Err(self.kept(refusal, &folders, ui).into())
            }
        }
    }

    fn send(&self, folders: &mut Option<Vec<PathBuf>>, ui: &mut Ui) -> anyhow::Result<Exit> {
        let header = compose::header_envelope(&self.source);
        let sends_as = self.sends_as(header.as_ref().ok());
        let Settled { settings, rule, sandbox, entrance } =
            settle(self.args, sends_as, self.context)?;
        settings.warnings.iter().for_each(|warning| ui.warning(warning));
        let keep_in = match &settings.save_failed {
            _ if !self.keep => Vec::new(),
            Some(folder) => vec![folder.clone()],
            None => save_failed::usual_folders(self.context),
        };
        *folders = Some(keep_in.clone());
        if let Some(fault) = &self.args.fault {
            return Err(fault.clone().into());
        }
        let header = match header {
            // Whom its header names is of no account then, and it goes out as it is.
            Err(ReadyError::Addresses { .. }) if !self.args.read_recipients => {
                HeaderEnvelope { recipients: Vec::new(), from: None }
            }
            header => header.map_err(Refusal::from)?,
        };
        let directory = Directory::new(&settings, self.context, Caller::Program);
        let directory = if self.args.no_aliases { directory.without_aliases() } else { directory };
        let Some(recipients) = self.recipients(&header, &directory, ui)? else {
            return Ok(Exit::OK);
        };
        let identity = &settings.identity;
        let locale = self.context.locale_charset.as_deref().and_then(Charset::named);
        let ready = Ready {
            source: Arc::clone(&self.source),
            author: identity.from.clone(),
            sender: envelope_sender(
                self.sender.as_ref(),
                identity,
                settings.server.profile.as_deref(),
            )?,
            recipients,
            header_recipients: HeaderRecipients::Ignored,
            qualify_domain: identity.qualify_domain.clone(),
            mending: Some(Mending {
                from_rewrite: identity.from_rewrite,
                trace: self.trace.clone(),
                name: self.args.name.clone(),
                names: names(&self.recipients, &header, &directory, self.context),
                charset: locale.map(|charset| charset.name().to_owned()),
                login: login(identity, self.context.login_name().as_deref()),
            }),
        };
        let how =
            if self.args.dry_run { How::DryRun(Output::Text) } else { How::Submit(Output::Text) };
        // Whoever speaks SMTP hears one answer for all, which has to be true of each.
        let policy = match (self.args.deed, settings.server.protocol) {
            (Deed::Speak, Protocol::Smtp) => RecipientPolicy::AllOrNone,
            (Deed::Speak, Protocol::Lmtp) => return Err(no_lmtp().into()),
            _ => RecipientPolicy::Each,
        };
        let job = Job {
            letter: Letter::Ready(Box::new(ready)),
            parameters: self.parameters.clone(),
            settings,
            entrance,
            rule,
            how,
            policy,
            retry: Retry { times: 0, wait: Duration::ZERO },
            keep_in,
        };
        let result = deliver::deliver(&job, self.context, ui);
        // Elsewhere stdout belongs to whoever is spoken with.
        if let (Some(sandbox), Deed::Send, false) = (sandbox, self.args.deed, self.args.dry_run)
            && let Err(error) = sandbox.show_caught(ui)
        {
            ui.warning(format_args!("the mail was caught, but {error:#}"));
        }
        result
    }

    /// Whose profile it may be: of whoever gets the bounces, else of the author.
    fn sends_as(&self, header: Option<&HeaderEnvelope>) -> Option<Address> {
        let list = match &self.sender {
            Some(Sender::Address(list)) => Some(list),
            Some(Sender::Nobody) => None,
            None => header.and_then(|header| header.from.as_ref()),
        };
        let first = list?.entries().next().filter(is_qualified)?;
        Some(first.complete("").ok()?.address)
    }

    /// Everybody who is to get it; nobody at all if aliases say so of each.
    fn recipients(
        &self,
        header: &HeaderEnvelope,
        directory: &Directory<'_>,
        ui: &mut Ui,
    ) -> Result<Option<Vec<Address>>, Refusal> {
        let of_header = self.args.read_recipients.then_some(&header.recipients);
        let lists = self.recipients.iter().chain(of_header.into_iter().flatten());
        let lists: Vec<&AddressList> = lists.filter(|list| !list.is_empty()).collect();
        if lists.is_empty() {
            return Err(no_recipients(self.args.read_recipients));
        }
        let mut seen = HashSet::new();
        let mailboxes = directory.everybody(lists, ui)?;
        let addresses = mailboxes.into_iter().map(|mailbox| mailbox.address);
        let addresses: Vec<Address> = addresses.filter(|it| seen.insert(it.clone())).collect();
        Ok((!addresses.is_empty()).then_some(addresses))
    }

    /// Keeps the message as it was given; the refusal then says where.
    fn kept(&self, refusal: Refusal, folders: &[PathBuf], ui: &mut Ui) -> Refusal {
        let read = self.recipients.iter().flat_map(AddressList::entries);
        let addresses = read.map(|written| shown(&written)).chain(self.args.unreadable.clone());
        let profile = self.args.profile.as_deref();
        let mut envelope = record::envelope_as_given(addresses, profile, &refusal, self.context);
        let mut put = |name: &str, value: Value| _ = envelope.insert(name.to_owned(), value);
        put("read_recipients", self.args.read_recipients.into());
        // Without -f it is the profile's.
        match &self.sender {
            Some(Sender::Address(list)) => {
                let path: String = list.entries().map(|written| shown(&written)).collect();
                put("reverse_path", path.into());
            }
            Some(Sender::Nobody) => put("reverse_path", Value::Null),
            None => {}
        }
        let content = compose::as_given(String::new(), &self.source).map_err(NotKept::because);
        record::keep_as_given(folders, content, envelope, refusal, self.context, ui)
    }
}

/// Addresses for the names without a domain in the header, where nothing completes them: `To: root` is
/// of no use to whoever gets it. That is the one address that an alias knows; where somebody else
/// gets the message too, who is to learn nothing of aliases, it is this machine's, as ever.
fn names(
    operands: &[AddressList],
    header: &HeaderEnvelope,
    directory: &Directory<'_>,
    context: &Context,
) -> BTreeMap<String, Address> {
    let of_header = || header.recipients.iter().flat_map(AddressList::entries);
    let mut all = operands.iter().flat_map(AddressList::entries).chain(of_header());
    let others = all.any(|written| is_qualified(&written));
    let host = if others { context.full_name() } else { None };
    let known = of_header().filter(|written| !is_qualified(written)).filter_map(|written| {
        let address = if others {
            Written { domain: None, ..written }.complete(host.as_deref()?).ok()?.address
        } else {
            let meant = directory.look_up(&written).ok()?.mailboxes;
            let [mailbox] = <[_; 1]>::try_from(meant).ok()?;
            mailbox.address
        };
        Some((written.local.to_lowercase(), address))
    });
    known.collect()
}

/// LMTP answers for each recipient after the data, when nothing can be taken back.
pub(super) fn no_lmtp() -> Refusal {
    let message = "-bs does not go with LMTP, which may take a mail for some of its recipients";
    Refusal::new(Exit::CONFIG, message).hint("name a profile whose server speaks SMTP: --profile")
}

fn no_recipients(read: bool) -> Refusal {
    if read {
        return Refusal::data("the message names no recipient in To, Cc and Bcc")
            .hint("name one behind the flags: sendmail -t you@example.com");
    }
    Refusal::usage("there are no recipients")
        .hint("name one: sendmail you@example.com; -t reads those of the message")
}
