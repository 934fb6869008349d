//! Who to be at a server, and the secrets that prove it: obtained late and once, before connecting.

use std::time::Instant;

use super::Refusal;
use super::in_time::late;
use crate::config::Settings;
use crate::model::{AuthPolicy, Deadline, Server, Slot};
use crate::secret;
use crate::secret::{Environment, SecretError};
use crate::smtp::Credentials;

/// The secrets, late and once, and only those that will be used.
pub(super) fn credentials(
    settings: &Settings,
    deadline: Option<Deadline>,
) -> Result<Option<Credentials>, Refusal> {
    let Server { username, host, auth, trust, .. } = &settings.server;
    let known = username.is_some() || trust.client_certificate.is_some();
    if *auth == AuthPolicy::None || !known {
        return Ok(None);
    }
    let mut credentials = Credentials { username: username.clone(), ..Credentials::default() };
    for (slot, source) in settings.wanted() {
        let user = username.as_deref().unwrap_or_default();
        let prompt = format!("Password of {user} at {host}: ");
        let time = deadline.map(|deadline| deadline.remaining(Instant::now()));
        let environment = Environment { time, ..Environment::of_process() };
        let secret =
            secret::obtain(slot, source, &prompt, &environment).map_err(|error| {
                match (error, deadline) {
                    (SecretError::OutOfTime { slot }, Some(deadline)) => {
                        late(&deadline, &format!("obtaining the {slot}"))
                    }
                    (error, _) => error.into(),
                }
            })?;
        match slot {
            Slot::Password => credentials.password = Some(secret),
            Slot::Token => credentials.token = Some(secret),
        }
    }
    Ok(Some(credentials))
}
