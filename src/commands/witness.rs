//! Tells the system's log what went wrong, for nobody sees what a job of cron's mailer prints.

use super::Refusal;
use super::context::Context;
use crate::log::Log;

/// What lines in the log begin with.
const TAG: &str = "mailsend";

/// Lines of an error; a mail may have any number of recipients.
const MOST: usize = 30;

/// Writes an error down with its hints. A machine without a log is no error: stderr has it, too.
pub(super) fn witness(error: &anyhow::Error, tag: Option<&str>, context: &Context) {
    let refusal = error.chain().find_map(|cause| cause.downcast_ref::<Refusal>());
    let exit = refusal.map_or(String::new(), |refusal| format!(", exit status {}", refusal.exit.0));
    let user = context.login_name().unwrap_or_else(|| "unknown user".to_owned());
    let error = format!("{error:#}");
    let lines = error.lines().map(|line| line.trim().to_owned());
    let first = format!("(user {user}{exit}) ");
    let mut texts: Vec<String> = lines.collect();
    if let Some(text) = texts.first_mut() {
        text.insert_str(0, &first);
    }
    // The last one says where the mail is.
    if let Some(more @ 1..) = texts.len().checked_sub(MOST + 1)
        && let Some(last) = texts.pop()
    {
        texts.truncate(MOST);
        texts.extend([format!("and {more} lines more"), last]);
    }
    let hints = refusal.into_iter().flat_map(|refusal| &refusal.hints);
    texts.extend(hints.map(|hint| format!("hint: {hint}")));
    let _ = Log::complain(tag.unwrap_or(TAG), &context.moment(), &texts);
}
