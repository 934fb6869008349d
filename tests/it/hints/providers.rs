//! What the big providers answer: passwords of their own kinds, and rules for From.

use super::{Meeting, Until, check_all};

#[test]
fn qq_and_netease_want_an_authorization_code_and_smtp_switched_on() {
    let qq = Meeting {
        flags: &["--provider", "qq"],
        user: "12345678@qq.com",
        until: Until::Auth,
        answer: "535 Login Fail. Please enter your authorization code to login.",
        exit: 77,
        told: "the server refused the password: 535 Login Fail. Please enter your authorization \
               code to login.\n\
               hint: the password here is an authorization code (授权码), made in the mailbox's \
               settings, not the one for the web page",
    };
    check_all(&[
        Meeting {
            answer: "535 Login fail. Account is abnormal, service is not open, password is \
                     incorrect, login frequency limited, or system is busy.",
            told: "the server refused the password: 535 Login fail. Account is abnormal, service \
                   is not open, password is incorrect, login frequency limited, or system is \
                   busy.\n\
                   hint: switch SMTP on in the mailbox's settings, and use the authorization code \
                   (授权码) that is made there; after many tries wait some minutes",
            ..qq
        },
        Meeting {
            flags: &["--provider", "163"],
            user: "me@163.com",
            answer: "550 User has no permission",
            told: "the server refused the password: 550 User has no permission\n\
                   hint: switch SMTP on in the mailbox's settings, and use the authorization code \
                   (授权码) that is made there; after many tries wait some minutes",
            ..qq
        },
        Meeting {
            flags: &["--provider", "163"],
            user: "me@163.com",
            answer: "535 Error: authentication failed",
            told: "the server refused the password: 535 Error: authentication failed\n\
                   hint: the password at 163 is an authorization code (授权码), made in the \
                   mailbox's settings where SMTP is switched on; check username = \"me@163.com\" \
                   too",
            ..qq
        },
        Meeting {
            flags: &[],
            user: "me@example.com",
            answer: "454 Temporary authentication failure",
            exit: 75,
            told: "the server refused AUTH: 454 Temporary authentication failure\n\
                   hint: this may pass, and nothing was sent: run it again in some minutes",
            ..qq
        },
        qq,
    ]);
}

#[test]
fn a_server_that_takes_mail_only_from_the_login_says_so_in_many_ways() {
    let qq = Meeting {
        flags: &["--provider", "qq"],
        user: "12345678@qq.com",
        until: Until::Mail,
        answer: "501 mail from address must be same as authorization user",
        exit: 69,
        told: "the sender <root@vm.example> was rejected at MAIL FROM: 501 mail from address must be same as \
               authorization user\n\
               hint: the server wants From to be the login: from = \"12345678@qq.com\"; it was \
               root@vm.example",
    };
    check_all(&[
        Meeting {
            flags: &["--provider", "163"],
            user: "me@163.com",
            answer: "553 Mail from must equal authorized user",
            told: "the sender <root@vm.example> was rejected at MAIL FROM: 553 Mail from must equal authorized user\n\
                   hint: the server wants From to be the login: from = \"me@163.com\"; it was \
                   root@vm.example",
            ..qq
        },
        Meeting {
            flags: &[],
            user: "me@example.com",
            until: Until::Rcpt,
            exit: 67,
            answer: "553 5.7.1 <root@vm.example>: Sender address rejected: not owned by user me",
            told: "a@example.net: rejected at RCPT TO: 553 5.7.1 <root@vm.example>: Sender address \
                   rejected: not owned by user me\n\
                   hint: the server wants From to be the login: from = \"me@example.com\"; it was \
                   root@vm.example",
        },
        Meeting {
            flags: &[],
            user: "me@corp.example",
            until: Until::Dot,
            answer: "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            exit: 65,
            told: "a@example.net: rejected at the end of the data: 550 5.7.60 SMTP; Client does \
                   not have permissions to send as this sender\n\
                   hint: the server wants From to be the login: from = \"me@corp.example\"; it was \
                   root@vm.example",
        },
        Meeting {
            flags: &[],
            user: "alice",
            answer: "553 5.7.1 Sender address rejected: not owned by user alice",
            told: "the sender <root@vm.example> was rejected at MAIL FROM: 553 5.7.1 Sender address rejected: not \
                   owned by user alice\n\
                   hint: the login alice may not send from root@vm.example: set from to an address \
                   of its own",
            ..qq
        },
        Meeting {
            flags: &["-f", "me@example.com"],
            user: "me@example.com",
            answer: "501 mail from address must be same as authorization user",
            told: "the sender <me@example.com> was rejected at MAIL FROM: 501 mail from address must be same as \
                   authorization user\n\
                   hint: the server wants another sender than me@example.com; ask the provider \
                   from which addresses this login may send, and set from",
            ..qq
        },
        qq,
    ]);
}

#[test]
fn google_wants_an_app_password() {
    let gmail = Meeting {
        flags: &[],
        user: "me@gmail.com",
        until: Until::Auth,
        answer: "534-5.7.9 Application-specific password required. For more information, go to\n\
                 534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - gsmtp",
        exit: 77,
        told: "the server refused AUTH: 534 5.7.9 Application-specific password required. For more \
               information, go to 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor - \
               gsmtp\n\
               hint: the password here is an app password, made in the account's security settings",
    };
    check_all(&[
        Meeting {
            answer: "535 5.7.8 Username and Password not accepted. For more information, go to \
                     https://support.google.com/mail/?p=BadCredentials - gsmtp",
            told: "the server refused the password: 535 5.7.8 Username and Password not accepted. \
                   For more information, go to https://support.google.com/mail/?p=BadCredentials - \
                   gsmtp\n\
                   hint: the password at gmail is an app password (16 letters); the account needs \
                   2-Step Verification for one",
            ..gmail
        },
        Meeting {
            answer: "534 5.7.14 Please log in via your web browser and then try again.",
            told: "the server refused AUTH: 534 5.7.14 Please log in via your web browser and then \
                   try again.\n\
                   hint: log in once with a browser, then use an app password, made in the \
                   account's security settings",
            ..gmail
        },
        gmail,
    ]);
}

#[test]
fn microsoft_has_switched_passwords_off() {
    let basic = Meeting {
        flags: &[],
        user: "me@corp.example",
        until: Until::Auth,
        answer: "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
        exit: 77,
        told: "the server refused the password: 535 5.7.139 Authentication unsuccessful, basic \
               authentication is disabled.\n\
               hint: this mailbox takes only OAuth: set token_command = \"…\", a program that \
               prints an access token, such as oama or mutt_oauth2.py",
    };
    check_all(&[
        Meeting {
            answer: "550 5.7.30 Basic authentication is not supported for Client Submission.",
            told: "the server refused the password: 550 5.7.30 Basic authentication is not \
                   supported for Client Submission.\n\
                   hint: this mailbox takes only OAuth: set token_command = \"…\", a program that \
               prints an access token, such as oama or mutt_oauth2.py",
            ..basic
        },
        Meeting {
            answer: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled \
                     for the Tenant.",
            told: "the server refused the password: 535 5.7.139 Authentication unsuccessful, \
                   SmtpClientAuthentication is disabled for the Tenant.\n\
                   hint: passwords are switched off for SMTP: the administrator can allow SMTP \
                   AUTH for this mailbox",
            ..basic
        },
        Meeting {
            answer: "535 5.7.3 Authentication unsuccessful [DB6P18901CA0015.EURP189.PROD]",
            told: "the server refused the password: 535 5.7.3 Authentication unsuccessful \
                   [DB6P18901CA0015.EURP189.PROD]\n\
                   hint: check username = \"me@corp.example\" and the password; if both are right, \
                   the administrator has to allow SMTP AUTH for this mailbox",
            ..basic
        },
        Meeting {
            user: "",
            until: Until::Mail,
            answer: "530 5.7.57 Client not authenticated to send mail.",
            exit: 69,
            told: "the sender <root@vm.example> was rejected at MAIL FROM: 530 5.7.57 Client not authenticated to \
                   send mail.\n\
                   hint: the server takes this mail only from those who log in: set username and a \
                   password source",
            ..basic
        },
        basic,
    ]);
}

#[test]
fn the_user_names_of_senders_of_many_mails_are_their_own() {
    let sendgrid = Meeting {
        flags: &["--provider", "sendgrid"],
        user: "apikey",
        until: Until::Auth,
        answer: "535 Authentication failed: Bad username / password",
        exit: 77,
        told: "the server refused the password: 535 Authentication failed: Bad username / \
               password\n\
               hint: the password at sendgrid is an API key with the permission to send mail; \
               check username = \"apikey\" too",
    };
    check_all(&[
        Meeting {
            flags: &["--provider", "ses"],
            user: "AKIAEXAMPLE",
            answer: "535 Authentication Credentials Invalid",
            told: "the server refused the password: 535 Authentication Credentials Invalid\n\
                   hint: Amazon SES wants SMTP credentials, made in its console for this region; \
                   AWS access keys are something else",
            ..sendgrid
        },
        Meeting {
            flags: &["--provider", "ses"],
            user: "AKIAEXAMPLE",
            until: Until::Dot,
            answer: "554 Message rejected: Email address is not verified. The following identities \
                     failed the check in region US-EAST-1: root@vm.example",
            exit: 65,
            told: "a@example.net: rejected at the end of the data: 554 Message rejected: Email \
                   address is not verified. The following identities failed the check in region \
                   US-EAST-1: root@vm.example\n\
                   hint: verify root@vm.example or its domain in the provider's console, or set \
                   from to one that is verified; on trial, recipients may need it too",
        },
        Meeting {
            flags: &["--provider", "mailgun"],
            user: "postmaster@mg.example.com",
            answer: "535 Authentication failed",
            told: "the server refused the password: 535 Authentication failed\n\
                   hint: the password at mailgun is the password of the sending domain's SMTP \
                   credentials, not an API key; check username = \"postmaster@mg.example.com\" too",
            ..sendgrid
        },
        Meeting {
            until: Until::Mail,
            answer: "550 The from address does not match a verified Sender Identity.",
            exit: 69,
            told: "the sender <root@vm.example> was rejected at MAIL FROM: 550 The from address does not match a \
                   verified Sender Identity.\n\
                   hint: verify root@vm.example or its domain in the provider's console, or set \
                   from to one that is verified; on trial, recipients may need it too",
            ..sendgrid
        },
        sendgrid,
    ]);
}
