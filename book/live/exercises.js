// Exercises: on their own pages what an answer was found to be; everywhere, how
// far the reader is.
//
// The reader judges whatever is saved and says so; the page only shows it. All
// that came out of a program is shown as text.
'use strict';

(() => {
    const root = typeof path_to_root === 'undefined' ? '' : path_to_root;
    const home = new URL(root || './', location.href);
    const here = `${location.origin}${location.pathname}`
        .replace(home.href, '');
    const edition = Number(document.currentScript.dataset.edition);
    const panel = here.includes('exercise-') ? exercisePanel(home) : null;

    let source = null;
    const listen = () => {
        source = new EventSource('/live/news');
        source.addEventListener('exercises', (event) => {
            const told = JSON.parse(event.data);
            const own = told.exercises.find(({ page }) => page === here);
            if (panel && own) panel.show(own, told.exercises);
            mark(told.exercises, home);
            if (here === 'exercises.html') sumUp(told.exercises, home);
            if (told.remark) remark(told.remark);
            if (here === '' || here === 'index.html') goOn(told.page, home);
        });
        source.addEventListener('pages', (event) => {
            const { pages, faults } = JSON.parse(event.data);
            const now = pages[here || 'index.html'] ?? 0;
            printed(now > edition, faults);
        });
        source.addEventListener('error', ({ target }) =>
            panel?.gone(target.readyState === EventSource.CLOSED));
    };
    // A browser has six connections to us, for all its tabs: those that nobody
    // looks at keep none.
    const look = () => {
        source?.close();
        source = null;
        if (!document.hidden) listen();
    };
    document.addEventListener('visibilitychange', look);
    // A tab that was refused may have been let in by now, by another one.
    addEventListener('focus', () => {
        if (source?.readyState === EventSource.CLOSED) look();
    });
    look();
})();

// There is another edition of the book, or something is in its way.
function printed(isNew, faults) {
    document.querySelector('.live-news')?.remove();
    if (faults.length > 0) {
        tell(`The chapters have faults:\n${faults.join('\n')}`);
    } else if (isNew) {
        // What a run has left on the page would be lost.
        if (document.querySelector('.live-output:not([hidden])')) {
            const again = make('button', { type: 'button' }, 'Show it');
            again.addEventListener('click', () => location.reload());
            tell('This page has changed. ', again);
        } else {
            location.reload();
        }
    }
}

// Something of the reader's was not understood, and was kept.
function remark(said) {
    if (!document.querySelector('.live-aside')) {
        tell(said).classList.replace('live-news', 'live-aside');
    }
}

function tell(...what) {
    const news = make('div', { className: 'live live-news' }, ...what);
    news.setAttribute('role', 'status');
    document.querySelector('.content main').prepend(news);
    return news;
}

// On the page of all exercises: the state of each in words, how many are
// solved, and what is next.
function sumUp(exercises, home) {
    const heading = document.querySelector('#all-of-them');
    if (!heading) return;
    const links = [...heading.parentElement.querySelectorAll('li > a')];
    for (const link of links) {
        const own = exercises.find(
            ({ page }) => link.href === new URL(page, home).href);
        if (!own) continue;
        link.querySelector('.live-mark')?.remove();
        const item = link.parentElement;
        item.querySelector('.live-told')?.remove();
        const before =
            own.solved && own.state !== 'solved' ? ', solved before' : '';
        const told = make('span', { className: 'live-told' },
            `${own.sign ?? '…'} ${own.said ?? 'changed'}${before}`);
        told.dataset.state = own.state ?? '';
        item.append(' ', told);
    }
    const solved = exercises.filter((it) => it.solved).length;
    const next = exercises.find((it) => !it.solved);
    const link = links.find(
        ({ href }) => next && href === new URL(next.page, home).href);
    const said = [`${solved} of ${exercises.length} are solved. `];
    if (link) {
        said.push('Next: ', make('a', { href: link.href }, titleOf(link)), '.');
    }
    let sum = document.querySelector('.live-sum');
    if (!sum) heading.after(sum = make('p', { className: 'live-sum' }));
    say(sum, ...said);
}

// Says something else there; what is the same stays, with the focus in it.
function say(place, ...said) {
    const told = make('p', {}, ...said);
    if (place.textContent !== told.textContent) {
        place.replaceChildren(...told.childNodes);
    }
}

// A mark beside each link to an exercise, in the sidebar and in lists.
function mark(exercises, home) {
    for (const link of document.querySelectorAll(
        '.sidebar a, .content li > a')) {
        const own = exercises.find(
            ({ page }) => link.href === new URL(page, home).href);
        if (!own) continue;
        link.querySelector('.live-mark')?.remove();
        const [state, sign, said] = own.solved ? ['solved', '✓', 'solved']
            : own.state === 'not-started' ? ['', '', '']
            : [own.state, own.sign ?? '…', own.said ?? 'changed'];
        if (sign) {
            const mark = make('span', { className: 'live-mark', title: said },
                ` ${sign}`);
            mark.dataset.state = state;
            mark.setAttribute('aria-label', said);
            mark.setAttribute('role', 'img');
            link.append(mark);
        }
    }
}

// On the front page: where the reader left off.
function goOn(page, home) {
    if (!page || document.querySelector('.live-go-on')) return;
    const address = new URL(page, home).href;
    const links = [...document.querySelectorAll('.sidebar a')];
    const link = links.find(({ href }) => href === address);
    if (!link) return;
    document.querySelector('.content h1')?.after(
        make('p', { className: 'live-go-on' }, 'You were at ',
            make('a', { href: address }, titleOf(link)), '.'));
}

// What stands below the title of an exercise.
function exercisePanel(home) {
    const state = make('strong', { className: 'live-state' });
    const status = make('p', { className: 'live-verdict' }, state);
    status.setAttribute('role', 'status');
    const doing = clock();
    const todo = make('p', { className: 'live-todo' });
    const next = make('p', { className: 'live-next' });
    const check = make('button', { type: 'button', className: 'live-check' },
        'Check');
    const copy = make('button', {
        type: 'button', className: 'live-copy', hidden: true,
    });
    const said = make('span', { className: 'live-status', role: 'status' });
    const why = make('pre', { className: 'live-output', hidden: true });
    why.tabIndex = 0;
    why.setAttribute('role', 'group');
    why.setAttribute('aria-label', 'What the check says');
    const usually = make('p', { className: 'live-usually', hidden: true });
    const picture = make('figure', { className: 'live-picture', hidden: true });
    const evidence = make('div', {}, why, usually, picture);
    const shipped = make('details', { className: 'live-shipped' },
        make('summary', {}, 'What it does as shipped'));
    const section = make('section', { className: 'live live-exercise' },
        make('div', { className: 'live-head' }, status, doing.shown),
        todo, next,
        make('div', { className: 'live-buttons' }, check, copy, said),
        shipped, evidence);
    section.setAttribute('aria-label', 'Your answer');
    document.querySelector('.content h1').after(section);

    let name = null;
    let listing = null;
    let drawn = null;
    let isJudged = false;
    const judge = async () => {
        if (check.ariaDisabled === 'true') return;
        const answer = await post(`/live/exercises/${name}/check`, {});
        if (answer.why) said.textContent = answer.why;
    };
    check.addEventListener('click', judge);
    shipped.addEventListener('toggle', () => {
        if (shipped.open && !isJudged) judge();
    });
    copy.addEventListener('click', async () => {
        await navigator.clipboard.writeText(copy.dataset.place);
        said.textContent = 'copied';
    });
    const hints = hintsOfPage((n) =>
        post(`/live/exercises/${name}/hint`, { hints: n }));
    const solution = solutionOfPage((anyway) =>
        post(`/live/exercises/${name}/solution`, { anyway }));

    // Beside the place to copy, if the editor is known.
    const offer = async ({ name, file }) => {
        const { link, program } = await editor();
        if (!link && !program) return;
        copy.before(await opener(file, `/live/exercises/${name}/open`));
    };
    const show = async (own, all) => {
        if (name === null) offer(own);
        name = own.name;
        isJudged = own.found !== undefined || own.judging !== null;
        copy.dataset.place = `${own.file}:${own.line}`;
        copy.textContent = copy.dataset.place;
        copy.hidden = false;
        copy.title = 'Copy this place, for your editor';
        said.textContent = '';
        speak(state, own.judging ? 'checking …'
            : own.said ?? (own.why ? 'cannot be checked' : 'changed'));
        state.dataset.sign = own.judging ? '' : own.sign ?? '';
        section.dataset.state = own.judging ? 'judging' : own.state ?? '';
        doing.show(own.judging);
        // Disabled, it would lose the focus.
        check.ariaDisabled = String(own.judging !== null);

        // What the file does as shipped is no mistake of the reader's.
        const isShipped = own.state === 'not-started';
        say(todo, ...prose(isShipped
            ? `Edit \`${own.file}\` and save it: it is checked at once, here `
                + `or by \`cargo run -- check ${name}\`.` : ''));
        todo.hidden = !isShipped;
        shipped.hidden = !isShipped;
        const where = isShipped ? shipped : section;
        if (evidence.parentElement !== where) where.append(evidence);
        why.replaceChildren(...lanesApart(evidenceOf(own)));
        why.hidden = own.judging !== null || why.textContent === '';
        say(usually, ...prose(`Usually: ${own.usually ?? ''}`));
        usually.hidden = own.judging !== null || !own.usually;
        const isSolved = own.state === 'solved' && !own.judging;
        if (isSolved) say(next, ...whatIsNext(own, all, home));
        next.hidden = !isSolved;
        hints.seen(own.hints);
        listing ??= listingOf(own);
        listing.show(own);
        solution.due(own.solved || own.shown, own.answer);

        const run = own.drawn && !own.judging ? own.why : null;
        if (run !== drawn) {
            drawn = run;
            picture.replaceChildren();
            picture.hidden = true;
            if (run) await draw(`/live/exercises/${name}/picture`, picture);
        }
    };
    // What was being judged is not any more, as far as this page knows.
    const gone = (isRefused) => {
        said.textContent = isRefused ? REFUSED : GONE;
        if (section.dataset.state !== 'judging') return;
        section.dataset.state = '';
        state.textContent = 'not checked';
        doing.show(null);
        check.ariaDisabled = 'false';
    };
    return { show, gone };
}

// What a verdict rests on, the most important first.
function evidenceOf({ state, found, why, printed, warnings }) {
    const before = state === 'not-started' && found ? `${found}: ` : '';
    const [said, wrote, remarked] = [why, printed, warnings].map(
        (text) => (text ?? '').replace(/^\s*\n|\s+$/g, ''));
    const all = [said && before + said,
        wrote && `It printed:\n\n${wrote}`, remarked];
    return all.filter(Boolean).join('\n\n');
}

// Text whose lines may be broken, and lanes, whose lines must not be.
function lanesApart(text) {
    return text.split(/^/m).map((line) =>
        /[█▓╵]|([·×─])\1\1/.test(line)
            ? make('span', { className: 'live-lane' }, line) : line);
}

// The listing of the reader's file: as it is now, no longer as shipped.
function listingOf({ name, file }) {
    const captions = document.querySelectorAll('p > em:first-child > code');
    const caption = [...captions].find((it) => it.textContent === file)
        ?.closest('p');
    const code = caption?.nextElementSibling?.querySelector('code');
    if (!code) return { show() {} };
    const shipped = code.textContent;
    const label = make('span', {}, 'as shipped');
    caption.lastChild.replaceWith(' ', label);

    let listed;
    const show = async ({ answer, state }) => {
        if (answer === listed) return;
        listed = answer;
        const told = answer === null ? { why: 'the verdict says it' }
            : await get(`/live/exercises/${name}/answer`);
        // By now there may be another one.
        if (answer !== listed) return;
        code.textContent = told.text ?? shipped;
        hljs.highlightBlock(code);
        label.textContent = told.why
            ? 'as shipped; yours cannot be read'
            : state === 'not-started' ? 'as shipped'
            : told.left_out ? `yours, without its last ${told.left_out} bytes`
            : 'yours, as saved last';
        // What is wider than the page is scrolled with the arrows.
        dispatchEvent(new Event('resize'));
    };
    return { show };
}

// The answer as JSON, or `why` there is none.
async function get(path) {
    try {
        const answer = await fetch(path);
        return answer.ok ? await answer.json() : { why: await answer.text() };
    } catch {
        return { why: GONE };
    }
}

// What is being done, and for how long. It changes too often to be read out.
function clock() {
    const shown = make('span', { className: 'live-doing', hidden: true });
    shown.setAttribute('aria-hidden', 'true');
    let timer = null;
    const show = (judging) => {
        clearInterval(timer);
        shown.hidden = !judging;
        if (!judging) return;
        const began = performance.now() - judging.ms;
        const tick = () => {
            const seconds = (performance.now() - began) / 1000;
            shown.textContent = `${judging.stage}, ${seconds.toFixed(1)} s`;
        };
        tick();
        timer = setInterval(tick, 100);
    };
    return { shown, show };
}

// After an exercise: the next page of the book, and the next exercise that is
// not solved.
function whatIsNext(own, all, home) {
    // Without the headings of this page.
    const pages = [...document.querySelectorAll('.sidebar a')].filter(
        ({ hash }) => !hash);
    const linkTo = (page) => {
        const address = new URL(page, home).href;
        const there = pages.find(({ href }) => href === address);
        return make('a', { href: address }, titleOf(there) || page);
    };
    const here = new URL(own.page, home).href;
    const at = pages.findIndex(({ href }) => href === here);
    const page = pages[at + 1]?.href.replace(home.href, '');
    const n = all.indexOf(own);
    const rest = [...all.slice(n + 1), ...all.slice(0, n)];
    const exercise = rest.find(({ solved }) => !solved)?.page;
    const said = ['Next: '];
    if (page) said.push(linkTo(page));
    if (!exercise) {
        said.push(page ? '. ' : '', 'All exercises are solved.');
    } else if (exercise !== page) {
        said.push(page ? ', or ' : '', linkTo(exercise));
    }
    return said;
}

// The title of a page, as its link in the sidebar has it.
function titleOf(link) {
    const title = link?.cloneNode(true);
    title?.querySelector('.live-mark')?.remove();
    return title?.textContent.trim();
}

// Text with `code` in it.
function prose(text) {
    return text.split('`').map((piece, n) =>
        n % 2 === 0 ? piece : make('code', {}, piece));
}

// Hints one by one: the next is there when the one before has been opened.
function hintsOfPage(note) {
    const all = [...document.querySelectorAll('.content details')].filter(
        (it) => /^Hint \d/.test(it.querySelector('summary')?.textContent));
    let known = 0;
    const seen = (n) => {
        known = Math.max(known, n);
        all.forEach((hint, i) => { hint.hidden = i > known; });
    };
    all.forEach((hint, i) => hint.addEventListener('toggle', () => {
        if (hint.open && i + 1 > known) {
            seen(i + 1);
            note(i + 1);
        }
    }));
    seen(0);
    return { seen };
}

// Our solution, as the way from the reader's answer to it; before it is solved,
// only on request. Wrong answers are there with it.
function solutionOfPage(ask) {
    const all = [...document.querySelectorAll('.content details')];
    const called = (name) => all.find(
        (it) => it.querySelector('summary')?.textContent === name);
    const place = called('The solution');
    if (!place) return { due() {} };
    const wrong = called('A wrong answer that looks right');
    const summary = place.querySelector('summary');
    const anyway = make('button', { type: 'button' }, 'Show it all the same');
    const request = make('p', { className: 'live' },
        'It is not solved yet. ', anyway);
    place.replaceChildren(summary, request);
    let isDue = false;
    let shown = null;

    const open = async (all_the_same) => {
        const answer = await ask(all_the_same);
        const said = (answer.why ?? answer.idea).split('\n\n').map(
            (paragraph) => make('p', {}, ...prose(paragraph)));
        if (!answer.why) said.push(difference(answer.difference));
        place.replaceChildren(summary, ...said);
    };
    anyway.addEventListener('click', () => open(true));
    place.addEventListener('toggle', () => {
        if (place.open && isDue) open(false);
    });
    // It is the way from this answer to ours.
    const due = (now, answer) => {
        isDue = now;
        if (wrong) wrong.hidden = !isDue;
        if (isDue && place.open && answer !== shown) open(false);
        shown = answer;
    };
    return { due };
}

// What was added and what is gone, as in the book's other listings.
function difference(text) {
    const kinds = { '+': 'addition', '-': 'deletion', '@': 'meta' };
    const lines = text.trimEnd().split('\n').map((line, n) => {
        // The first two lines name the two files.
        const kind = n < 2 ? 'meta' : kinds[line[0]];
        const className = kind ? `hljs-${kind}` : '';
        return make('span', { className }, `${line}\n`);
    });
    const code = make('code', { className: 'language-diff hljs' }, ...lines);
    // It is scrolled with the arrows.
    code.tabIndex = 0;
    code.setAttribute('aria-label', 'From your answer to ours');
    code.setAttribute('role', 'group');
    return make('pre', {}, code);
}
