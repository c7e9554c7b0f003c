//! The flags of a crawl on the web.

use crate::job::Manners;
use command_line::{WEB, take_text};
use lexopt::Parser;
use std::time::Duration;

/// What the help says of them.
pub(super) fn help() -> String {
    let numbers = WEB.map(|flag| flag.help()).concat();
    format!(
        "\nFor https, and for other machines:\n\n\
         {numbers}  \
         --contact ADDRESS    yours, in each request, for the site's owner\n\n\
         What robots.txt disallows is not asked for, and a longer delay in it \
         counts.\n\
         On this machine there is no delay, unless you ask for one. Proxies \
         are not used.\n\
         SSL_CERT_FILE names a file with root certificates to trust, in place \
         of the\n\
         system's.\n"
    )
}

impl Manners {
    /// What holds without the flags.
    pub(super) fn usual() -> Manners {
        let [_, retries] = WEB;
        Manners { retries: retries.default as u32, ..Manners::default() }
    }

    /// Takes the value of a flag; `false` if `name` is none of these.
    ///
    /// # Errors
    ///
    /// A sentence that says which values are possible.
    pub(super) fn set(
        &mut self,
        name: &str,
        args: &mut Parser,
    ) -> Result<bool, String> {
        let [delay, retries] = WEB;
        match name {
            "delay" => {
                let ms = delay.take_number(args)?;
                self.delay = Some(Duration::from_millis(ms));
            }
            "retries" => self.retries = retries.take_number(args)? as u32,
            "contact" => self.contact = Some(take_contact(args)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// It goes into a header, as a comment.
fn take_contact(args: &mut Parser) -> Result<String, String> {
    let text = take_text(args)?;
    let is_plain = |c: char| c.is_ascii_graphic() && !"()\\".contains(c);
    match text.chars().all(is_plain) && !text.is_empty() {
        true => Ok(text),
        false => Err(format!(
            "--contact takes a mail address or a URL, not {text:?}"
        )),
    }
}
