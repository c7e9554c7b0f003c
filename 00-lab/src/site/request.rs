//! What a client of the site asks for: bytes in, a request out.

/// A request of more bytes than this is refused.
const LONGEST_REQUEST: usize = 16 * 1024;

/// What a client wants.
#[derive(Debug, PartialEq, Eq)]
pub enum Request {
    /// A page.
    Page {
        /// Its path, without a query.
        path: String,
        /// Set if only what comes before the body is asked for.
        head_only: bool,
    },
    /// Nothing that the site has: this is the status of the answer.
    Refused(&'static str),
}

impl Request {
    /// Reads a request; `None` if it is not whole yet.
    pub fn parse(bytes: &[u8]) -> Option<Request> {
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(_)) => {}
            Ok(_) if bytes.len() < LONGEST_REQUEST => return None,
            Ok(_) => {
                let status = "431 Request Header Fields Too Large";
                return Some(Request::Refused(status));
            }
            Err(_) => return Some(Request::Refused("400 Bad Request")),
        }
        let path = path_of(request.path.unwrap_or("/")).to_owned();
        Some(match request.method {
            Some("GET") => Request::Page { path, head_only: false },
            Some("HEAD") => Request::Page { path, head_only: true },
            _ => Request::Refused("405 Method Not Allowed"),
        })
    }
}

/// The path of a request's target, which may be a whole URL.
fn path_of(target: &str) -> &str {
    let target = target.strip_prefix("http://").map_or(target, |rest| {
        rest.find('/').map_or("/", |slash| &rest[slash..])
    });
    target.split(['?', '#']).next().unwrap_or("/")
}
