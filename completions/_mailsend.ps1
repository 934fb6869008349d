
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'mailsend' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'mailsend'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'mailsend' {
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Recipients, such as ''Li <li@x.com>, b@y.com''')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Recipients, such as ''Li <li@x.com>, b@y.com''')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Recipients of a carbon copy')
            [CompletionResult]::new('--cc', '--cc', [CompletionResultType]::ParameterName, 'Recipients of a carbon copy')
            [CompletionResult]::new('-b', '-b', [CompletionResultType]::ParameterName, 'Recipients that the others do not see')
            [CompletionResult]::new('--bcc', '--bcc', [CompletionResultType]::ParameterName, 'Recipients that the others do not see')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'The author, a name included [default: the profile''s]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The author, a name included [default: the profile''s]')
            [CompletionResult]::new('--reply-to', '--reply-to', [CompletionResultType]::ParameterName, 'Where replies shall go')
            [CompletionResult]::new('--reverse-path', '--reverse-path', [CompletionResultType]::ParameterName, 'The envelope''s sender, which gets the bounces; <> for none [default: From]')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'The subject')
            [CompletionResult]::new('--subject', '--subject', [CompletionResultType]::ParameterName, 'The subject')
            [CompletionResult]::new('--body', '--body', [CompletionResultType]::ParameterName, 'The text [default: stdin]')
            [CompletionResult]::new('--body-file', '--body-file', [CompletionResultType]::ParameterName, 'Take the text from this file; - is stdin')
            [CompletionResult]::new('--html', '--html', [CompletionResultType]::ParameterName, 'HTML in place of the text')
            [CompletionResult]::new('--html-file', '--html-file', [CompletionResultType]::ParameterName, 'Take the HTML from this file; - is stdin')
            [CompletionResult]::new('--inline', '--inline', [CompletionResultType]::ParameterName, 'An image for the HTML, FILE,cid=NAME; <img src="cid:NAME"> shows it')
            [CompletionResult]::new('--ics', '--ics', [CompletionResultType]::ParameterName, 'An invitation or another calendar, for mail programs with one')
            [CompletionResult]::new('--charset', '--charset', [CompletionResultType]::ParameterName, 'The charset of stdin and of text files, such as gb18030')
            [CompletionResult]::new('-a', '-a', [CompletionResultType]::ParameterName, 'Attach a file, or - for stdin; FILE,name=N,type=T/S')
            [CompletionResult]::new('--attach', '--attach', [CompletionResultType]::ParameterName, 'Attach a file, or - for stdin; FILE,name=N,type=T/S')
            [CompletionResult]::new('-H', '-H ', [CompletionResultType]::ParameterName, 'Add a header field, ''Name: value''')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Add a header field, ''Name: value''')
            [CompletionResult]::new('--in-reply-to', '--in-reply-to', [CompletionResultType]::ParameterName, 'The message that this one answers, by its Message-ID')
            [CompletionResult]::new('--references', '--references', [CompletionResultType]::ParameterName, 'The thread that this message belongs to, the oldest Message-ID first')
            [CompletionResult]::new('--message-id', '--message-id', [CompletionResultType]::ParameterName, 'The Message-ID [default: a new one]')
            [CompletionResult]::new('--date', '--date', [CompletionResultType]::ParameterName, 'The date, as in mail, as 2026-11-22T10:11:12+08:00 or as @SECONDS [default: now]')
            [CompletionResult]::new('--priority', '--priority', [CompletionResultType]::ParameterName, 'How urgent it is, for readers that show it: high, normal or low')
            [CompletionResult]::new('--list-unsubscribe', '--list-unsubscribe', [CompletionResultType]::ParameterName, 'Where recipients leave the list: an https: page or a mailto: address')
            [CompletionResult]::new('--auto-submitted', '--auto-submitted', [CompletionResultType]::ParameterName, 'Say that a program sends this, so that no vacation notice answers')
            [CompletionResult]::new('--notify', '--notify', [CompletionResultType]::ParameterName, 'When to get a report: success, failure or delay, or never')
            [CompletionResult]::new('--return', '--return', [CompletionResultType]::ParameterName, 'What a report of failure returns of the message: full or headers')
            [CompletionResult]::new('--envelope-id', '--envelope-id', [CompletionResultType]::ParameterName, 'What the reports call the mail')
            [CompletionResult]::new('--mail-parameter', '--mail-parameter', [CompletionResultType]::ParameterName, 'Another parameter of MAIL, such as REQUIRETLS, MT-PRIORITY=3 or HOLDFOR=3600')
            [CompletionResult]::new('--rcpt-parameter', '--rcpt-parameter', [CompletionResultType]::ParameterName, 'Another parameter of every RCPT')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Use this profile; sandbox is built in')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use this profile; sandbox is built in')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read only this configuration file')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Server of this mail provider: qq, gmail, …')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Use this server, and no profile unless -p is given')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'TCP port [default: 587, or by --tls]')
            [CompletionResult]::new('--tls', '--tls', [CompletionResultType]::ParameterName, 'TLS: implicit, starttls, opportunistic or none')
            [CompletionResult]::new('--protocol', '--protocol', [CompletionResultType]::ParameterName, 'Speak this with the server: smtp or lmtp')
            [CompletionResult]::new('--proxy', '--proxy', [CompletionResultType]::ParameterName, 'Connect through this proxy: socks5://HOST:PORT, http://HOST:PORT, env or none')
            [CompletionResult]::new('--source-address', '--source-address', [CompletionResultType]::ParameterName, 'Connect from this address of this machine')
            [CompletionResult]::new('--username', '--username', [CompletionResultType]::ParameterName, 'Log in as this user')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from this file')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Take the password from this environment variable')
            [CompletionResult]::new('--password-command', '--password-command', [CompletionResultType]::ParameterName, 'Take the first line that this shell command prints as the password')
            [CompletionResult]::new('--password-credential', '--password-credential', [CompletionResultType]::ParameterName, 'Take the password from this systemd credential')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the OAuth access token from this file')
            [CompletionResult]::new('--token-env', '--token-env', [CompletionResultType]::ParameterName, 'Take the access token from this environment variable')
            [CompletionResult]::new('--token-command', '--token-command', [CompletionResultType]::ParameterName, 'Take the first line that this shell command prints as the access token')
            [CompletionResult]::new('--token-credential', '--token-credential', [CompletionResultType]::ParameterName, 'Take the access token from this systemd credential')
            [CompletionResult]::new('--auth', '--auth', [CompletionResultType]::ParameterName, 'Mechanisms to try: auto, none, or names in order (PLAIN,LOGIN)')
            [CompletionResult]::new('--login-style', '--login-style', [CompletionResultType]::ParameterName, 'How LOGIN gives the user name: auto, prompted or initial-response')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file as well')
            [CompletionResult]::new('--pin-sha256', '--pin-sha256', [CompletionResultType]::ParameterName, 'Trust exactly this certificate or public key, by its SHA-256; repeatable')
            [CompletionResult]::new('--server-name', '--server-name', [CompletionResultType]::ParameterName, 'Expect a certificate for this name instead of the host''s')
            [CompletionResult]::new('--min-tls', '--min-tls', [CompletionResultType]::ParameterName, 'Refuse TLS older than this: 1.2 or 1.3')
            [CompletionResult]::new('--client-certificate', '--client-certificate', [CompletionResultType]::ParameterName, 'Show the server the certificate in this PEM file')
            [CompletionResult]::new('--client-key', '--client-key', [CompletionResultType]::ParameterName, 'Take its key from this PEM file [default: the certificate''s]')
            [CompletionResult]::new('--qualify-domain', '--qualify-domain', [CompletionResultType]::ParameterName, 'Complete addresses that have no domain with this one')
            [CompletionResult]::new('--ehlo', '--ehlo', [CompletionResultType]::ParameterName, 'Introduce ourselves by this name in EHLO [default: the host''s, if it has a domain]')
            [CompletionResult]::new('--pipelining', '--pipelining', [CompletionResultType]::ParameterName, 'Whether commands may go out in groups: auto or never')
            [CompletionResult]::new('--chunking', '--chunking', [CompletionResultType]::ParameterName, 'Whether a message may go out as a chunk (BDAT): auto or never')
            [CompletionResult]::new('--max-size', '--max-size', [CompletionResultType]::ParameterName, 'Refuse messages larger than this before connecting')
            [CompletionResult]::new('--connect-timeout', '--connect-timeout', [CompletionResultType]::ParameterName, 'Give up connecting after so long, over all addresses [default: 30]')
            [CompletionResult]::new('--timeout-greeting', '--timeout-greeting', [CompletionResultType]::ParameterName, 'Wait so long for the greeting [default: 300]')
            [CompletionResult]::new('--timeout-command', '--timeout-command', [CompletionResultType]::ParameterName, 'Wait so long for the reply to a command [default: 300]')
            [CompletionResult]::new('--timeout-data', '--timeout-data', [CompletionResultType]::ParameterName, 'Wait so long for the reply to DATA [default: 120]')
            [CompletionResult]::new('--timeout-block', '--timeout-block', [CompletionResultType]::ParameterName, 'Let writing a block of the message take so long [default: 180]')
            [CompletionResult]::new('--timeout-end-of-data', '--timeout-end-of-data', [CompletionResultType]::ParameterName, 'Wait so long for the reply to the end of the message [default: 600]')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'Let everything together take so long, from the start [default: no limit]')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'Add a line for every mail to this file, or to the system''s log: syslog')
            [CompletionResult]::new('--save-failed', '--save-failed', [CompletionResultType]::ParameterName, 'Keep what could not be sent in this folder')
            [CompletionResult]::new('--retry', '--retry', [CompletionResultType]::ParameterName, 'Try so often again what the server put off [default: 0]')
            [CompletionResult]::new('--retry-wait', '--retry-wait', [CompletionResultType]::ParameterName, 'Wait so long before each --retry [default: 60]')
            [CompletionResult]::new('--no-body', '--no-body', [CompletionResultType]::ParameterName, 'Send no text and do not read stdin')
            [CompletionResult]::new('--auto-text', '--auto-text', [CompletionResultType]::ParameterName, 'Make a text from the HTML for readers of plain text')
            [CompletionResult]::new('-E', '-E ', [CompletionResultType]::ParameterName, 'Send nothing if there is no text (for cron)')
            [CompletionResult]::new('--skip-empty', '--skip-empty', [CompletionResultType]::ParameterName, 'Send nothing if there is no text (for cron)')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Send a ready message, from stdin or --body-file')
            [CompletionResult]::new('--read-recipients', '--read-recipients', [CompletionResultType]::ParameterName, 'With --raw: send to the To, Cc and Bcc of the message')
            [CompletionResult]::new('--read-from', '--read-from', [CompletionResultType]::ParameterName, 'With --raw: the message''s Sender or From gets the bounces')
            [CompletionResult]::new('-4', '-4', [CompletionResultType]::ParameterName, 'Connect by IPv4 alone')
            [CompletionResult]::new('--ipv4', '--ipv4', [CompletionResultType]::ParameterName, 'Connect by IPv4 alone')
            [CompletionResult]::new('-6', '-6', [CompletionResultType]::ParameterName, 'Connect by IPv6 alone')
            [CompletionResult]::new('--ipv6', '--ipv6', [CompletionResultType]::ParameterName, 'Connect by IPv6 alone')
            [CompletionResult]::new('--danger-readable-secret-file', '--danger-readable-secret-file', [CompletionResultType]::ParameterName, 'Use the password or token file even if others may read it')
            [CompletionResult]::new('--danger-cleartext-auth', '--danger-cleartext-auth', [CompletionResultType]::ParameterName, 'Send the password even where anybody on the way can read it')
            [CompletionResult]::new('--no-system-roots', '--no-system-roots', [CompletionResultType]::ParameterName, 'Trust --ca-file alone, not what the system trusts')
            [CompletionResult]::new('--danger-accept-wrong-name', '--danger-accept-wrong-name', [CompletionResultType]::ParameterName, 'Accept a certificate that is for another name')
            [CompletionResult]::new('--danger-accept-invalid-certs', '--danger-accept-invalid-certs', [CompletionResultType]::ParameterName, 'Accept any certificate at all')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show the message instead of sending it')
            [CompletionResult]::new('--preview', '--preview', [CompletionResultType]::ParameterName, 'With --dry-run: write a page of the message and open it')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Tell what would go wrong instead of sending it')
            [CompletionResult]::new('--all-or-none', '--all-or-none', [CompletionResultType]::ParameterName, 'Send to nobody unless the server takes every recipient')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what happened; -vv shows the dialogue')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what happened; -vv shows the dialogue')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say nothing but errors')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object, also on failure')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Show the version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Show the version')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Catch mail on this machine and show it')
            [CompletionResult]::new('profiles', 'profiles', [CompletionResultType]::ParameterValue, 'List, show, check, add or import profiles')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Find out why mail is not sent, and the settings that work')
            break
        }
        'mailsend;sandbox' {
            [CompletionResult]::new('--listen', '--listen', [CompletionResultType]::ParameterName, 'Listen here; port 0 takes a free one')
            [CompletionResult]::new('--maildir', '--maildir', [CompletionResultType]::ParameterName, 'Keep the mail in this maildir as well')
            [CompletionResult]::new('--pages', '--pages', [CompletionResultType]::ParameterName, 'Write a page of each message to this directory, and an index')
            [CompletionResult]::new('--manner', '--manner', [CompletionResultType]::ParameterName, 'Behave like this; --list names the manners')
            [CompletionResult]::new('--ca-out', '--ca-out', [CompletionResultType]::ParameterName, 'Write the authority that signed the server''s certificate to this PEM file')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'End after so many messages')
            [CompletionResult]::new('--expect', '--expect', [CompletionResultType]::ParameterName, 'Fail with 65 unless COMMAND succeeds and so many messages are caught')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List the manners and end')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Show what COMMAND would have sent as one JSON object, on the last line')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            break
        }
        'mailsend;profiles' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read only this configuration file')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the profiles: server, author, where each is written, which is the default (*)')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what a profile resolves to, key by key, and where each value comes from')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Find everything that is wrong, in all files at once')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Set up a profile for a mail address, and prove that it works')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Turn the settings of msmtp, mutt or git into profiles')
            break
        }
        'mailsend;profiles;list' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read only this configuration file')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            break
        }
        'mailsend;profiles;show' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read only this configuration file')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            break
        }
        'mailsend;profiles;check' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read only this configuration file')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            break
        }
        'mailsend;profiles;add' {
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'Call the profile so [default: by its provider or domain]')
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Use this server, not what the address leads to')
            [CompletionResult]::new('--username', '--username', [CompletionResultType]::ParameterName, 'Log in as this user [default: the address, or what the provider says]')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Send as this author [default: the address]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Send as this author [default: the address]')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Keep the password there: file, secret-tool, pass or ask')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from this file')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Take the password from this environment variable')
            [CompletionResult]::new('--password-command', '--password-command', [CompletionResultType]::ParameterName, 'Take the first line that this shell command prints as the password')
            [CompletionResult]::new('--password-credential', '--password-credential', [CompletionResultType]::ParameterName, 'Take the password from this systemd credential')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the OAuth access token from this file')
            [CompletionResult]::new('--token-env', '--token-env', [CompletionResultType]::ParameterName, 'Take the access token from this environment variable')
            [CompletionResult]::new('--token-command', '--token-command', [CompletionResultType]::ParameterName, 'Take the first line that this shell command prints as the access token')
            [CompletionResult]::new('--token-credential', '--token-credential', [CompletionResultType]::ParameterName, 'Take the access token from this systemd credential')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Rehearse a mail to this address [default: the sender''s]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Rehearse a mail to this address [default: the sender''s]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file as well')
            [CompletionResult]::new('--ehlo', '--ehlo', [CompletionResultType]::ParameterName, 'Introduce ourselves by this name in EHLO')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read only this configuration file')
            [CompletionResult]::new('--no-auth', '--no-auth', [CompletionResultType]::ParameterName, 'Do not log in')
            [CompletionResult]::new('--password-stdin', '--password-stdin', [CompletionResultType]::ParameterName, 'Read the password from stdin, one line')
            [CompletionResult]::new('--danger-readable-secret-file', '--danger-readable-secret-file', [CompletionResultType]::ParameterName, 'Use the password or token file even if others may read it')
            [CompletionResult]::new('--pin', '--pin', [CompletionResultType]::ParameterName, 'Agree to pin a certificate that cannot be trusted, and to log in inside its TLS')
            [CompletionResult]::new('--danger-cleartext-auth', '--danger-cleartext-auth', [CompletionResultType]::ParameterName, 'Agree to say the password where anybody on the way can read it')
            [CompletionResult]::new('--no-check', '--no-check', [CompletionResultType]::ParameterName, 'Write the profile without trying whether it works')
            [CompletionResult]::new('--default', '--default', [CompletionResultType]::ParameterName, 'Use the profile for mails that name none')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            break
        }
        'mailsend;profiles;import' {
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'Whose settings they are: msmtp, mutt or git [default: by the file''s name and text]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read only this configuration file')
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'Add the profiles to the configuration file instead, passwords included')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            break
        }
        'mailsend;doctor' {
            [CompletionResult]::new('--username', '--username', [CompletionResultType]::ParameterName, 'Log in as this user [default: the profile''s, or the address]')
            [CompletionResult]::new('--password-file', '--password-file', [CompletionResultType]::ParameterName, 'Read the password from this file')
            [CompletionResult]::new('--password-env', '--password-env', [CompletionResultType]::ParameterName, 'Take the password from this environment variable')
            [CompletionResult]::new('--password-command', '--password-command', [CompletionResultType]::ParameterName, 'Take the first line that this shell command prints as the password')
            [CompletionResult]::new('--password-credential', '--password-credential', [CompletionResultType]::ParameterName, 'Take the password from this systemd credential')
            [CompletionResult]::new('--token-file', '--token-file', [CompletionResultType]::ParameterName, 'Read the OAuth access token from this file')
            [CompletionResult]::new('--token-env', '--token-env', [CompletionResultType]::ParameterName, 'Take the access token from this environment variable')
            [CompletionResult]::new('--token-command', '--token-command', [CompletionResultType]::ParameterName, 'Take the first line that this shell command prints as the access token')
            [CompletionResult]::new('--token-credential', '--token-credential', [CompletionResultType]::ParameterName, 'Take the access token from this systemd credential')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Rehearse a mail from this address [default: the profile''s, or the login''s]')
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Rehearse a mail from this address [default: the profile''s, or the login''s]')
            [CompletionResult]::new('-t', '-t', [CompletionResultType]::ParameterName, 'Rehearse a mail to this address [default: the sender''s]')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Rehearse a mail to this address [default: the sender''s]')
            [CompletionResult]::new('--ca-file', '--ca-file', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file as well')
            [CompletionResult]::new('--ehlo', '--ehlo', [CompletionResultType]::ParameterName, 'Introduce ourselves by this name in EHLO')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Read and write only this configuration file')
            [CompletionResult]::new('--write', '--write', [CompletionResultType]::ParameterName, 'Put what works into the configuration file, as this profile')
            [CompletionResult]::new('--danger-readable-secret-file', '--danger-readable-secret-file', [CompletionResultType]::ParameterName, 'Use the password or token file even if others may read it')
            [CompletionResult]::new('--no-auth', '--no-auth', [CompletionResultType]::ParameterName, 'Do not log in')
            [CompletionResult]::new('--send', '--send', [CompletionResultType]::ParameterName, 'Send a test mail to --to through what works')
            [CompletionResult]::new('--pin', '--pin', [CompletionResultType]::ParameterName, 'Agree to pin a certificate that cannot be trusted, and to log in inside its TLS')
            [CompletionResult]::new('--danger-cleartext-auth', '--danger-cleartext-auth', [CompletionResultType]::ParameterName, 'Agree to say the password where anybody on the way can read it')
            [CompletionResult]::new('--cron', '--cron', [CompletionResultType]::ParameterName, 'Examine it as cron would run it')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say what is done; -vv shows the dialogue')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say what is done; -vv shows the dialogue')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print one JSON object, also on failure')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Show help; --help shows everything')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
