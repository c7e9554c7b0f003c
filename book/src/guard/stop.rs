//! What a request is answered that is not let in, or not yet.

use axum::http::StatusCode;

/// What a request is answered, if not by the router.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// It knows the secret by its address: here is the cookie of this name; go
    /// to this path.
    Welcome { cookie: String, path: String },
    /// It has brought the cookie, and its address need not show more than this
    /// path.
    Go(String),
    /// It is refused, and told why.
    Refused(StatusCode, &'static str),
}

pub const OTHER_HOST: Stop = Stop::Refused(
    StatusCode::MISDIRECTED_REQUEST,
    "The request was meant for another host. The reader answers as 127.0.0.1, \
     as localhost and as [::1]; from another computer it is reached through a \
     forwarded port, such as that of <code>ssh -L</code>.",
);
pub const OTHER_SITE: Stop =
    forbidden("The request was made by a page of another site.");
pub const OTHER_PAGE: Stop =
    forbidden("The request does not come from a page of this book.");
pub const NO_SECRET: Stop =
    forbidden("This browser has not been let in by this start of the reader.");
pub const OLD_TOKEN: Stop = forbidden(
    "The secret in this address is another one than that of this start: it is \
     from an earlier start, or a part of it is missing.",
);
pub const OLD_COOKIE: Stop = forbidden(
    "This browser was let in by an earlier start of the reader, and has not \
     seen the address of this one.",
);
pub const NO_COOKIES: Stop = forbidden(
    "This browser has not kept the cookie that it was given. Allow cookies for \
     this address: without one, the reader cannot tell you from the pages of \
     other sites.",
);
pub const SPENT_TICKET: Stop = forbidden(
    "The ticket in this address has let a browser in already, and is good only \
     once. If that was not your browser, close the reader with Ctrl-C.",
);
pub const LATE_TICKET: Stop = forbidden(
    "The ticket in this address was good for a minute, which is over.",
);

const fn forbidden(why: &'static str) -> Stop {
    Stop::Refused(StatusCode::FORBIDDEN, why)
}

/// The parameter of the address to which a browser goes with its first cookie.
pub const ARRIVES: &str = "welcome";
