// Exercises: on their own pages what an answer was found to be; everywhere, how
// far the reader is.
//
// The reader judges whatever is saved and says so; the page only shows it. All
// that came out of a program is shown as text.
'use strict';

(() => {
    const root = typeof path_to_root === 'undefined' ? '' : path_to_root;
    const home = new URL(root || './', location.href);
    const here = location.href.split('#')[0].replace(home.href, '');
    const edition = Number(document.currentScript.dataset.edition);
    const panel = here.includes('exercise-') ? exercisePanel() : null;

    let source = null;
    const listen = () => {
        source = new EventSource('/live/news');
        source.addEventListener('exercises', (event) => {
            const told = JSON.parse(event.data);
            const own = told.exercises.find(({ page }) => page === here);
            if (panel && own) panel.show(own);
            mark(told.exercises, home);
            if (told.set_aside) setAside(told.set_aside);
            if (here === '' || here === 'index.html') goOn(told.page, home);
        });
        source.addEventListener('pages', (event) => {
            const { pages, faults } = JSON.parse(event.data);
            const now = pages[here || 'index.html'] ?? 0;
            printed(now > edition, faults);
        });
        source.addEventListener('error', () => panel?.gone());
    };
    // A browser has six connections to us, for all its tabs: those that nobody
    // looks at keep none.
    const look = () => {
        source?.close();
        source = null;
        if (!document.hidden) listen();
    };
    document.addEventListener('visibilitychange', look);
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
function setAside(said) {
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

// A mark beside each link to an exercise, in the sidebar and in lists.
function mark(exercises, home) {
    for (const link of document.querySelectorAll(
        '.sidebar a, .content li > a')) {
        const own = exercises.find(
            ({ page }) => link.href === new URL(page, home).href);
        if (!own) continue;
        link.querySelector('.live-mark')?.remove();
        const [sign, said] = own.solved ? ['✓', 'solved']
            : own.state === 'not-started' ? ['', '']
            : ['…', own.said ?? 'changed'];
        if (sign) {
            const mark = make('span', { className: 'live-mark', title: said },
                ` ${sign}`);
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
    const title = link.cloneNode(true);
    title.querySelector('.live-mark')?.remove();
    document.querySelector('.content h1')?.after(
        make('p', { className: 'live-go-on' }, 'You were at ',
            make('a', { href: address }, title.textContent.trim()), '.'));
}

// What stands below the title of an exercise.
function exercisePanel() {
    const state = make('strong', { className: 'live-state' });
    const status = make('p', { className: 'live-verdict' }, state);
    status.setAttribute('role', 'status');
    const check = make('button', { type: 'button', className: 'live-check' },
        'Check');
    const copy = make('button', {
        type: 'button', className: 'live-copy', hidden: true,
    });
    const said = make('span', { className: 'live-status' });
    const why = make('pre', { className: 'live-output', hidden: true });
    why.tabIndex = 0;
    why.setAttribute('aria-label', 'What the check says');
    const usually = make('p', { className: 'live-usually', hidden: true });
    const picture = make('figure', { className: 'live-picture', hidden: true });
    const section = make('section', { className: 'live live-exercise' },
        status,
        make('div', { className: 'live-buttons' }, check, copy, said),
        why, usually, picture);
    section.setAttribute('aria-label', 'Your answer');
    document.querySelector('.content h1').after(section);

    let name = null;
    let drawn = null;
    check.addEventListener('click', async () => {
        const answer = await post(`/live/exercises/${name}/check`, {});
        if (answer.why) said.textContent = answer.why;
    });
    copy.addEventListener('click', async () => {
        await navigator.clipboard.writeText(copy.dataset.place);
        said.textContent = 'copied';
    });
    const hints = hintsOfPage((n) =>
        post(`/live/exercises/${name}/hint`, { hints: n }));
    const solution = solutionOfPage((anyway) =>
        post(`/live/exercises/${name}/solution`, { anyway }));

    const show = async (own) => {
        name = own.name;
        copy.dataset.place = `${own.file}:${own.line}`;
        copy.textContent = copy.dataset.place;
        copy.hidden = false;
        copy.title = 'Copy this place, for your editor';
        said.textContent = '';
        state.textContent = own.judging ? 'checking …'
            : own.said ?? (own.why ? 'cannot be checked' : 'changed');
        section.dataset.state = own.judging ? 'judging' : own.state ?? '';
        check.disabled = own.judging;

        const shipped = own.state === 'not-started' && own.as_shipped
            ? `As shipped, this is what becomes of it: ${own.as_shipped}.\n\n`
            : '';
        const printed = (own.printed ?? '').trim();
        const text = [own.warnings, shipped + (own.why ?? ''),
            printed && `It printed:\n\n${printed}`];
        why.textContent = text.filter(Boolean).join('\n\n');
        why.hidden = own.judging || why.textContent === '';
        usually.textContent = own.usually
            ? `Usually: ${own.usually.replaceAll('`', '')}` : '';
        usually.hidden = own.judging || !own.usually;
        hints.seen(own.hints);
        solution.due(own.solved || own.shown);

        const run = own.drawn && !own.judging ? own.why : null;
        if (run !== drawn) {
            drawn = run;
            picture.replaceChildren();
            picture.hidden = true;
            if (run) await draw(`/live/exercises/${name}/picture`, picture);
        }
    };
    const gone = () => { said.textContent = GONE; };
    return { show, gone };
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
// only on request.
function solutionOfPage(ask) {
    const all = [...document.querySelectorAll('.content details')];
    const place = all.find(
        (it) => it.querySelector('summary')?.textContent === 'The solution');
    if (!place) return { due() {} };
    const summary = place.querySelector('summary');
    const anyway = make('button', { type: 'button' }, 'Show it all the same');
    const request = make('p', { className: 'live' },
        'It is not solved yet. ', anyway);
    const text = make('pre', { className: 'live-output' });
    text.tabIndex = 0;
    text.setAttribute('aria-label', 'From your answer to ours');
    place.replaceChildren(summary, request);
    let isDue = false;

    const open = async (all_the_same) => {
        const answer = await ask(all_the_same);
        text.textContent = answer.solution ?? answer.why;
        place.replaceChildren(summary, text);
    };
    anyway.addEventListener('click', () => open(true));
    place.addEventListener('toggle', () => {
        if (place.open && isDue) open(false);
    });
    const due = (now) => {
        if (now && !isDue && place.open) open(false);
        isDue = now;
    };
    return { due };
}
