//! What comes back from something that was resumed.

/// Why something that was resumed does not run any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resumed<Out, Ret> {
    /// It has paused, and hands this out. It can be resumed.
    Yielded(Out),
    /// It has come to its end, with this. It cannot be resumed any more.
    Returned(Ret),
}
