//! Colours: the same lock and the same page have the same wherever they show.

use std::collections::HashMap;
use timeline::{Recording, State};

/// How many colours there are, beside that of the text.
const HUES: usize = 8;

/// What has a colour of its own in a picture, and which.
pub struct Hues(HashMap<String, &'static str>);

const CLASSES: [&str; HUES] = [
    " lanes-hue lanes-1",
    " lanes-hue lanes-2",
    " lanes-hue lanes-3",
    " lanes-hue lanes-4",
    " lanes-hue lanes-5",
    " lanes-hue lanes-6",
    " lanes-hue lanes-7",
    " lanes-hue lanes-8",
];

fn is_coloured_page(what: &str) -> bool {
    what.len() > 1 && what.starts_with('/')
}

impl Hues {
    /// In the order in which they first show. The first page of a site has the
    /// colour of the text. If there are more pages than
    /// colours, none of them has one: a colour that means two things says
    /// nothing. The locks come first.
    pub fn of(recording: &Recording) -> Hues {
        Hues::of_all([recording])
    }

    /// The same for recordings that are drawn in one picture.
    pub(crate) fn of_all<'a>(
        recordings: impl IntoIterator<Item = &'a Recording>,
    ) -> Hues {
        let (mut locks, mut pages) = (Vec::new(), Vec::new());
        for track in recordings.into_iter().flat_map(|it| &it.tracks) {
            let held = track.held.iter();
            locks.extend(held.map(|held| (held.from, held.lock.as_str())));
            for span in &track.spans {
                match &span.state {
                    State::Blocked(lock) => {
                        locks.push((span.from, lock.as_str()));
                    }
                    State::Wait(what) if is_coloured_page(what) => {
                        pages.push((span.from, what.as_str()));
                    }
                    _ => {}
                }
            }
        }
        let mut hues = HashMap::new();
        for mut things in [locks, pages] {
            things.sort_unstable();
            let mut names = Vec::new();
            for (_, name) in things {
                if !names.contains(&name) && names.len() <= HUES {
                    names.push(name);
                }
            }
            if hues.len() + names.len() <= HUES {
                for name in names {
                    hues.insert(name.to_owned(), CLASSES[hues.len()]);
                }
            }
        }
        Hues(hues)
    }

    /// Its number, from 1 on; `None` if it has the colour of the text.
    pub fn number(&self, name: &str) -> Option<usize> {
        let class = self.class(name);
        Some(1 + CLASSES.iter().position(|it| *it == class)?)
    }

    /// The class of what is called so, after a blank; empty if it has the
    /// colour of the text.
    pub(crate) fn class(&self, name: &str) -> &'static str {
        self.0.get(name).copied().unwrap_or_default()
    }
}
