# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_mailsend_global_optspecs
    string join \n t/to= c/cc= b/bcc= f/from= reply-to= reverse-path= s/subject= body= body-file= no-body html= html-file= a/attach= H/header= E/skip-empty p/profile= config= provider= host= port= tls= username= password-file= password-env= password-command= password-credential= danger-readable-secret-file auth= login-style= danger-cleartext-auth ca-file= no-system-roots pin-sha256= server-name= min-tls= danger-accept-invalid-certs qualify-domain= ehlo= pipelining= connect-timeout= timeout-greeting= timeout-command= timeout-data= timeout-block= timeout-end-of-data= dry-run v/verbose q/quiet json h/help V/version
end

function __fish_mailsend_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_mailsend_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
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

complete -c mailsend -n "__fish_mailsend_needs_command" -s t -l to -d 'Recipients, such as \'Li <li@x.com>, b@y.com\'' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -s c -l cc -d 'Recipients of a carbon copy' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -s b -l bcc -d 'Recipients that the message does not name' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -s f -l from -d 'The author, a name included [default: the profile\'s]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l reply-to -d 'Where replies shall go' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l reverse-path -d 'The envelope\'s sender, which gets the bounces; <> for none [default: From]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -s s -l subject -d 'The subject' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l body -d 'The text [default: stdin]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l body-file -d 'Take the text from this file; - is stdin' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -l html -d 'HTML in place of the text' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l html-file -d 'Take the HTML from this file' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -s a -l attach -d 'Attach a file; FILE,name=N,type=T/S to say more' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -s H -l header -d 'Add a header field, \'Name: value\'' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -s p -l profile -d 'Use this profile; sandbox is built in' -r
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
complete -c mailsend -n "__fish_mailsend_needs_command" -l host -d 'Server to use; without -p no profile is' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l port -d 'TCP port [default: 587, or by --tls]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l tls -d 'implicit, starttls, opportunistic or none' -r -f -a "implicit\t''
starttls\t''
opportunistic\t''
none\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l username -d 'Authenticate as this user' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l password-file -d 'Read the password from this file' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -l password-env -d 'Take the password from this environment variable' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l password-command -d 'Take the first line that this shell command prints as the password' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l password-credential -d 'Take the password from this systemd credential' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l auth -d 'Mechanisms to try: auto, none, or names in order (PLAIN,LOGIN)' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l login-style -d 'How LOGIN gives the user name: auto, prompted or initial-response' -r -f -a "auto\t''
prompted\t''
initial-response\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l ca-file -d 'Trust the certificates in this PEM file as well' -r -F
complete -c mailsend -n "__fish_mailsend_needs_command" -l pin-sha256 -d 'Trust exactly this certificate or public key, by its SHA-256; repeatable' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l server-name -d 'Expect a certificate for this name instead of the host\'s' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l min-tls -d 'Refuse TLS older than this: 1.2 or 1.3' -r -f -a "1.2\t''
1.3\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l qualify-domain -d 'Complete addresses that have no domain with this one' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l ehlo -d 'Introduce ourselves by this name in EHLO [default: the host\'s, if it has a domain]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l pipelining -d 'Whether commands may go out in groups: auto or never' -r -f -a "auto\t''
never\t''"
complete -c mailsend -n "__fish_mailsend_needs_command" -l connect-timeout -d 'Give up connecting after so long, over all addresses [default: 30]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-greeting -d 'Wait so long for the greeting [default: 300]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-command -d 'Wait so long for the reply to a command [default: 300]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-data -d 'Wait so long for the reply to DATA [default: 120]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-block -d 'Let writing a block of the message take so long [default: 180]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l timeout-end-of-data -d 'Wait so long for the reply to the end of the message [default: 600]' -r
complete -c mailsend -n "__fish_mailsend_needs_command" -l no-body -d 'Send no text and do not read stdin'
complete -c mailsend -n "__fish_mailsend_needs_command" -s E -l skip-empty -d 'Send nothing if there is nothing to say'
complete -c mailsend -n "__fish_mailsend_needs_command" -l danger-readable-secret-file -d 'Use the password file even if others may read it'
complete -c mailsend -n "__fish_mailsend_needs_command" -l danger-cleartext-auth -d 'Send the password even where anybody on the way can read it'
complete -c mailsend -n "__fish_mailsend_needs_command" -l no-system-roots -d 'Trust --ca-file alone, not what the system trusts'
complete -c mailsend -n "__fish_mailsend_needs_command" -l danger-accept-invalid-certs -d 'Accept any certificate at all'
complete -c mailsend -n "__fish_mailsend_needs_command" -l dry-run -d 'Show the message instead of sending it'
complete -c mailsend -n "__fish_mailsend_needs_command" -s v -l verbose -d 'Say what happened; -vv shows the dialogue'
complete -c mailsend -n "__fish_mailsend_needs_command" -s q -l quiet -d 'Say nothing but errors'
complete -c mailsend -n "__fish_mailsend_needs_command" -l json -d 'Print one JSON object, also on failure'
complete -c mailsend -n "__fish_mailsend_needs_command" -s h -l help -d 'Show help; --help shows everything'
complete -c mailsend -n "__fish_mailsend_needs_command" -s V -l version -d 'Show the version'
complete -c mailsend -n "__fish_mailsend_needs_command" -a "sandbox" -d 'Catch mail on this machine and show it'
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l listen -d 'Listen here; port 0 takes a free one' -r
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l maildir -d 'Keep the mail in this maildir as well' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l manner -d 'Behave like this; --list names the manners' -r
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l ca-out -d 'Write the authority that signed the server\'s certificate to this PEM file' -r -F
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l count -d 'End after so many messages' -r
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -l list -d 'List the manners and end'
complete -c mailsend -n "__fish_mailsend_using_subcommand sandbox" -s h -l help -d 'Show help; --help shows everything'
