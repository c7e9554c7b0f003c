//! What is known of the site: seen, queued, done.
use crate::Fetched;
use url::Url;
/// The pages seen so far.
pub struct Frontier {}
impl Frontier {
    /// Knows of one page.
    pub fn new(_start: Url) -> Frontier {
        todo!()
    }
    /// A page nobody has asked for yet.
    #[expect(clippy::should_implement_trait, reason = "not an iterator: it may have more after None")]
    pub fn next(&mut self) -> Option<Url> {
        todo!()
    }
    /// Notes what became of `url`.
    pub fn done(&mut self, _url: &Url, _fetched: Fetched) {}
    /// Set if nothing is queued and nothing is under way.
    pub fn finished(&self) -> bool {
        true
    }
}
