//! Rung 4: the crawl, with tasks that pause, in three styles.
//!
//!     cargo run -p generators -- --style generator
//!
//! Who decides when we switch? The task, by pausing. What comes next is in an
//! enum written by hand, in one written by the compiler, or on a stack.

use generators::fetch::{Spawn, in_style};
use generators::{
    AsyncYielder, Generator, RUNG, Reply, Request, Tasks, Trampoline,
};
use lab::{Fetched, Frontier, Job, Page, Url};
use std::cell::RefCell;
use std::process::{self, ExitCode};
use std::rc::Rc;

fn main() -> ExitCode {
    lab::run(&RUNG, crawl)
}

/// What the tasks share.
struct Crawl {
    job: Job,
    frontier: Frontier,
    under_way: usize,
}

fn crawl(job: &Job) -> Frontier {
    let style = job.style.expect("this rung has styles");
    let crawl = Rc::new(RefCell::new(Crawl {
        job: job.clone(),
        frontier: job.frontier(),
        under_way: 0,
    }));
    let ran = Trampoline::new().and_then(|trampoline| {
        let (tasks, crawl) = (trampoline.tasks(), crawl.clone());
        let body = move |_, y: AsyncYielder<Reply, Request>| async move {
            fetch_all(&tasks, &crawl, in_style(style), &y).await;
        };
        trampoline.spawn("crawl", Generator::new(body));
        trampoline.run()
    });
    if let Err(why) = ran {
        eprintln!("generators: the trampoline cannot run: {why}");
        process::exit(1);
    }
    let crawl = Rc::into_inner(crawl).expect("all tasks are gone");
    crawl.into_inner().frontier
}

/// Spawns a task for each page, as long as no more are under way than may be;
/// then it waits until one of them is done.
async fn fetch_all(
    tasks: &Tasks,
    crawl: &Rc<RefCell<Crawl>>,
    spawn: Spawn,
    y: &AsyncYielder<Reply, Request>,
) {
    let this = tasks.current().expect("it runs now");
    loop {
        let next = crawl.borrow_mut().next();
        if let Some(url) = next {
            let deadline = crawl.borrow().job.give_up();
            let then = {
                let (tasks, this) = (tasks.clone(), this.clone());
                let (crawl, url) = (crawl.clone(), url.clone());
                move |fetched| {
                    crawl.borrow_mut().done(&url, fetched);
                    tasks.wake(&this);
                }
            };
            if let Err(why) = spawn(tasks, &url, deadline, Box::new(then)) {
                crawl.borrow_mut().done(&url, Err(why.into()));
            }
        } else if crawl.borrow().under_way > 0 {
            let _ = y.suspend(Request::park()).await;
        } else {
            return;
        }
    }
}

impl Crawl {
    fn next(&mut self) -> Option<Url> {
        if self.under_way == self.job.at_once {
            return None;
        }
        let url = self.frontier.next()?;
        self.under_way += 1;
        Some(url)
    }

    fn done(&mut self, url: &Url, fetched: Fetched) {
        self.under_way -= 1;
        self.frontier.done(url, fetched.inspect(Page::work));
    }
}
