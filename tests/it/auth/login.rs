//! AUTH LOGIN in its three styles: asked for in order, with the user name in the line, and found out.

use super::{AGAIN, ALICE, PASSWORD, fails, works};

#[test]
fn login_answers_by_order_whatever_the_challenges_say() {
    for (first, second) in [
        ("VXNlcm5hbWU6", "UGFzc3dvcmQ6"),
        ("VXNlciBOYW1lAA==", "UGFzc3dvcmQA"),
        ("", ""),
        ("Username:", "Password:"),
        ("55So5oi35ZCNOg==", "5a+G56CBOg=="),
        ("Pz8=", "cGFzc3dvcmQ="),
    ] {
        let outcome = works(
            "AUTH LOGIN",
            &format!(
                "C: AUTH LOGIN\nS: 334 {first}\nC: {ALICE}\nS: 334 {second}\nC: {PASSWORD}\nS: 235"
            ),
            &[],
        );
        outcome.stderr_contains("login_style = \"prompted\" pins how");
    }
}

#[test]
fn a_334_without_a_space_is_a_challenge() {
    let script = format!(
        "C: AUTH LOGIN\nS-RAW: \"334\\r\\n\"\nC: {ALICE}\nS-RAW: \"334\\n\"\nC: {PASSWORD}\nS: 235"
    );
    works("AUTH LOGIN", &script, &[]);
}

#[test]
fn a_server_that_asks_for_the_password_first_gets_the_user_name_in_the_line() {
    for prompt in ["UGFzc3dvcmQ6", "Password:", "5a+G56CBOg=="] {
        let outcome = works(
            "AUTH LOGIN",
            &format!(
                "C: AUTH LOGIN
                 S: 334 {prompt}
                 C: *
                 S: 535 5.7.8 cancelled
                 C: AUTH LOGIN {ALICE}
                 S: 334 {prompt}
                 C: {PASSWORD}
                 S: 235 ok"
            ),
            &[],
        );
        outcome.stderr_contains("login_style = \"initial-response\" pins how");
    }
}

#[test]
fn a_server_that_takes_the_star_for_an_answer_is_told_again() {
    works(
        "AUTH LOGIN",
        &format!(
            "C: AUTH LOGIN
             S: 334 UGFzc3dvcmQ6
             C: *
             S: 334 UGFzc3dvcmQ6
             C: *
             S: 501 cancelled
             C: AUTH LOGIN {ALICE}
             S: 334 UGFzc3dvcmQ6
             C: {PASSWORD}
             S: 235 ok"
        ),
        &[],
    );
}

#[test]
fn the_star_is_not_repeated_for_ever_but_another_connection_made() {
    let star = "C: *\nS: 334 UGFzc3dvcmQ6\n".repeat(3);
    works(
        "AUTH LOGIN",
        &format!(
            "C: AUTH LOGIN
             S: 334 UGFzc3dvcmQ6
             {star}
             C-EOF
             {AGAIN}
             C: AUTH LOGIN {ALICE}
             S: 334 UGFzc3dvcmQ6
             C: {PASSWORD}
             S: 235 ok"
        ),
        &["--auth", "login"],
    );
}

#[test]
fn a_server_that_closes_at_the_star_is_connected_to_again() {
    for end in ["S-CLOSE", "S: 421 too many errors\nS-CLOSE", "S: 535 failed\nS-CLOSE"] {
        works(
            "AUTH LOGIN",
            &format!(
                "C: AUTH LOGIN
                 S: 334 UGFzc3dvcmQ6
                 C: *
                 {end}
                 {AGAIN}
                 C: AUTH LOGIN {ALICE}
                 S: 334 UGFzc3dvcmQ6
                 C: {PASSWORD}
                 S: 235 ok"
            ),
            &["--auth", "login"],
        );
    }
}

#[test]
fn a_server_that_refuses_login_without_the_user_name_gets_it_in_the_line() {
    for refusal in ["501 5.5.4 syntax", "535 5.7.8 another step is needed", "500 what"] {
        works(
            "AUTH LOGIN",
            &format!(
                "C: AUTH LOGIN
                 S: {refusal}
                 C: AUTH LOGIN {ALICE}
                 S: 334 UGFzc3dvcmQ6
                 C: {PASSWORD}
                 S: 235 ok"
            ),
            &[],
        );
    }
}

#[test]
fn a_user_name_that_is_asked_for_after_it_was_given_is_given_again() {
    works(
        "AUTH LOGIN",
        &format!(
            "C: AUTH LOGIN {ALICE}
             S: 334 VXNlcm5hbWU6
             C: {ALICE}
             S: 334 UGFzc3dvcmQ6
             C: {PASSWORD}
             S: 235 ok"
        ),
        &["--login-style", "initial-response"],
    );
}

#[test]
fn the_prompted_style_never_gives_the_password_first_and_names_the_other_style() {
    let outcome = fails(
        "AUTH LOGIN",
        &format!(
            "C: AUTH LOGIN
             S: 334 UGFzc3dvcmQ6
             C: {ALICE}
             S: 334 UGFzc3dvcmQ6
             C: {PASSWORD}
             S: 535 5.7.8 Authentication Failed
             C: QUIT
             S: 221 bye"
        ),
        &["--login-style", "prompted"],
        77,
    );
    outcome.stderr_contains(
        "mailsend: 127.0.0.1: the server refused the password: 535 5.7.8 Authentication Failed\n\
         hint: it asked for the password first; set login_style = \"initial-response\"\n",
    );
}

#[test]
fn an_initial_response_that_is_refused_names_the_other_style() {
    let outcome = fails(
        "AUTH LOGIN",
        &format!("C: AUTH LOGIN {ALICE}\nS: 501 syntax\nC: QUIT\nS: 221 bye"),
        &["--login-style", "initial-response"],
        77,
    );
    outcome.stderr_contains("hint: set login_style = \"prompted\" (or \"auto\")");
}

/// What was learnt before it is no reason to say the password twice.
#[test]
fn once_the_password_is_said_no_other_connection_is_made() {
    for (answer, exit) in [
        ("S: 421 too many\nC: QUIT\nS: 221 bye", 75),
        ("S: 250 ok\nC-EOF", 76),
        ("S: 334 more\nC: \\*\nS-CLOSE", 75),
        ("S-CLOSE", 75),
    ] {
        fails(
            "AUTH LOGIN",
            &format!(
                "C: AUTH LOGIN
                 S: 334 UGFzc3dvcmQ6
                 C: \\*
                 S: 501 cancelled
                 C: AUTH LOGIN {ALICE}
                 S: 334 UGFzc3dvcmQ6
                 C: {PASSWORD}
                 {answer}"
            ),
            &[],
            exit,
        );
    }
}
