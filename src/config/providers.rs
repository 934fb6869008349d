//! What is known of mail providers: one row each, and the public pages that say so.
//!
//! A row says only what its sources say; a provider that no page was found for has none. Settings
//! that pages leave open are left to the program's defaults.

// Its lists fill their lines.
#[rustfmt::skip]
mod domains;
mod sending;

use super::presets::{Access, Login, Provider, Sender, Server, Source};
use crate::model::Tls::{Implicit, StartTls};

/// When these pages were last read, all of them in stored copies.
const SEEN: &str = "2026-11-22";

const fn page(address: &'static str) -> Source {
    Source { page: address, seen: SEEN }
}

/// A page that was read for the largest message alone.
const fn limit(address: &'static str) -> Source {
    Source { page: address, seen: "2026-11-27" }
}

/// A page that was last read for the domains of mailboxes and their exchangers.
const fn mailboxes(address: &'static str) -> Source {
    Source { page: address, seen: "2026-11-27" }
}

const fn server(host: &'static str, tls: crate::model::Tls, port: u16) -> Server {
    Server { host: Some(host), example: host, tls, port }
}

/// The servers of Microsoft's mailboxes.
const MICROSOFT: Source = Source {
    page: "https://developer.nylas.com/docs/cookbook/email/outlook-smtp-settings/",
    seen: "2026-11-27",
};

/// Domains and exchangers of many providers.
const NYLAS: Source = mailboxes(
    "https://github.com/nylas/sync-engine/blob/01fe1e929b3579318d39088ea248215dd9724dd8/inbox/providers.py",
);

const AUTHORIZATION_CODE: &str =
    "an authorization code (授权码), made in the mailbox's settings where SMTP is switched on";
const APP_PASSWORD: &str = "an app password, made in the account's security settings";

/// Every provider that `provider = "…"` knows, in the order in which they are listed.
pub static PROVIDERS: &[Provider] = &[
    Provider {
        name: "qq",
        description: "QQ Mail and Foxmail (personal)",
        access: Access::Password(server("smtp.qq.com", Implicit, 465)),
        domains: &["qq.com", "vip.qq.com", "foxmail.com"],
        exchanges: &[],
        login: Login::Address("12345678@qq.com"),
        sender: Sender::Login,
        max_size: Some(70 << 20),
        password: Some(AUTHORIZATION_CODE),
        sources: &[
            page(
                "https://github.com/thunderbird/autoconfig/blob/9951bf24a6c105db149009e1bb7f27b513539005/ispdb/qq.com.xml",
            ),
            mailboxes(
                "https://github.com/chatmail/provider-db/blob/1fb242c3278244fa9df2a54a5b6f36a7dca1b16e/_providers/qq.md",
            ),
            page("https://github.com/nodeSolidServer/node-solid-server/issues/1281"),
            limit("https://github.com/midoks/imail/wiki/SMTP"),
            NYLAS,
        ],
    },
    Provider {
        name: "exmail",
        description: "Tencent Exmail (腾讯企业邮箱)",
        access: Access::Password(server("smtp.exmail.qq.com", Implicit, 465)),
        domains: &[],
        exchanges: &["mxbiz1.qq.com", "mxbiz2.qq.com"],
        login: Login::Address("you@company.example"),
        sender: Sender::Login,
        max_size: None,
        password: Some("a client password (客户端专用密码) where secure login is on"),
        sources: &[
            page(
                "https://github.com/nodemailer/nodemailer/blob/01ae76f2cfe991c0c3fe80170f236da60531496b/lib/well-known/services.json",
            ),
            page("https://blog.csdn.net/Zhangmaoyang/article/details/121036158"),
            page("https://github.com/gshang2017/docker/issues/18"),
            NYLAS,
        ],
    },
    Provider {
        name: "163",
        description: "NetEase 163 Mail",
        access: Access::Password(server("smtp.163.com", Implicit, 465)),
        domains: &["163.com"],
        exchanges: &[],
        login: Login::Address("you@163.com"),
        sender: Sender::Unstated,
        max_size: None,
        password: Some(AUTHORIZATION_CODE),
        sources: &[
            mailboxes("https://github.com/chatmail/provider-db/blob/master/_providers/163.md"),
            page(
                "https://raw.githubusercontent.com/cropflre/nowen-note/main/docs/backup-email-smtp.md",
            ),
        ],
    },
    Provider {
        name: "126",
        description: "NetEase 126 Mail",
        access: Access::Password(server("smtp.126.com", Implicit, 465)),
        domains: &["126.com"],
        exchanges: &[],
        login: Login::Address("you@126.com"),
        sender: Sender::Unstated,
        max_size: None,
        password: Some(AUTHORIZATION_CODE),
        sources: &[
            page(
                "https://github.com/nodemailer/nodemailer/blob/01ae76f2cfe991c0c3fe80170f236da60531496b/lib/well-known/services.json",
            ),
            page(
                "https://raw.githubusercontent.com/cropflre/nowen-note/main/docs/backup-email-smtp.md",
            ),
            NYLAS,
        ],
    },
    Provider {
        name: "aliyun",
        description: "Alibaba Mail, personal (@aliyun.com)",
        access: Access::Password(server("smtp.aliyun.com", Implicit, 465)),
        domains: &["aliyun.com"],
        exchanges: &[],
        login: Login::Address("you@aliyun.com"),
        sender: Sender::Unstated,
        max_size: None,
        password: None,
        sources: &[
            mailboxes(
                "https://github.com/nodemailer/nodemailer/blob/01ae76f2cfe991c0c3fe80170f236da60531496b/lib/well-known/services.json",
            ),
            page("https://www.yunzhuji.net/aliyun/271458.html"),
        ],
    },
    Provider {
        name: "aliyun-qiye",
        description: "Alibaba Mail for companies (阿里企业邮箱)",
        access: Access::Password(server("smtp.qiye.aliyun.com", Implicit, 465)),
        domains: &[],
        exchanges: &["qiye.aliyun.com", "mxhichina.com"],
        login: Login::Any,
        sender: Sender::Unstated,
        max_size: None,
        password: Some(
            "the security password for third-party clients (三方客户端安全密码) where that is on",
        ),
        sources: &[
            page("https://help.aliyun.com/en/document_detail/36687.html"),
            mailboxes("https://help.aliyun.com/en/document_detail/446248.html"),
        ],
    },
    sending::DIRECTMAIL,
    sending::SENDCLOUD,
    Provider {
        name: "gmail",
        description: "Gmail and Google Workspace",
        access: Access::Password(server("smtp.gmail.com", Implicit, 465)),
        domains: &["gmail.com", "googlemail.com"],
        exchanges: &["google.com", "googlemail.com"],
        login: Login::Address("you@gmail.com"),
        sender: Sender::Unstated,
        max_size: None,
        password: Some(
            "an app password (16 letters); the account needs 2-Step Verification for one",
        ),
        sources: &[
            page("https://developers.google.com/gmail/oauth_overview?hl=fr"),
            page("https://developer.nylas.com/docs/cookbook/email/gmail-smtp-settings.md"),
            page(
                "https://cloud.google.com/chronicle/docs/soar/marketplace-integrations/email-v2?hl=es-419",
            ),
            mailboxes(
                "https://github.com/thunderbird/autoconfig/blob/c18f864ade384725c6781246c3821e67ec0a8954/ispdb/googlemail.com.xml",
            ),
            NYLAS,
        ],
    },
    Provider {
        name: "icloud",
        description: "iCloud Mail",
        access: Access::Password(server("smtp.mail.me.com", StartTls, 587)),
        domains: &["icloud.com", "me.com", "mac.com"],
        exchanges: &["mail.icloud.com"],
        login: Login::Address("you@icloud.com"),
        sender: Sender::Unstated,
        max_size: Some(20 << 20),
        password: Some("an app-specific password, made in the Apple account"),
        sources: &[
            mailboxes(
                "https://github.com/thunderbird/autoconfig/blob/4e19596c34c68a3d6dddc111709cd3f8a4bde3cd/ispdb/me.com.xml",
            ),
            page("https://developer.nylas.com/docs/cookbook/email/icloud-mail-api.md"),
            limit("https://support.apple.com/en-ca/102198"),
            mailboxes(
                "https://github.com/chatmail/provider-db/blob/a56fc126ccd298a343ca15b5b745804043ee4a69/_providers/icloud.md",
            ),
            mailboxes("https://github.com/is-a-dev/register/pull/14109"),
        ],
    },
    Provider {
        name: "yahoo",
        description: "Yahoo Mail",
        access: Access::Password(server("smtp.mail.yahoo.com", Implicit, 465)),
        domains: domains::YAHOO,
        exchanges: &["am0.yahoodns.net"],
        login: Login::Address("you@yahoo.com"),
        sender: Sender::Unstated,
        max_size: None,
        password: Some(APP_PASSWORD),
        sources: &[
            mailboxes(
                "https://github.com/thunderbird/autoconfig/blob/52377793fb5b1b27ddb93bb1039f166cdc3127aa/ispdb/yahoo.com.xml",
            ),
            page("https://github.com/chatmail/provider-db/blob/master/_providers/yahoo.md"),
        ],
    },
    Provider {
        name: "fastmail",
        description: "Fastmail",
        access: Access::Password(server("smtp.fastmail.com", Implicit, 465)),
        domains: domains::FASTMAIL,
        exchanges: &["messagingengine.com"],
        login: Login::Address("you@fastmail.com"),
        sender: Sender::Unstated,
        max_size: None,
        password: Some(APP_PASSWORD),
        sources: &[
            page("https://www.fastmail.com/help/technical/servernamesandports.html"),
            mailboxes(
                "https://github.com/chatmail/provider-db/blob/a56fc126ccd298a343ca15b5b745804043ee4a69/_providers/fastmail.md",
            ),
            mailboxes(
                "https://github.com/thunderbird/autoconfig/blob/9951bf24a6c105db149009e1bb7f27b513539005/ispdb/messagingengine.com.xml",
            ),
        ],
    },
    Provider {
        name: "gmx",
        description: "GMX (gmx.net, .de, .at, .ch)",
        access: Access::Password(server("mail.gmx.net", Implicit, 465)),
        domains: domains::GMX,
        exchanges: &["gmx.net"],
        login: Login::Address("you@gmx.net"),
        sender: Sender::Unstated,
        max_size: None,
        password: Some(
            "the mailbox's password; access by POP3 and IMAP must be allowed in its settings",
        ),
        sources: &[mailboxes(
            "https://github.com/thunderbird/autoconfig/blob/3568912d5c46333b16568ee0ade775c817ad7a30/ispdb/gmx.net.xml",
        )],
    },
    sending::SENDGRID,
    sending::SES,
    sending::MAILGUN,
    sending::POSTMARK,
    sending::CLOUDFLARE,
    Provider {
        name: "outlook",
        description: "Outlook.com, Hotmail and Live (personal)",
        access: Access::OnlyOAuth {
            server: server("smtp-mail.outlook.com", StartTls, 587),
            instead: "these mailboxes take no password, app passwords neither",
        },
        domains: domains::MICROSOFT,
        exchanges: &["olc.protection.outlook.com"],
        login: Login::Address("you@outlook.com"),
        sender: Sender::Unstated,
        max_size: None,
        password: None,
        sources: &[
            page("https://github.com/harshalambani/ChatMailSync/releases/tag/v2.1.4"),
            MICROSOFT,
            mailboxes(
                "https://github.com/thunderbird/autoconfig/blob/24d0d006a50bdcf80688c8093bb8579ccc5582e2/ispdb/hotmail.com.xml",
            ),
        ],
    },
    Provider {
        name: "office365",
        description: "Microsoft 365",
        access: Access::OnlyOAuth {
            server: server("smtp.office365.com", StartTls, 587),
            instead: "where your administrator still allows passwords for SMTP, leave provider \
                      out and set host = \"smtp.office365.com\"",
        },
        domains: &[],
        exchanges: &["mail.protection.outlook.com", "mx.microsoft"],
        login: Login::Address("you@company.example"),
        sender: Sender::Unstated,
        max_size: Some(150 << 20),
        password: None,
        sources: &[
            page("https://github.com/OpenCTI-Platform/opencti/issues/12069"),
            MICROSOFT,
            limit("https://github.com/simonrob/email-oauth2-proxy/issues/232"),
            mailboxes(
                "https://github.com/thunderbird/autoconfig/blob/8fcab30b1d8bb46dd909e7daaf036439851fbc62/ispdb/office365.com.xml",
            ),
            mailboxes("https://github.com/DNSControl/dnscontrol/issues/3185"),
        ],
    },
];
