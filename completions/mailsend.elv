
use builtin;
use str;

set edit:completion:arg-completer[mailsend] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'mailsend'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'mailsend'= {
            cand -t 'Recipients, such as ''Li <li@x.com>, b@y.com'''
            cand --to 'Recipients, such as ''Li <li@x.com>, b@y.com'''
            cand -c 'Recipients of a carbon copy'
            cand --cc 'Recipients of a carbon copy'
            cand -b 'Recipients that the others do not see'
            cand --bcc 'Recipients that the others do not see'
            cand -f 'The author, a name included [default: the profile''s]'
            cand --from 'The author, a name included [default: the profile''s]'
            cand --reply-to 'Where replies shall go'
            cand --reverse-path 'The envelope''s sender, which gets the bounces; <> for none [default: From]'
            cand -s 'The subject'
            cand --subject 'The subject'
            cand --body 'The text [default: stdin]'
            cand --body-file 'Take the text from this file; - is stdin'
            cand --html 'HTML in place of the text'
            cand --html-file 'Take the HTML from this file; - is stdin'
            cand --inline 'An image for the HTML, FILE,cid=NAME; <img src="cid:NAME"> shows it'
            cand --ics 'An invitation or another calendar, for mail programs with one'
            cand --charset 'The charset of stdin and of text files, such as gb18030'
            cand -a 'Attach a file, or - for stdin; FILE,name=N,type=T/S'
            cand --attach 'Attach a file, or - for stdin; FILE,name=N,type=T/S'
            cand -H 'Add a header field, ''Name: value'''
            cand --header 'Add a header field, ''Name: value'''
            cand --in-reply-to 'The message that this one answers, by its Message-ID'
            cand --references 'The thread that this message belongs to, the oldest Message-ID first'
            cand --message-id 'The Message-ID [default: a new one]'
            cand --date 'The date, as in mail, as 2026-11-22T10:11:12+08:00 or as @SECONDS [default: now]'
            cand --priority 'How urgent it is, for readers that show it: high, normal or low'
            cand --list-unsubscribe 'Where recipients leave the list: an https: page or a mailto: address'
            cand --auto-submitted 'Say that a program sends this, so that no vacation notice answers'
            cand -p 'Use this profile; sandbox is built in'
            cand --profile 'Use this profile; sandbox is built in'
            cand --config 'Read only this configuration file'
            cand --provider 'Server of this mail provider: qq, gmail, …'
            cand --host 'Use this server, and no profile unless -p is given'
            cand --port 'TCP port [default: 587, or by --tls]'
            cand --tls 'TLS: implicit, starttls, opportunistic or none'
            cand --username 'Log in as this user'
            cand --password-file 'Read the password from this file'
            cand --password-env 'Take the password from this environment variable'
            cand --password-command 'Take the first line that this shell command prints as the password'
            cand --password-credential 'Take the password from this systemd credential'
            cand --token-file 'Read the OAuth access token from this file'
            cand --token-env 'Take the access token from this environment variable'
            cand --token-command 'Take the first line that this shell command prints as the access token'
            cand --token-credential 'Take the access token from this systemd credential'
            cand --auth 'Mechanisms to try: auto, none, or names in order (PLAIN,LOGIN)'
            cand --login-style 'How LOGIN gives the user name: auto, prompted or initial-response'
            cand --ca-file 'Trust the certificates in this PEM file as well'
            cand --pin-sha256 'Trust exactly this certificate or public key, by its SHA-256; repeatable'
            cand --server-name 'Expect a certificate for this name instead of the host''s'
            cand --min-tls 'Refuse TLS older than this: 1.2 or 1.3'
            cand --client-certificate 'Show the server the certificate in this PEM file'
            cand --client-key 'Take its key from this PEM file [default: the certificate''s]'
            cand --qualify-domain 'Complete addresses that have no domain with this one'
            cand --ehlo 'Introduce ourselves by this name in EHLO [default: the host''s, if it has a domain]'
            cand --pipelining 'Whether commands may go out in groups: auto or never'
            cand --max-size 'Refuse messages larger than this before connecting'
            cand --connect-timeout 'Give up connecting after so long, over all addresses [default: 30]'
            cand --timeout-greeting 'Wait so long for the greeting [default: 300]'
            cand --timeout-command 'Wait so long for the reply to a command [default: 300]'
            cand --timeout-data 'Wait so long for the reply to DATA [default: 120]'
            cand --timeout-block 'Let writing a block of the message take so long [default: 180]'
            cand --timeout-end-of-data 'Wait so long for the reply to the end of the message [default: 600]'
            cand --deadline 'Let everything together take so long, from the start [default: no limit]'
            cand --log 'Add a line for every mail to this file, or to the system''s log: syslog'
            cand --save-failed 'Keep what could not be sent in this folder'
            cand --retry 'Try so often again what the server put off [default: 0]'
            cand --retry-wait 'Wait so long before each --retry [default: 60]'
            cand --no-body 'Send no text and do not read stdin'
            cand --auto-text 'Make a text from the HTML for readers of plain text'
            cand -E 'Send nothing if there is no text (for cron)'
            cand --skip-empty 'Send nothing if there is no text (for cron)'
            cand --raw 'Send a ready message, from stdin or --body-file'
            cand --read-recipients 'With --raw: send to the To, Cc and Bcc of the message'
            cand --read-from 'With --raw: the message''s Sender or From gets the bounces'
            cand --danger-readable-secret-file 'Use the password or token file even if others may read it'
            cand --danger-cleartext-auth 'Send the password even where anybody on the way can read it'
            cand --no-system-roots 'Trust --ca-file alone, not what the system trusts'
            cand --danger-accept-wrong-name 'Accept a certificate that is for another name'
            cand --danger-accept-invalid-certs 'Accept any certificate at all'
            cand --dry-run 'Show the message instead of sending it'
            cand --preview 'With --dry-run: write a page of the message and open it'
            cand --check 'Tell what would go wrong instead of sending it'
            cand --all-or-none 'Send to nobody unless the server takes every recipient'
            cand -v 'Say what happened; -vv shows the dialogue'
            cand --verbose 'Say what happened; -vv shows the dialogue'
            cand -q 'Say nothing but errors'
            cand --quiet 'Say nothing but errors'
            cand --json 'Print one JSON object, also on failure'
            cand -h 'Show help; --help shows everything'
            cand --help 'Show help; --help shows everything'
            cand -V 'Show the version'
            cand --version 'Show the version'
            cand sandbox 'Catch mail on this machine and show it'
            cand profiles 'List, show, check or import profiles'
        }
        &'mailsend;sandbox'= {
            cand --listen 'Listen here; port 0 takes a free one'
            cand --maildir 'Keep the mail in this maildir as well'
            cand --pages 'Write a page of each message to this directory, and an index'
            cand --manner 'Behave like this; --list names the manners'
            cand --ca-out 'Write the authority that signed the server''s certificate to this PEM file'
            cand --count 'End after so many messages'
            cand --expect 'Fail with 65 unless COMMAND succeeds and so many messages are caught'
            cand --list 'List the manners and end'
            cand --json 'Show what COMMAND would have sent as one JSON object, on the last line'
            cand -h 'Show help; --help shows everything'
            cand --help 'Show help; --help shows everything'
        }
        &'mailsend;profiles'= {
            cand --config 'Read only this configuration file'
            cand --json 'Print one JSON object'
            cand -h 'Show help; --help shows everything'
            cand --help 'Show help; --help shows everything'
            cand list 'List the profiles: server, author, where each is written, which is the default (*)'
            cand show 'Show what a profile resolves to, key by key, and where each value comes from'
            cand check 'Find everything that is wrong, in all files at once'
            cand import 'Turn the settings of msmtp, mutt or git into profiles'
        }
        &'mailsend;profiles;list'= {
            cand --config 'Read only this configuration file'
            cand --json 'Print one JSON object'
            cand -h 'Show help; --help shows everything'
            cand --help 'Show help; --help shows everything'
        }
        &'mailsend;profiles;show'= {
            cand --config 'Read only this configuration file'
            cand --json 'Print one JSON object'
            cand -h 'Show help; --help shows everything'
            cand --help 'Show help; --help shows everything'
        }
        &'mailsend;profiles;check'= {
            cand --config 'Read only this configuration file'
            cand --json 'Print one JSON object'
            cand -h 'Show help; --help shows everything'
            cand --help 'Show help; --help shows everything'
        }
        &'mailsend;profiles;import'= {
            cand --format 'Whose settings they are: msmtp, mutt or git [default: by the file''s name and text]'
            cand --config 'Read only this configuration file'
            cand --write 'Add the profiles to the configuration file instead, passwords included'
            cand --json 'Print one JSON object'
            cand -h 'Show help; --help shows everything'
            cand --help 'Show help; --help shows everything'
        }
    ]
    $completions[$command]
}
