//! The reader's own editor, where it is known how to open a file in it.
//!
//! A page names a program or an exercise of ours, and never a file or a
//! command: which file that is, this process knows, and which editor, its
//! environment.

use std::env;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tokio::process::Command;

/// Editors that open a window of their own. All others may need the terminal,
/// which is the reader's.
const WITH_WINDOW: [&str; 11] = [
    "code",
    "codium",
    "cursor",
    "geany",
    "gedit",
    "gnome-text-editor",
    "gvim",
    "kate",
    "mousepad",
    "subl",
    "zed",
];

/// A second request within this time opens no second window.
const PAUSE: Duration = Duration::from_secs(1);

/// How a file is opened.
#[derive(Debug, PartialEq, Eq)]
enum How {
    /// By a link that begins so: the browser asks the system.
    Link(&'static str),
    /// By a program, and what it is given before the file.
    Program(Vec<String>),
    /// It is not known.
    Unknown,
}

/// The editor of the reader's.
pub struct Editor {
    how: How,
    last: Mutex<Option<Instant>>,
}

impl Editor {
    /// The one that this process's environment names.
    pub fn of_environment() -> Editor {
        let how = How::find(|name| env::var_os(name));
        Editor { how, last: Mutex::default() }
    }

    /// What a page makes a link of, if it can.
    pub fn link(&self) -> Option<&'static str> {
        match self.how {
            How::Link(start) => Some(start),
            _ => None,
        }
    }

    /// The name of the program that [`open`](Editor::open) starts, if it does.
    pub fn program(&self) -> Option<&str> {
        let How::Program(words) = &self.how else { return None };
        words[0].rsplit('/').next()
    }

    /// Opens a file in a window; `false` if it is not known how.
    ///
    /// # Errors
    ///
    /// If the editor cannot be started.
    pub fn open(&self, file: &Path) -> io::Result<bool> {
        let How::Program(words) = &self.how else { return Ok(false) };
        let mut last = self.last.lock().unwrap();
        if last.is_none_or(|last| last.elapsed() > PAUSE) {
            // No shell reads it. It outlives the book, and writes nothing into
            // its terminal.
            Command::new(&words[0])
                .args(&words[1..])
                .arg(file)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .process_group(0)
                .spawn()?;
            *last = Some(Instant::now());
        }
        Ok(true)
    }
}

impl How {
    /// What an environment says of it.
    fn find(variable: impl Fn(&str) -> Option<OsString>) -> How {
        let text = |name| variable(name)?.into_string().ok();
        let is_set = |name: &&str| variable(name).is_some();
        // In the terminal of VS Code, but of no editor made from it; and on
        // this machine, for a link is opened on that of the browser.
        let is_elsewhere = [
            "SSH_CONNECTION",
            "VSCODE_IPC_HOOK_CLI",
            "WSL_DISTRO_NAME",
            "REMOTE_CONTAINERS",
            "CODESPACES",
        ];
        let its_program = text("VSCODE_GIT_ASKPASS_NODE").map(PathBuf::from);
        let its_program = its_program.as_deref().and_then(Path::file_name);
        let its_program = its_program.and_then(|it| it.to_str());
        let is_it = its_program
            .is_some_and(|it| it == "code" || it.starts_with("Code Helper"));
        if text("TERM_PROGRAM").is_some_and(|it| it == "vscode")
            && is_it
            && !is_elsewhere.iter().any(is_set)
        {
            return How::Link("vscode://file");
        }
        // A window needs a screen.
        let screen = ["DISPLAY", "WAYLAND_DISPLAY"];
        if !cfg!(target_os = "macos") && !screen.iter().any(is_set) {
            return How::Unknown;
        }
        let editors = ["VISUAL", "EDITOR"].into_iter().filter_map(text);
        let words = editors.map(|it| {
            it.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        });
        let is_known = |words: &Vec<String>| {
            let name = words.first().and_then(|it| it.rsplit('/').next());
            name.is_some_and(|name| WITH_WINDOW.contains(&name))
        };
        // If the first that is set is not known, the reader wants no other.
        match words.filter(|words| !words.is_empty()).find(|_| true) {
            Some(words) if is_known(&words) => How::Program(words),
            _ => How::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::How;

    #[test]
    fn only_what_is_known_to_work_is_offered() {
        let code = ("VSCODE_GIT_ASKPASS_NODE", "/usr/share/code/code");
        let cursor = ("VSCODE_GIT_ASKPASS_NODE", "/opt/cursor/cursor");
        let vscode = ("TERM_PROGRAM", "vscode");
        let screen = ("DISPLAY", ":0");
        let link = || How::Link("vscode://file");
        let program = |words: &[&str]| {
            How::Program(words.iter().map(|it| (*it).to_owned()).collect())
        };
        for (environment, is) in [
            (vec![], How::Unknown),
            (vec![vscode, code], link()),
            (vec![vscode], How::Unknown),
            (vec![code], How::Unknown),
            (vec![vscode, cursor], How::Unknown),
            (vec![vscode, code, ("SSH_CONNECTION", "x")], How::Unknown),
            (vec![vscode, code, ("VSCODE_IPC_HOOK_CLI", "x")], How::Unknown),
            (vec![screen, ("EDITOR", "gedit")], program(&["gedit"])),
            (vec![("EDITOR", "gedit"), ("SSH_TTY", "x")], How::Unknown),
            (vec![screen, ("EDITOR", "vim")], How::Unknown),
            (
                vec![screen, ("EDITOR", "vi"), ("VISUAL", "/usr/bin/code -w")],
                program(&["/usr/bin/code", "-w"]),
            ),
            (
                vec![screen, ("VISUAL", "vim"), ("EDITOR", "gedit")],
                How::Unknown,
            ),
            // It is no shell that reads it.
            (vec![screen, ("VISUAL", "rm -rf / # code")], How::Unknown),
            (vec![screen, ("VISUAL", "code; rm")], How::Unknown),
            (
                vec![screen, ("VISUAL", " "), ("EDITOR", "kate")],
                program(&["kate"]),
            ),
        ] {
            // Elsewhere than on Linux a window needs no variable.
            if cfg!(target_os = "macos") && !environment.contains(&screen) {
                continue;
            }
            let how = How::find(|name| {
                let mut pairs = environment.iter();
                Some(pairs.find(|it| it.0 == name)?.1.into())
            });
            assert_eq!(how, is, "{environment:?}");
        }
    }
}
