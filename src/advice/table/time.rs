//! Waiting in vain: which key says how long.

use super::{Row, row};
use crate::advice::situation::Kind::{DeadlinePassed, TimedOut};
use crate::advice::situation::When::{At, During, Failed};
use crate::model::Stage::{
    Auth, Connect, Content, Data, Greeting, Hello, Mail, Rcpt, Resolve, StartTls, Tls,
};

pub(super) const ROWS: &[Row] = &[
    row(
        &[Failed(TimedOut), During(&[Resolve, Connect])],
        "a network that is only slow gets more time by connect_timeout = SECONDS",
    ),
    row(
        &[Failed(TimedOut), At(Greeting)],
        "a server that is only slow to greet gets more time by timeout_greeting = SECONDS",
    ),
    row(
        &[Failed(TimedOut), During(&[Tls, Hello, StartTls, Auth, Mail, Rcpt])],
        "a server that is only slow gets more time by timeout_command = SECONDS",
    ),
    row(
        &[Failed(TimedOut), At(Data)],
        "a server that is only slow gets more time by timeout_data = SECONDS",
    ),
    row(
        &[Failed(TimedOut), At(Content)],
        "a server that takes the message slowly gets more time by timeout_block = SECONDS",
    ),
    row(
        &[Failed(DeadlinePassed)],
        "nothing was sent, so running again is safe; deadline = SECONDS gives more time, and -vv \
         shows what takes so long",
    ),
];
