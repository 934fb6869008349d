//! As mail(1): whoever calls it names as the author whom it likes, and from_rewrite says who is.

use super::args::SendArgs;
use crate::commands::Refusal;
use crate::commands::context::Context;
use crate::commands::sender::rewritten;
use crate::commands::settings::Settled;

/// The settings, with the author that they allow.
pub(super) fn settle(args: &SendArgs, context: &Context) -> Result<Settled, Refusal> {
    let mut layer = args.settings.layer();
    args.what.add_to(&mut layer);
    let Some(from) = layer.from.take() else { return args.settings.settle(layer, context) };
    let mut settings = args.settings.clone();
    let first = from.value.entries().next().filter(|written| written.domain.is_some());
    settings.sender = first.and_then(|it| Some(it.complete("").ok()?.address));
    let mut settled = settings.settle(layer, context)?;
    let profile = settled.settings.server.profile.clone();
    let identity = &mut settled.settings.identity;
    let author = rewritten(&from.value, identity, profile.as_deref())?;
    // Whoever it was can still be answered.
    let mut others = from.value.entries().filter(|it| it.is_answerable());
    if identity.reply_to.is_empty()
        && let Some(other) = others.find_map(|it| it.complete("").ok())
        && other.address != author.address
    {
        identity.reply_to.push(other);
    }
    identity.from = Some(author);
    Ok(settled)
}
