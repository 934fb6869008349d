//! What a rehearsal found out, written down in the settings (pure).

use super::Trial;
use crate::model::{AuthPolicy, LoginStyle, Mechanism, Server};

/// The settings of a trial with what it showed: whatever had to be found out costs every mail time.
pub(super) fn pinned_down(trial: &Trial) -> Server {
    let mut server = trial.server.clone();
    let seen = &trial.rehearsed.seen;
    if let Some(auth) = trial.rehearsed.connection.auth {
        let one_of_several = matches!(&server.auth, AuthPolicy::Named(named) if named.len() > 1);
        if one_of_several || (!seen.tried.is_empty() && server.auth == AuthPolicy::Auto) {
            server.auth = AuthPolicy::Named(vec![auth.mechanism]);
        }
        if let (LoginStyle::Auto, Some(LoginStyle::InitialResponse)) =
            (server.login_style, auth.login_style)
        {
            server.login_style = LoginStyle::InitialResponse;
        }
        // What is only proven needs no consent to be said.
        if server.danger_cleartext_auth && !auth.mechanism.reveals_secret() {
            server.danger_cleartext_auth = false;
            if auth.mechanism == Mechanism::CramMd5 {
                server.auth = AuthPolicy::Named(vec![auth.mechanism]);
            }
        }
    }
    server
}
