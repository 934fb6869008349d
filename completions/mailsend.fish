# The subcommand is the first word, or there is none.
function __fish_mailsend_needs_command
    set -l words (commandline -opc)
    if contains -- "$words[2]" sandbox profiles doctor sendmail mail
        echo $words[2]
        return 1
    end
    return 0
end

function __fish_mailsend_using_subcommand
    set -l cmd (__fish_mailsend_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c mailsend -n "__fish_mailsend_needs_command" -s t -l to -d 'Recipients, such as \'Li <li@x.com>, b@y.com\'' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -s c -l cc -d 'Recipients of a carbon copy' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -s b -l bcc -d 'Recipients that the others do not see' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -s f -l from -d 'The author, a name included [default: the profile\'s]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l reply-to -d 'Where replies shall go' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l reverse-path -d 'The envelope\'s sender, which gets the bounces; <> for none [default: From]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -s s -l subject -d 'The subject' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l body -d 'The text [default: stdin]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l body-file -d 'Take the text from this file; - is stdin' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -l html -d 'HTML in place of the text' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l html-file -d 'Take the HTML from this file; - is stdin' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -l inline -d 'An image for the HTML, FILE,cid=NAME; <img src="cid:NAME"> shows it' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l ics -d 'An invitation or another calendar, for mail programs with one' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l charset -d 'The charset of stdin and of text files, such as gb18030' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -s a -l attach -d 'Attach a file, or - for stdin; FILE,name=N,type=T/S' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -s H -l header -d 'Add a header field, \'Name: value\'' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l in-reply-to -d 'The message that this one answers, by its Message-ID' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l references -d 'The thread that this message belongs to, the oldest Message-ID first' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l message-id -d 'The Message-ID [default: a new one]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l date -d 'The date, as in mail, as 2026-11-22T10:11:12+08:00 or as @SECONDS [default: now]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l priority -d 'How urgent it is, for readers that show it: high, normal or low' -r -f -a "high\t'To be read first'
normal\t'As any other'
low\t'It can wait'"
complete -c mailsend -n "__fish_mailsend_needs_command" -l list-unsubscribe -d 'Where recipients leave the list: an https: page or a mailto: address' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l auto-submitted -d 'Say that a program sends this, so that no vacation notice answers' -r -f -a "auto-generated\t'By a program of its own accord'
auto-replied\t'In answer to a message'
no\t'By a person'"
complete -c mailsend -n "__fish_mailsend_needs_command" -l notify -d 'When to get a report: success, failure or delay, or never' -r -f -a "success\t'It was delivered'
failure\t'It cannot be'
delay\t'It has not been yet'
never\t'Not even if it fails'"
complete -c mailsend -n "__fish_mailsend_needs_command" -l return -d 'What a report of failure returns of the message: full or headers' -r -f -a "full\t'All of it'
headers\t'Its header'"
complete -c mailsend -n "__fish_mailsend_needs_command" -l envelope-id -d 'What the reports call the mail' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l mail-parameter -d 'Another parameter of MAIL, such as REQUIRETLS, MT-PRIORITY=3 or HOLDFOR=3600' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l rcpt-parameter -d 'Another parameter of every RCPT' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -s p -l profile -d 'Use this profile; sandbox is built in' -r -f -a "(command mailsend complete profiles 2>/dev/null)"
complete -c mailsend -n "__fish_mailsend_needs_command" -l config -d 'Read only this configuration file' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -l provider -d 'Server of this mail provider: qq, gmail, …' -r -f -a "qq\t''
exmail\t''
163\t''
126\t''
aliyun\t''
aliyun-qiye\t''
aliyun-directmail\t''
sendcloud\t''
gmail\t''
icloud\t''
yahoo\t''
fastmail\t''
gmx\t''
sendgrid\t''
ses\t''
mailgun\t''
postmark\t''
cloudflare\t''
outlook\t''
office365\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l host -d 'Use this server, and no profile unless -p is given' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l port -d 'TCP port [default: 587, or by --tls]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l tls -d 'TLS: implicit, starttls, opportunistic or none' -r -f -a "implicit\t''
starttls\t''
opportunistic\t''
none\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l protocol -d 'Speak this with the server: smtp or lmtp' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l proxy -d 'Connect through this proxy: socks5://HOST:PORT, http://HOST:PORT, env or none' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l source-address -d 'Connect from this address of this machine' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l username -d 'Log in as this user' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l password-file -d 'Read the password from this file' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -l password-env -d 'Take the password from this environment variable' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l password-command -d 'Take the first line that this shell command prints as the password' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l password-credential -d 'Take the password from this systemd credential' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l token-file -d 'Read the OAuth access token from this file' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l token-env -d 'Take the access token from this environment variable' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l token-command -d 'Take the first line that this shell command prints as the access token' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l token-credential -d 'Take the access token from this systemd credential' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l auth -d 'Mechanisms to try: auto, none, or names in order (PLAIN,LOGIN)' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l login-style -d 'How LOGIN gives the user name: auto, prompted or initial-response' -r -f -a "auto\t''
prompted\t''
initial-response\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l ca-file -d 'Trust the certificates in this PEM file as well' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -l pin-sha256 -d 'Trust exactly this certificate or public key, by its SHA-256; repeatable' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l server-name -d 'Expect a certificate for this name instead of the host\'s' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l min-tls -d 'Refuse TLS older than this: 1.2 or 1.3' -r -f -a "1.2\t''
1.3\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l client-certificate -d 'Show the server the certificate in this PEM file' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l client-key -d 'Take its key from this PEM file [default: the certificate\'s]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l qualify-domain -d 'Complete addresses that have no domain with this one' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l ehlo -d 'Introduce ourselves by this name in EHLO [default: the host\'s, if it has a domain]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l pipelining -d 'Whether commands may go out in groups: auto or never' -r -f -a "auto\t''
never\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l chunking -d 'Whether a message may go out as a chunk (BDAT): auto or never' -r -f -a "auto\t''
never\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l max-size -d 'Refuse messages larger than this before connecting' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l connect-timeout -d 'Give up connecting after so long, over all addresses [default: 30]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-greeting -d 'Wait so long for the greeting [default: 300]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-command -d 'Wait so long for the reply to a command [default: 300]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-data -d 'Wait so long for the reply to DATA [default: 120]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-block -d 'Let writing a block of the message take so long [default: 180]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-end-of-data -d 'Wait so long for the reply to the end of the message [default: 600]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l deadline -d 'Let everything together take so long, from the start [default: no limit]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l log -d 'Add a line for every mail to this file, or to the system\'s log: syslog' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l save-failed -d 'Keep what could not be sent in this folder' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l retry -d 'Try so often again what the server put off [default: 0]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l retry-wait -d 'Wait so long before each --retry [default: 60]' -r -f
complete -c mailsend -n "__fish_mailsend_needs_command" -l no-body -d 'Send no text and do not read stdin'
complete -c mailsend -n "__fish_mailsend_needs_command" -l auto-text -d 'Make a text from the HTML for readers of plain text'
complete -c mailsend -n "__fish_mailsend_needs_command" -s E -l skip-empty -d 'Send nothing if there is no text (for cron)'
complete -c mailsend -n "__fish_mailsend_needs_command" -l raw -d 'Send a ready message, from stdin or --body-file'
complete -c mailsend -n "__fish_mailsend_needs_command" -l read-recipients -d 'With --raw: send to the To, Cc and Bcc of the message'
complete -c mailsend -n "__fish_mailsend_needs_command" -l read-from -d 'With --raw: the message\'s Sender or From gets the bounces'
complete -c mailsend -n "__fish_mailsend_needs_command" -s 4 -l ipv4 -d 'Connect by IPv4 alone'
complete -c mailsend -n "__fish_mailsend_needs_command" -s 6 -l ipv6 -d 'Connect by IPv6 alone'
complete -c mailsend -n "__fish_mailsend_needs_command" -l danger-readable-secret-file -d 'Use the password or token file even if others may read it'
complete -c mailsend -n "__fish_mailsend_needs_command" -l danger-cleartext-auth -d 'Send the password even where anybody on the way can read it'
complete -c mailsend -n "__fish_mailsend_needs_command" -l no-system-roots -d 'Trust --ca-file alone, not what the system trusts'
complete -c mailsend -n "__fish_mailsend_needs_command" -l danger-accept-wrong-name -d 'Accept a certificate that is for another name'
complete -c mailsend -n "__fish_mailsend_needs_command" -l danger-accept-invalid-certs -d 'Accept any certificate at all'
complete -c mailsend -n "__fish_mailsend_needs_command" -l dry-run -d 'Show the message instead of sending it'
complete -c mailsend -n "__fish_mailsend_needs_command" -l preview -d 'With --dry-run: write a page of the message and open it'
complete -c mailsend -n "__fish_mailsend_needs_command" -l check -d 'Tell what would go wrong instead of sending it'
complete -c mailsend -n "__fish_mailsend_needs_command" -l all-or-none -d 'Send to nobody unless the server takes every recipient'
complete -c mailsend -n "__fish_mailsend_needs_command" -s v -l verbose -d 'Say what happened; -vv shows the dialogue'
complete -c mailsend -n "__fish_mailsend_needs_command" -s q -l quiet -d 'Say nothing but errors'
complete -c mailsend -n "__fish_mailsend_needs_command" -l json -d 'Print one JSON object, also on failure'
complete -c mailsend -n "__fish_mailsend_needs_command" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_needs_command" -s V -l version -d 'Show the version'
complete -c mailsend -n "__fish_mailsend_needs_command" -a "sandbox" -d 'Catch mail on this machine and show it'
complete -c mailsend -n "__fish_mailsend_needs_command" -a "profiles" -d 'List, show, check, add or import profiles'
complete -c mailsend -n "__fish_mailsend_needs_command" -a "doctor" -d 'Find out why mail is not sent, and the settings that work'
complete -c mailsend -n "__fish_mailsend_needs_command" -a "sendmail" -d 'Stand in for sendmail(8), for cron, git, mutt and the like'
complete -c mailsend -n "__fish_mailsend_needs_command" -a "mail" -d 'Stand in for mail(1), for smartd and old scripts'
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l listen -d 'Listen here; port 0 takes a free one' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l maildir -d 'Keep the mail in this maildir as well' -r -f -a "(__fish_complete_directories)"
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l pages -d 'Write a page of each message to this directory, and an index' -r -f -a "(__fish_complete_directories)"
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l manner -d 'Behave like this; --list names the manners' -r -f -a "(command mailsend complete manners 2>/dev/null)"
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l ca-out -d 'Write the authority that signed the server\'s certificate to this PEM file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l count -d 'End after so many messages' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l expect -d 'Fail with 65 unless COMMAND succeeds and so many messages are caught' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l list -d 'List the manners and end'
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l json -d 'Show what COMMAND would have sent as one JSON object, on the last line'
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and not __fish_seen_subcommand_from list show check add import" -l config -d 'Read only this configuration file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and not __fish_seen_subcommand_from list show check add import" -l json -d 'Print one JSON object'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and not __fish_seen_subcommand_from list show check add import" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and not __fish_seen_subcommand_from list show check add import" -f -a "list" -d 'List the profiles: server, author, where each is written, which is the default (*)'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and not __fish_seen_subcommand_from list show check add import" -f -a "show" -d 'Show what a profile resolves to, key by key, and where each value comes from'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and not __fish_seen_subcommand_from list show check add import" -f -a "check" -d 'Find everything that is wrong, in all files at once'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and not __fish_seen_subcommand_from list show check add import" -f -a "add" -d 'Set up a profile for a mail address, and prove that it works'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and not __fish_seen_subcommand_from list show check add import" -f -a "import" -d 'Turn the settings of msmtp, mutt or git into profiles'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from list" -l config -d 'Read only this configuration file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from list" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from show" -l config -d 'Read only this configuration file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from show" -l json -d 'Print one JSON object'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from show" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from check" -l config -d 'Read only this configuration file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from check" -l json -d 'Print one JSON object'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from check" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l name -d 'Call the profile so [default: by its provider or domain]' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l host -d 'Use this server, not what the address leads to' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l username -d 'Log in as this user [default: the address, or what the provider says]' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -s f -l from -d 'Send as this author [default: the address]' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l store -d 'Keep the password there: file, secret-tool, pass or ask' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l password-file -d 'Read the password from this file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l password-env -d 'Take the password from this environment variable' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l password-command -d 'Take the first line that this shell command prints as the password' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l password-credential -d 'Take the password from this systemd credential' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l token-file -d 'Read the OAuth access token from this file' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l token-env -d 'Take the access token from this environment variable' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l token-command -d 'Take the first line that this shell command prints as the access token' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l token-credential -d 'Take the access token from this systemd credential' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -s t -l to -d 'Rehearse a mail to this address [default: the sender\'s]' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l ca-file -d 'Trust the certificates in this PEM file as well' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l ehlo -d 'Introduce ourselves by this name in EHLO' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l config -d 'Read only this configuration file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l no-auth -d 'Do not log in'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l password-stdin -d 'Read the password from stdin, one line'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l danger-readable-secret-file -d 'Use the password or token file even if others may read it'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l pin -d 'Agree to pin a certificate that cannot be trusted, and to log in inside its TLS'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l danger-cleartext-auth -d 'Agree to say the password where anybody on the way can read it'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l no-check -d 'Write the profile without trying whether it works'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l default -d 'Use the profile for mails that name none'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -l json -d 'Print one JSON object'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from add" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from import" -l format -d 'Whose settings they are: msmtp, mutt or git [default: by the file\'s name and text]' -r -f -a "msmtp\t''
mutt\t''
git\t''"
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from import" -l config -d 'Read only this configuration file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from import" -l write -d 'Add the profiles to the configuration file instead, passwords included'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from import" -l json -d 'Print one JSON object'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from import" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l username -d 'Log in as this user [default: the profile\'s, or the address]' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l password-file -d 'Read the password from this file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l password-env -d 'Take the password from this environment variable' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l password-command -d 'Take the first line that this shell command prints as the password' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l password-credential -d 'Take the password from this systemd credential' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l token-file -d 'Read the OAuth access token from this file' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l token-env -d 'Take the access token from this environment variable' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l token-command -d 'Take the first line that this shell command prints as the access token' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l token-credential -d 'Take the access token from this systemd credential' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -s f -l from -d 'Rehearse a mail from this address [default: the profile\'s, or the login\'s]' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -s t -l to -d 'Rehearse a mail to this address [default: the sender\'s]' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l ca-file -d 'Trust the certificates in this PEM file as well' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l ehlo -d 'Introduce ourselves by this name in EHLO' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l config -d 'Read and write only this configuration file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l write -d 'Put what works into the configuration file, as this profile' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l danger-readable-secret-file -d 'Use the password or token file even if others may read it'
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l no-auth -d 'Do not log in'
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l send -d 'Send a test mail to --to through what works'
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l pin -d 'Agree to pin a certificate that cannot be trusted, and to log in inside its TLS'
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l danger-cleartext-auth -d 'Agree to say the password where anybody on the way can read it'
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l cron -d 'Examine it as cron would run it'
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -s v -l verbose -d 'Say what is done; -vv shows the dialogue'
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -l json -d 'Print one JSON object, also on failure'
complete -c mailsend -n "__fish_mailsend_using_subcommand doctor" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s f -d 'Who gets the bounces; <> for nobody (-r means the same)' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s F -d 'The author\'s name, for a message without a From' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s b -d 'm sends, s speaks SMTP on stdin and stdout, v says where mail would go, p shows what waits, i checks the aliases' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s N -d 'When to get a report: success, failure, delay, or never' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s R -d 'What a report of failure returns: full or hdrs' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s V -d 'What the reports call the mail' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s B -d '7BIT or 8BITMIME; what counts is what the message has' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s o -d 'An option of Sendmail\'s; it changes nothing' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s q -d 'Run the queue, which is always empty: mail is sent at once' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s L -d 'What errors in the system\'s log begin with [default: mailsend]' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s C -d 'Read only this configuration file (--config means the same)' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -l profile -d 'Use this profile [default: the one that sends as -f or the author, else as mailsend(1)]' -r -f -a "(command mailsend complete profiles 2>/dev/null)"
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -l config -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s t -d 'Send to the To, Cc and Bcc of the message as well'
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s i -d 'A line with a single dot is text; that is always so here'
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s n -d 'Do not look recipients up in the aliases'
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -s v -d 'Say what happened; -vv shows the dialogue'
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -l dry-run -d 'Show the message and its envelope instead of sending it'
complete -c mailsend -n "__fish_mailsend_using_subcommand sendmail" -l help -d 'Show this help'
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s s -d 'The subject' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s c -d 'Recipients of a carbon copy' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s b -d 'Recipients that the others do not see' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s r -d 'The author' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s a -d 'Attach a file, or add a header field: \'Name: value\'' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s A -d 'Attach this file; the name of a profile instead chooses that' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s C -d 'Add a header field' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s S -d 'from=ADDRESS and reply-to=LIST of s-nail\'s variables' -r -f
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -l profile -d 'Use this profile' -r -f -a "(command mailsend complete profiles 2>/dev/null)"
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -l config -d 'Read only this configuration file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s E -d 'Send nothing if there is no text'
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s t -d 'Send the message on stdin, header and all, to those whom that names'
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s d -d 'Show the message instead of sending it'
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s v -d 'Say what happened; -vv shows the dialogue'
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -l dry-run -d 'Show the message instead of sending it'
complete -c mailsend -n "__fish_mailsend_using_subcommand mail" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_using_subcommand profiles; and __fish_seen_subcommand_from show check" -f -a "(command mailsend complete profiles 2>/dev/null)"
