//! Where mail, session and report meet.

use super::context::Context;
use super::ui::Ui;
use super::{Job, Refusal};
use crate::model::Exit;

/// Carries a job out.
pub(super) fn deliver(_: &Job, _: &Context, _: &mut Ui) -> anyhow::Result<Exit> {
    Err(Refusal::new(Exit::SOFTWARE, "internal error: delivery is not part of this build").into())
}
