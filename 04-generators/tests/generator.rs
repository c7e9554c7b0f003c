//! What generators promise, and what those of Python are tested for.

use Resumed::{Returned, Yielded};
use generators::{AsyncYielder, Generator, Resumed};
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::rc::Rc;

type Y = AsyncYielder<i32, i32>;

/// What has happened, in order.
#[derive(Clone, Default)]
struct Notes(Rc<RefCell<Vec<&'static str>>>);

impl Notes {
    fn add(&self, what: &'static str) {
        self.0.borrow_mut().push(what);
    }

    fn when_dropped(&self, what: &'static str) -> Dropped {
        Dropped(self.clone(), what)
    }

    fn take(&self) -> Vec<&'static str> {
        self.0.take()
    }
}

struct Dropped(Notes, &'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.add(self.1);
    }
}

/// What `f` panics with.
fn panic_of<T>(f: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else {
        panic!("it does not panic")
    };
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(other) => (*other.downcast_ref::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn the_first_input_is_the_argument_and_the_others_are_what_pauses_give() {
    let mut sums = Generator::new(|mut sum: i32, y: Y| async move {
        while sum < 100 {
            sum += y.suspend(sum).await;
        }
        sum
    });
    assert_eq!(sums.resume(1), Yielded(1));
    assert_eq!(sums.resume(10), Yielded(11));
    assert_eq!(sums.resume(50), Yielded(61));
    assert_eq!(sums.resume(39), Returned(100));
}

#[test]
fn nothing_runs_before_it_is_resumed() {
    let notes = Notes::default();
    let noted = notes.clone();
    let mut generator = Generator::new(move |_, y: Y| {
        noted.add("the closure");
        async move {
            noted.add("the body");
            y.suspend(0).await;
        }
    });
    assert_eq!(notes.take(), [""; 0]);
    generator.resume(0);
    assert_eq!(notes.take(), ["the closure", "the body"]);
}

#[test]
fn returned_and_yielded_values_stay_apart_though_they_are_equal() {
    let mut generator =
        Generator::new(|_, y: Y| async move { y.suspend(7).await });
    assert_eq!(generator.resume(0), Yielded(7));
    assert_eq!(generator.resume(7), Returned(7));
}

#[test]
fn resumed_after_its_end_it_says_so_every_time() {
    let mut ended = Generator::new(|_, _: Y| async {});
    ended.resume(0);
    let mut panicked =
        Generator::new(|_, _: Y| async { panic_any("in the body") });
    assert_eq!(panic_of(|| panicked.resume(0)), "in the body");
    for generator in [&mut ended, &mut panicked] {
        for _ in 0..3 {
            assert!(generator.is_finished());
            let why = panic_of(|| generator.resume(0));
            assert!(why.contains("has come to its end"), "{why}");
        }
    }
}

#[test]
fn resumed_by_itself_it_is_refused() {
    // A `&mut` cannot be had twice; of a `RefCell` not either, when it runs.
    let own: Rc<RefCell<Option<Generator<i32, i32, ()>>>> = Rc::default();
    let inner = own.clone();
    let body = move |_, _: Y| async move {
        inner.borrow_mut().as_mut().unwrap().resume(0);
    };
    own.replace(Some(Generator::new(body)));
    let resume = || own.borrow_mut().as_mut().unwrap().resume(0);
    let why = panic_of(resume);
    assert!(why.contains("already") && why.contains("borrowed"), "{why}");
    // It is at its end now, and so is the circle.
    assert!(own.take().unwrap().is_finished());
}

#[test]
fn resumed_in_a_circle_it_is_refused() {
    type Place = Rc<RefCell<Option<Generator<i32, i32, ()>>>>;
    let places: [Place; 2] = Default::default();
    for (own, other) in [(0, 1), (1, 0)] {
        let other = places[other].clone();
        let body = move |_, _: Y| async move {
            other.borrow_mut().as_mut().unwrap().resume(0);
        };
        places[own].replace(Some(Generator::new(body)));
    }
    let resume = || places[0].borrow_mut().as_mut().unwrap().resume(0);
    let why = panic_of(resume);
    assert!(why.contains("already") && why.contains("borrowed"), "{why}");
}

#[test]
fn a_future_that_pauses_without_a_request_is_an_error() {
    let notes = Notes::default();
    let held = notes.when_dropped("local");
    let mut generator = Generator::new(|_, _: Y| async move {
        let _held = held;
        pending::<()>().await;
    });
    let why = panic_of(|| generator.resume(0));
    assert!(why.contains("paused without `suspend`"), "{why}");
    // It is not resumed for ever.
    assert!(generator.is_finished());
    assert_eq!(notes.take(), ["local"]);
}

#[test]
fn the_yielder_of_another_generator_does_not_pause_this_one() {
    let others: Rc<Cell<Option<Y>>> = Rc::default();
    let to = others.clone();
    let mut other = Generator::new(move |_, y: Y| async move {
        to.set(Some(y.clone()));
        y.suspend(1).await
    });
    assert_eq!(other.resume(0), Yielded(1));
    let y = others.take().unwrap();
    let mut generator =
        Generator::new(|_, _: Y| async move { y.suspend(2).await });
    let why = panic_of(|| generator.resume(0));
    assert!(why.contains("paused without `suspend`"), "{why}");
}

#[test]
fn a_generator_is_at_one_place_at_a_time() {
    let mut generator = Generator::new(|_, y: Y| async move {
        let mut one = Box::pin(y.suspend(1));
        let mut two = Box::pin(y.suspend(2));
        std::future::poll_fn(|context| {
            let _ = one.as_mut().poll(context);
            two.as_mut().poll(context)
        })
        .await
    });
    let why = panic_of(|| generator.resume(0));
    assert!(why.contains("at two places"), "{why}");
}

/// What is thrown in is the `Err` of the input.
type Throwing = AsyncYielder<Result<i32, &'static str>, i32>;

async fn inner(y: &Throwing, catches: bool) -> Result<i32, &'static str> {
    match y.suspend(1).await {
        Err(_) if catches => y.suspend(2).await,
        other => other,
    }
}

#[test]
fn an_error_that_is_thrown_in_reaches_the_innermost_pause_first() {
    let outer = |catches| {
        Generator::new(move |_, y: Throwing| async move {
            let value = inner(&y, catches).await?;
            Ok(value + y.suspend(3).await?)
        })
    };
    // Caught, and yielded there: the outer sees a plain pause.
    let mut catching = outer(true);
    assert_eq!(catching.resume(Ok(0)), Yielded(1));
    assert_eq!(catching.resume(Err("thrown")), Yielded(2));
    // The outer goes on with what the inner returns.
    assert_eq!(catching.resume(Ok(40)), Yielded(3));
    assert_eq!(catching.resume(Ok(2)), Returned(Ok(42)));
    // Not caught: it goes through to the end.
    let mut passing = outer(false);
    assert_eq!(passing.resume(Ok(0)), Yielded(1));
    assert_eq!(passing.resume(Err("thrown")), Returned(Err("thrown")));
}

#[test]
fn what_is_awaited_and_never_pauses_gives_its_value_without_a_pause() {
    async fn at_once() -> i32 {
        1
    }
    let mut generator = Generator::new(|_, _: Y| async {
        let mut sum = 0;
        for _ in 0..100_000 {
            sum += at_once().await;
        }
        sum
    });
    assert_eq!(generator.resume(0), Returned(100_000));
}

#[test]
fn a_hundred_thousand_pauses_need_no_more_stack_than_one() {
    let mut generator = Generator::new(|_, y: Y| async move {
        let here = 0u8;
        let first = &raw const here as usize;
        for _ in 0..100_000 {
            y.suspend(0).await;
        }
        (&raw const here as usize) - first
    });
    while let Yielded(_) = generator.resume(0) {}
    assert!(generator.is_finished());
}

#[test]
fn dropped_it_drops_what_it_holds_the_innermost_call_first() {
    async fn deeper(y: &Y, notes: Notes) {
        let _held = notes.when_dropped("inner");
        y.suspend(0).await;
        notes.add("never");
    }
    let notes = Notes::default();
    let noted = notes.clone();
    let mut generator = Generator::new(move |_, y: Y| async move {
        let _first = noted.when_dropped("first");
        let _second = noted.when_dropped("second");
        deeper(&y, noted.clone()).await;
        noted.add("never");
    });
    generator.resume(0);
    drop(generator);
    assert_eq!(notes.take(), ["inner", "second", "first"]);
}

#[test]
fn dropped_before_it_has_begun_it_drops_the_closure_which_never_runs() {
    let notes = Notes::default();
    let (noted, held) = (notes.clone(), notes.when_dropped("captured"));
    let generator = Generator::new(move |_: i32, _: Y| async move {
        let _held = held;
        noted.add("never");
    });
    drop(generator);
    assert_eq!(notes.take(), ["captured"]);
}

#[test]
fn its_locals_die_with_its_end_and_not_with_the_handle() {
    let notes = Notes::default();
    let held = notes.when_dropped("local");
    let mut generator = Generator::new(move |_, _: Y| async move {
        let _held = &held;
    });
    generator.resume(0);
    assert_eq!(notes.take(), ["local"]);
    drop(generator);
    assert_eq!(notes.take(), [""; 0]);
}

#[test]
fn a_value_that_no_pause_takes_is_dropped_once() {
    let notes = Notes::default();
    let body = |_, y: AsyncYielder<Dropped, Dropped>| async move {
        // It is given up while the generator has paused in it.
        let mut pause = Box::pin(y.suspend(Dropped(Notes::default(), "")));
        let mut polls = 0;
        std::future::poll_fn(|context| {
            polls += 1;
            match polls {
                1 => pause.as_mut().poll(context).map(|_| ()),
                _ => std::task::Poll::Ready(()),
            }
        })
        .await;
    };
    let mut generator = Generator::new(body);
    generator.resume(notes.when_dropped("first"));
    assert_eq!(notes.take(), ["first"]);
    assert!(matches!(
        generator.resume(notes.when_dropped("second")),
        Returned(())
    ));
    assert_eq!(notes.take(), [""; 0]);
    drop(generator);
    assert_eq!(notes.take(), ["second"]);
}

#[test]
fn a_panic_goes_to_what_resumes_it_and_drops_what_it_holds() {
    let notes = Notes::default();
    let held = notes.when_dropped("local");
    let mut generator = Generator::new(move |_, y: Y| async move {
        let _held = held;
        y.suspend(0).await;
        panic_any("in the body");
    });
    generator.resume(0);
    assert_eq!(panic_of(|| generator.resume(0)), "in the body");
    assert_eq!(notes.take(), ["local"]);
}

#[test]
fn its_size_is_that_of_what_it_holds_over_its_largest_pause() {
    let size = |generator: Generator<i32, i32, ()>| generator.size();
    let small = size(Generator::new(|_, y: Y| async move {
        {
            let buffer = [0u8; 4096];
            assert_eq!(buffer.len(), 4096);
        }
        y.suspend(0).await;
    }));
    let large = size(Generator::new(|_, y: Y| async move {
        let buffer = [0u8; 4096];
        y.suspend(0).await;
        assert_eq!(buffer.len(), 4096);
    }));
    assert!(small < 256, "{small}");
    assert!((4096..4096 + 256).contains(&large), "{large}");
    assert!(size_of::<Generator<i32, i32, ()>>() <= 6 * size_of::<usize>());
}

#[test]
fn a_generator_may_be_moved_between_two_pauses() {
    let mut generator = Generator::new(|_, y: Y| async move {
        let here = 5;
        let reference = &here;
        y.suspend(1).await;
        *reference
    });
    generator.resume(0);
    let mut moved = vec![generator];
    moved.reserve(100);
    let mut last = mem::take(&mut moved).pop().unwrap();
    assert_eq!(last.resume(0), Returned(5));
}
