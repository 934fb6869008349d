//! Pages to look at: of what the sandbox catches, and of what a dry run would send; hostile mail
//! in a real browser.

mod browser;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{Mailsend, Outcome};

/// `mailsend sandbox --pages`, which ends after so many messages.
struct Catching {
    program: Child,
    said: BufReader<std::process::ChildStderr>,
    port: u16,
}

impl Catching {
    fn into(folder: &Path, count: usize) -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mailsend"))
            .args(["sandbox", "--listen", "127.0.0.1:0", "--manner", "open", "--pages"])
            .arg(folder)
            .args(["--count", &count.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(program.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address =
            line.strip_prefix("catching mail on 127.0.0.1:").unwrap_or_else(|| panic!("{line}"));
        let port = address.split(' ').next().unwrap().parse().unwrap();
        Self { program, said, port }
    }

    /// Submits a message as it is.
    fn submit(&self, message: &str) {
        let mut server = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let mut replies = BufReader::new(server.try_clone().unwrap());
        let message = format!("{}\r\n.\r\n", message.replace('\n', "\r\n"));
        let commands = [
            "",
            "HELO a\r\n",
            "MAIL FROM:<me@x.com>\r\n",
            "RCPT TO:<you@x.com>\r\n",
            "DATA\r\n",
            &message,
        ];
        for command in commands {
            server.write_all(command.as_bytes()).unwrap();
            let mut reply = String::new();
            replies.read_line(&mut reply).unwrap();
            assert!(reply.starts_with(['2', '3']), "{command}{reply}");
        }
    }

    /// Waits for the end.
    fn ends(mut self) {
        let status = self.program.wait().unwrap();
        let rest: Vec<String> = self.said.lines().map(Result::unwrap).collect();
        assert!(status.success(), "{status}: {rest:?}");
    }
}

/// Catches these messages in a folder.
fn catch(folder: &Path, messages: &[&str]) {
    let catching = Catching::into(folder, messages.len());
    messages.iter().for_each(|message| catching.submit(message));
    catching.ends();
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_message_caught_gets_a_page_beside_it_and_a_line_in_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("new/pages");
    catch(&pages, &["Subject: first\n\none", "Subject: =?utf-8?B?5pyI5oql?=\n\ntwo"]);
    let expected = ["000001.eml", "000001.html", "000002.eml", "000002.html", "index.html"];
    assert_eq!(names(&pages), expected);
    assert_eq!(text(&pages, "000002.eml"), "Subject: =?utf-8?B?5pyI5oql?=\r\n\r\ntwo\r\n");
    let page = text(&pages, "000002.html");
    for shown in ["<title>月报</title>", "&lt;you@x.com&gt;", "S: 250", "\ntwo</pre>", "000002.eml"]
    {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    let index = text(&pages, "index.html");
    let at = |link: &str| index.find(link).unwrap_or_else(|| panic!("{link} in {index}"));
    assert!(at("href=\"000002.html\"") < at("href=\"000001.html\""), "newest first");
    assert!(index.contains("http-equiv=\"refresh\"") && index.contains("月报"), "{index}");
}

#[test]
fn a_later_run_goes_on_where_the_last_one_ended() {
    let folder = tempfile::tempdir().unwrap();
    catch(folder.path(), &["Subject: monday\n\nx"]);
    catch(folder.path(), &["Subject: tuesday\n\nx"]);
    let index = text(folder.path(), "index.html");
    assert!(index.contains("monday") && index.contains("tuesday"), "{index}");
    assert!(text(folder.path(), "000002.html").contains("tuesday"));
}

#[test]
fn a_folder_that_cannot_be_made_is_named_before_anything_is_caught() {
    Mailsend::new()
        .file("file", "")
        .args(["sandbox", "--listen", "127.0.0.1:0", "--pages", "file/pages"])
        .run()
        .exit(73)
        .stderr_contains("mailsend: cannot keep pages in file/pages: not a directory\n");
}

/// A dry run of a mail with text, HTML and a file, its temporary files in its home.
fn preview() -> Mailsend {
    let program = Mailsend::new().file("报告.csv", "a;b\n");
    let home = program.home();
    program.env("TMPDIR", home).args([
        "--host",
        "mx.example",
        "-f",
        "me@example.com",
        "-t",
        "you@example.com",
        "-b",
        "boss@example.com",
        "-s",
        "monthly <report>",
        "--body",
        "hello",
        "--html",
        "<b>hello</b>",
        "-a",
        "报告.csv",
        "--dry-run",
        "--preview",
    ])
}

/// The path of the page, which is all that stdout has.
fn page_of(outcome: &Outcome) -> PathBuf {
    let stdout = outcome.stdout_text();
    let path = stdout.strip_suffix('\n').unwrap();
    assert!(!path.contains('\n') && path.ends_with("/message.html"), "{stdout}");
    PathBuf::from(path)
}

#[test]
fn a_preview_is_a_page_in_a_private_folder_and_its_path_on_stdout() {
    let outcome = preview().run();
    outcome.exit(0).stderr_is("");
    let path = page_of(&outcome);
    let folder = path.parent().unwrap();
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let page = fs::read_to_string(&path).unwrap();
    for shown in [
        "Preview, not sent",
        "<title>monthly &lt;report&gt;</title>",
        "mx.example:587, tls starttls",
        "&lt;boss@example.com&gt;",
        "\nhello</pre>",
        "&lt;b&gt;hello&lt;/b&gt;",
        "download=\"报告.csv\" href=\"data:application/octet-stream;base64,YTtiCg==\"",
    ] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    assert!(!page.contains("SMTP dialogue"));
    let message = fs::read_to_string(folder.join("message.eml")).unwrap();
    assert!(message.contains("Subject: monthly <report>\r\n") && message.ends_with("--\r\n"));
}

#[test]
fn a_preview_as_json_is_the_object_of_a_dry_run_with_the_page() {
    let outcome = preview().arg("--json").run();
    let object = outcome.exit(0).json();
    assert_eq!(object["status"], "not sent");
    assert_eq!(object["recipients"][1], "boss@example.com");
    assert!(Path::new(object["page"].as_str().unwrap()).is_file(), "{object}");
    assert_eq!(object.get("message"), None);
}

#[test]
fn a_preview_is_opened_where_there_is_a_desktop() {
    let program = preview()
        .file("bin/xdg-open", "#!/bin/sh\necho \"$1\" >opened.new\nmv opened.new opened\n");
    let home = program.home();
    let opener = home.join("bin/xdg-open");
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o700)).unwrap();
    let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
    let outcome = program.env("PATH", path).env("WAYLAND_DISPLAY", "wayland-0").arg("-v").run();
    outcome.exit(0).stderr_contains("mailsend: opened with xdg-open\n");
    // It is not waited for, as a browser may stay open.
    let deadline = Instant::now() + Duration::from_secs(60);
    while !home.join("opened").exists() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(text(&home, "opened").trim_end(), page_of(&outcome).to_str().unwrap());
}

#[test]
fn without_a_desktop_nothing_is_opened() {
    preview()
        .arg("-v")
        .run()
        .exit(0)
        .stderr_contains("mailsend: not opened: there is no desktop\n");
}

#[test]
fn a_preview_alone_would_not_say_whether_to_send() {
    Mailsend::new().args(["-t", "you@example.com", "--preview"]).run().exit(64).stderr_is(
        "mailsend: --preview sends nothing and needs --dry-run\nhint: write --dry-run --preview\n",
    );
}

#[test]
fn a_huge_attachment_stays_out_of_the_page_and_is_in_the_message_beside_it() {
    let program = preview().file("huge.bin", vec![0; 24 << 20]);
    let outcome = program.args(["-a", "huge.bin"]).run();
    outcome.exit(0);
    let path = page_of(&outcome);
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.len() < 1 << 20, "{} bytes", page.len());
    for said in
        ["this message were read for this page", "not read to its end; it is in message.eml"]
    {
        assert!(page.contains(said), "{said}");
    }
    assert!(page.contains("download=\"报告.csv\""), "what is in front of it can be saved");
    let message = path.with_file_name("message.eml").metadata().unwrap();
    assert!(message.len() > 32 << 20);
}
