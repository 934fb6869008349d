//! The program `mailsend`: everything is in the library.

fn main() -> std::process::ExitCode {
    mailsend::run(std::env::args_os())
}
