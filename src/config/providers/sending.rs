//! The rows of services that only send: there are no mailboxes behind them.

use super::super::presets::{Access, Login, Provider, Sender, Server};
use super::{limit, page, server};
use crate::model::Tls::{Implicit, StartTls};

pub(super) const DIRECTMAIL: Provider = Provider {
    name: "aliyun-directmail",
    description: "Alibaba Cloud DirectMail (邮件推送)",
    access: Access::Password(server("smtpdm.aliyun.com", Implicit, 465)),
    domains: &[],
    exchanges: &[],
    login: Login::Address("you@mail.company.example"),
    sender: Sender::Login,
    max_size: Some(15 << 20),
    password: Some("the SMTP password of the sender address, set in DirectMail's console"),
    sources: &[
        page("https://help.aliyun.com/en/direct-mail/user-guide/send-emails-using-smtp"),
        limit(
            "https://alibabacloud.com/help/en/direct-mail/how-can-i-send-emails-with-attachments-using-smtp",
        ),
    ],
};

// The page names ports 25, 2525 and 587, for some clouds block the first, and says nothing of
// TLS: that it cannot be had is for the user to accept.
pub(super) const SENDCLOUD: Provider = Provider {
    name: "sendcloud",
    description: "SendCloud",
    access: Access::Password(server("smtp.sendcloud.net", StartTls, 587)),
    domains: &[],
    exchanges: &[],
    login: Login::Any,
    sender: Sender::Unstated,
    max_size: None,
    password: Some("the API_KEY, and the user name the API_USER"),
    sources: &[page("https://www.sendcloud.net/doc/guide/base/")],
};

pub(super) const SENDGRID: Provider = Provider {
    name: "sendgrid",
    description: "Twilio SendGrid",
    access: Access::Password(server("smtp.sendgrid.net", Implicit, 465)),
    domains: &[],
    exchanges: &[],
    login: Login::Fixed("apikey"),
    sender: Sender::Verified,
    max_size: None,
    password: Some("an API key with the permission to send mail"),
    sources: &[
        page(
            "https://www.twilio.com/docs/sendgrid/for-developers/sending-email/integrating-with-the-smtp-api.md",
        ),
        page(
            "https://sendgrid.com/docs/for-developers/sending-email/smtp-errors-and-troubleshooting/",
        ),
    ],
};

pub(super) const SES: Provider = Provider {
    name: "ses",
    description: "Amazon SES (host = by region)",
    access: Access::Password(Server {
        host: None,
        example: "email-smtp.us-east-1.amazonaws.com",
        tls: StartTls,
        port: 587,
    }),
    domains: &[],
    exchanges: &[],
    login: Login::Any,
    sender: Sender::Verified,
    max_size: Some(40 << 20),
    password: Some("the password of SMTP credentials made for this region, not an AWS secret key"),
    sources: &[
        page("https://docs.aws.amazon.com/ses/latest/dg/smtp-connect.html"),
        page("https://docs.aws.amazon.com/it_it/ses/latest/dg/smtp-credentials.md"),
        page("https://repost.aws/es/knowledge-center/ses-554-400-message-rejected-error"),
        limit("https://docs.aws.amazon.com/ses/latest/dg/quotas.html"),
    ],
};

pub(super) const MAILGUN: Provider = Provider {
    name: "mailgun",
    description: "Mailgun (host = \"smtp.eu.mailgun.org\" in the EU)",
    access: Access::Password(server("smtp.mailgun.org", Implicit, 465)),
    domains: &[],
    exchanges: &[],
    login: Login::Any,
    sender: Sender::Unstated,
    max_size: None,
    password: Some("the password of the sending domain's SMTP credentials, not an API key"),
    sources: &[
        page(
            "https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp.md",
        ),
        page("https://cloud.google.com/compute/docs/tutorials/sending-mail/using-mailgun?hl=FR"),
    ],
};

pub(super) const POSTMARK: Provider = Provider {
    name: "postmark",
    description: "Postmark (transactional)",
    access: Access::Password(server("smtp.postmarkapp.com", StartTls, 587)),
    domains: &[],
    exchanges: &[],
    login: Login::Any,
    sender: Sender::Unstated,
    max_size: Some(10 << 20),
    password: Some("the Server API Token, which is the user name as well"),
    sources: &[
        page(
            "https://postmarkapp.com/support/article/811-what-are-the-smtp-details-api-tokens-i-should-be-using",
        ),
        limit(
            "https://postmarkapp.com/support/article/1056-what-are-the-attachment-and-email-size-limits",
        ),
    ],
};

pub(super) const CLOUDFLARE: Provider = Provider {
    name: "cloudflare",
    description: "Cloudflare Email Service",
    access: Access::Password(server("smtp.mx.cloudflare.net", Implicit, 465)),
    domains: &[],
    exchanges: &[],
    login: Login::Fixed("api_token"),
    sender: Sender::Unstated,
    max_size: Some(25 << 20),
    password: Some("an API token with the permission Email Sending: Edit"),
    sources: &[
        page("https://developers.cloudflare.com/email-service/api/send-emails/smtp/"),
        limit("https://developers.cloudflare.com/email-service/platform/limits/"),
    ],
};
