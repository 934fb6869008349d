//! Plain data that every room above speaks in: what is to be sent, to which server, and what
//! became of it. Imports nothing of ours and does no network.

pub mod address;
mod calendar;
mod content;
mod deadline;
mod draft;
mod exit;
mod failure;
mod from_rewrite;
mod header;
mod log_target;
mod mail;
mod message_id;
mod moment;
mod observations;
mod parameter;
mod parameters;
mod proxy_fault;
mod readable;
mod ready;
mod reason;
mod report;
mod road;
mod secret;
mod server;
mod tls_fault;
mod xtext;

pub use address::{Address, AddressError, AddressList, LOCALHOST, ListPart, Mailbox, Written};
pub use calendar::{Calendar, NoCalendar};
pub use content::{Content, ContentError, Facts, FilePart, Form, Piece, Stretch};
pub use deadline::Deadline;
pub use draft::{Attachment, Body, Draft, Html, Inline, Source, Stamp, is_content_id};
pub use exit::Exit;
pub use failure::{Cause, Failure};
pub use from_rewrite::FromRewrite;
pub use header::{check_header, occurs_once};
pub use log_target::LogTarget;
pub use mail::{BodyType, Mail, NoSevenBitForm, SevenBitForm};
pub use message_id::{message_ids, own_message_id};
pub use moment::Moment;
pub use observations::{Observations, ShownCertificate};
pub use parameter::{EnvelopeCommand, Parameter, ParameterError};
pub use parameters::{
    DSN, Demand, EnvelopeId, EnvelopeIdError, LongLine, Notify, Parameters, Returned,
};
pub use proxy_fault::{ProxyFault, ProxyProblem};
pub use readable::others_may_read;
pub use ready::{EnvelopeSender, HeaderRecipients, Mending, Ready};
pub use reason::reason;
pub use report::{AuthFacts, Connection, Outcome, RecipientPolicy, Reply, Report, Stage, TlsFacts};
pub use road::{AddressFamily, Protocol, Proxy, ProxyKind, Road, Via, is_loopback};
pub use secret::{Secret, SecretSource, Slot};
pub use server::{
    AuthPolicy, Identity, LoginStyle, Mechanism, Pin, Proof, Server, Timeouts, Tls, Trust,
};
pub use tls_fault::{
    CertificateFault, CertificateProblem, HandshakeFault, IdentityFault, IdentityProblem,
};
