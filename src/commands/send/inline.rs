//! `--inline FILE[,cid=NAME][,name=N][,type=T/S]`: an image that the HTML shows as `cid:NAME`.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use super::attach::{self, Wish};
use super::input::Patience;
use super::markup;
use crate::commands::Refusal;
use crate::commands::ui::Ui;
use crate::model::{Inline, is_content_id};

const FLAG: &str = "--inline";
const CID: &str = ",cid=";

/// Opens everything that was named, in order, and warns of what the HTML does not show.
pub(super) fn inline_all(
    typed: &[OsString],
    markup: &str,
    patience: Patience,
    ui: &mut Ui,
) -> Result<Vec<Inline>, Refusal> {
    let mut all: Vec<Inline> = Vec::new();
    for one in typed {
        let inline = inline(one, patience, ui)?;
        if all.iter().any(|other| other.content_id == inline.content_id) {
            let id = inline.content_id;
            return Err(Refusal::usage(format!("{FLAG}: two files are called cid:{id}"))
                .hint(format!("name one of them otherwise: {FLAG} FILE,cid=NAME")));
        }
        all.push(inline);
    }
    let shown = markup::content_ids(markup);
    for Inline { content_id, .. } in &all {
        if !shown.contains(content_id) {
            ui.warning(format_args!("the HTML does not show cid:{content_id}"));
        }
    }
    for id in shown.iter().filter(|id| !all.iter().any(|inline| inline.content_id == **id)) {
        ui.warning(format_args!("the HTML shows cid:{id}, and no {FLAG} is called so"));
    }
    Ok(all)
}

fn inline(typed: &OsStr, patience: Patience, ui: &mut Ui) -> Result<Inline, Refusal> {
    if typed.is_empty() {
        return Err(Refusal::usage(format!("{FLAG} names no file")));
    }
    let exists = Path::new(typed).symlink_metadata().is_ok();
    let (id, rest) = if exists { (None, typed.to_owned()) } else { without_id(typed)? };
    let wish = if exists { Wish::plain(&rest) } else { Wish::parse(FLAG, &rest)? };
    if wish.is_stdin() {
        return Err(Refusal::usage(format!("{FLAG}: name a file; stdin is for the text")));
    }
    let attachment = attach::attach(&wish, patience, ui)?;
    let content_id = id.unwrap_or_else(|| attachment.name.clone());
    if !is_content_id(&content_id) {
        let problem = format!("{FLAG}: {content_id:?} cannot be a Content-ID");
        return Err(Refusal::usage(problem)
            .hint("give it a name of letters, digits, dots and hyphens: FILE,cid=NAME"));
    }
    Ok(Inline { content_id, attachment })
}

/// Takes `,cid=NAME` out, wherever it stands among the options.
fn without_id(typed: &OsStr) -> Result<(Option<String>, OsString), Refusal> {
    let text = typed.to_str().and_then(|text| Some((text, text.rfind(CID)?)));
    let Some((text, at)) = text else { return Ok((None, typed.to_owned())) };
    let behind = &text[at + CID.len()..];
    let ends = [",name=", ",type="].into_iter().filter_map(|option| behind.find(option));
    let (id, options) = behind.split_at(ends.min().unwrap_or(behind.len()));
    let rest = format!("{}{options}", &text[..at]);
    match id {
        "" => Err(Refusal::usage(format!("{FLAG} {text}: cid is empty"))),
        _ if rest.contains(CID) => {
            Err(Refusal::usage(format!("{FLAG} {text}: cid is given twice")))
        }
        id => Ok((Some(id.to_owned()), rest.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::ui::Verbosity;
    use crate::model::Exit;

    fn refusal(typed: &[&str]) -> Refusal {
        let typed: Vec<OsString> = typed.iter().map(Into::into).collect();
        let mut ui = Ui::new(Verbosity::Quiet);
        inline_all(&typed, "", Patience::default(), &mut ui).unwrap_err()
    }

    #[test]
    fn the_content_id_stands_anywhere_among_the_options() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a,b.png");
        std::fs::write(&path, "").unwrap();
        let take = |options: &str| {
            let typed = OsString::from(format!("{}{options}", path.display()));
            let Inline { content_id, attachment } = inline(
                &typed,
                Patience::default(),
                &mut Ui::new(crate::commands::ui::Verbosity::Quiet),
            )
            .unwrap();
            [content_id, attachment.name, attachment.content_type]
        };
        assert_eq!(take(",cid=logo"), ["logo", "a,b.png", "image/png"]);
        assert_eq!(take(",type=image/x,cid=l@x,name=n"), ["l@x", "n", "image/x"]);
        assert_eq!(take(",name=n.gif"), ["n.gif", "n.gif", "image/png"]);
    }

    #[test]
    fn a_name_that_cannot_be_a_content_id_is_refused_with_the_way_out() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["图.png", "a b.png"] {
            let path = folder.path().join(name);
            std::fs::write(&path, "").unwrap();
            let refusal = refusal(&[path.to_str().unwrap()]);
            assert_eq!(refusal.message, format!("--inline: {name:?} cannot be a Content-ID"));
            assert_eq!((refusal.exit, refusal.hints.len()), (Exit::USAGE, 1));
        }
        assert_eq!(refusal(&["/dev/null,cid=<a>"]).exit, Exit::USAGE);
    }

    #[test]
    fn options_that_say_nothing_or_everything_twice_are_refused() {
        for (typed, said) in [
            ("x,cid=", "--inline x,cid=: cid is empty"),
            ("x,cid=a,cid=b", "--inline x,cid=a,cid=b: cid is given twice"),
            ("x,name=,cid=a", "--inline x,name=: name is empty"),
            ("", "--inline names no file"),
        ] {
            assert_eq!(refusal(&[typed]).message, said);
        }
        let twice = ["/dev/null,cid=a", "/dev/null,cid=a"];
        assert_eq!(refusal(&twice).message, "--inline: two files are called cid:a");
    }
}
