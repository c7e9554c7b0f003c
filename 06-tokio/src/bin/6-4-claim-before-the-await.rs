//! 6-4 · Claim before the await: in a cell for each page, or with an owner.
//!
//!     cargo run -p with-tokio --bin 6-4-claim-before-the-await
//!
//! Look at the requests: one for each page, although eight tasks ask for it.

use lab::{Page, Site, Url};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::runtime::Runtime;
use tokio::sync::{OnceCell, mpsc, oneshot};
use tokio::task::JoinSet;
use with_tokio::{fetch, lane};

const TASKS: usize = 8;

fn main() {
    let site = Site::start();
    let (one, two) = (site.page(1), site.page(2));
    Runtime::new().expect("a runtime").block_on(async {
        let cells = Arc::new(Cells::default());
        ask_for(|| find(cells.clone(), one.clone())).await;
        let (owner, inbox) = mpsc::channel(TASKS);
        tokio::spawn(lane("owner", own(inbox, owner.clone())));
        ask_for(|| ask(owner.clone(), two.clone())).await;
    });

    let seen = site.finish();
    println!("{} requests for {} pages", seen.requests, seen.hits.len());
}

/// Lets all tasks ask for the same page.
async fn ask_for<F: Future<Output = Page> + Send + 'static>(
    get: impl Fn() -> F,
) {
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        tasks.spawn(lane("", get()));
    }
    let pages = tasks.join_all().await;
    println!("{} tasks have {}", pages.len(), pages[0]);
}

/// A cell for each page. It is there before its page is.
type Cells = Mutex<HashMap<Url, Arc<OnceCell<Page>>>>;

/// The first mending: the cell is claimed under a lock that no await crosses.
async fn find(cells: Arc<Cells>, url: Url) -> Page {
    let cell = cells.lock().unwrap().entry(url.clone()).or_default().clone();
    cell.get_or_init(|| get(url)).await.clone()
}

async fn get(url: Url) -> Page {
    fetch(&url).await.expect("every page is there")
}

/// The second mending: one task has the map, and the others ask it.
async fn ask(owner: mpsc::Sender<Message>, url: Url) -> Page {
    let (answer, page) = oneshot::channel();
    let message = Message::Asks(url, answer);
    owner.send(message).await.expect("the owner is there");
    page.await.expect("it answers")
}

enum Message {
    Asks(Url, oneshot::Sender<Page>),
    Has(Url, Page),
}

/// It awaits no page itself: a task that asks for another one would wait, too.
async fn own(mut inbox: mpsc::Receiver<Message>, me: mpsc::Sender<Message>) {
    let mut known = HashMap::<Url, (Option<Page>, Vec<_>)>::new();
    while let Some(message) = inbox.recv().await {
        match message {
            Message::Asks(url, answer) => match known.get_mut(&url) {
                Some((Some(page), _)) => drop(answer.send(page.clone())),
                Some((None, asking)) => asking.push(answer),
                None => {
                    known.insert(url.clone(), (None, vec![answer]));
                    tokio::spawn(lane("", tell(me.clone(), url)));
                }
            },
            Message::Has(url, page) => {
                let (here, asking) = known.get_mut(&url).expect("it is asked");
                for answer in asking.drain(..) {
                    answer.send(page.clone()).ok();
                }
                *here = Some(page);
            }
        }
    }
}

async fn tell(owner: mpsc::Sender<Message>, url: Url) {
    let page = get(url.clone()).await;
    owner.send(Message::Has(url, page)).await.ok();
}
