// Run: below every command of the page that starts a program of ours.
//
// The page asks for a program by name and for numbers; the reader knows what
// command that is. What comes back is text and is shown as text.
'use strict';

(async () => {
    const blocks = [...document.querySelectorAll('code.language-console')];
    const commands = blocks.flatMap((block) =>
        block.textContent.replaceAll('\\\n', ' ')
            .split('\n')
            .map((line) => ({ block, wanted: parse(line) }))
            .filter(({ wanted }) => wanted));
    if (commands.length === 0) return;

    const menu = await (await fetch('/live/menu')).json();
    const panels = [];
    for (const { block, wanted } of commands.reverse()) {
        const program = menu.programs.find(({ name }) => name === wanted.name);
        if (program) {
            const faults = program.faults ? menu.faults : [];
            const several = commands.some((other) =>
                other.block === block && other.wanted !== wanted);
            const own = panel(program, faults, wanted, several,
                placeOfRun(block),
                block.closest('.start') ? 'Run it on this machine' : 'Run');
            block.closest('pre').after(own.shown);
            panels.push({ program: program.name, ...wanted, ...own });
        }
    }

    const first = document.querySelector('.live-run');
    if (first) {
        first.id = 'run';
        document.querySelector('.skip')?.after(
            make('a', { className: 'skip', href: '#run' }, 'Skip to Run'));
    }

    // What was run before is shown again: after a reload, and when somebody
    // comes back to this page or from another one that has run it.
    const restore = async () => {
        const answer = await fetch('/live/runs').catch(() => null);
        const runs = answer?.ok ? await answer.json() : [];
        for (const own of panels) {
            const last = runs.find((run) => panelOf(run, panels) === own);
            if (last) own.restore(last);
        }
    };
    addEventListener('pageshow', (event) => event.persisted && restore());
    document.addEventListener('visibilitychange', () =>
        document.hidden || restore());
    restore();
})();

// Where a run belongs: to a command with the same program, built in the same
// way, of which it has all flags. Of several, to one with the same values, and
// then to the one with the most flags.
function panelOf(run, panels) {
    const flags = flagsOf(run.flags.join(' '));
    const sorted = (value) => value.split(',').sort().join();
    const isAsTyped = (it) => [...it.flags].every(([name, value]) =>
        sorted(flags.get(name)) === sorted(value));
    return panels
        .filter((it) => it.program === run.program
            && it.release === run.release
            && [...it.flags.keys()].every((name) => flags.has(name)))
        .sort((a, b) => isAsTyped(b) - isAsTyped(a)
            || b.flags.size - a.flags.size)[0];
}

// The program and the flags of `$ cargo run -p PACKAGE --bin STEP -- FLAGS`,
// and whether it is built with `--release`.
function parse(line) {
    const found = line.match(new RegExp('^\\$ cargo run( --release)?'
        + ' -p ([\\w-]+)(?: --bin ([\\w-]+))?(?: -- (.*))?$'));
    if (!found) return null;
    const [, release, crawl, step, rest] = found;
    const flags = flagsOf(rest ?? '');
    // What only the terminal can do is left to it.
    if (flags.has('trace') || flags.has('site')) return null;
    return { name: step ?? crawl, flags, release: Boolean(release) };
}

function flagsOf(text) {
    const flags = text.matchAll(/--(\S+) (\S+)/g);
    return new Map([...flags].map(([, name, value]) => [name, value]));
}

// An element with properties and children.
function make(tag, properties, ...children) {
    const element = document.createElement(tag);
    Object.assign(element, properties);
    element.append(...children);
    return element;
}

// Says something in a place that is read out: once, however often it is said.
function speak(place, what) {
    if (place.textContent !== what) place.textContent = what;
}

// Where the run that the book shows stands on the page, if it is a run of this
// program: the reader's own takes its place.
function placeOfRun(block) {
    const command = block.closest('pre');
    const figure = document.querySelector('figure.recorded');
    const printed = document.querySelector('.printed:not(.live-printed)');
    const isIts = figure && command.nextElementSibling === figure;
    if (!isIts) return {};
    const theatre = document.querySelector('figure.recorded + .theatre');
    const all = [figure, theatre, printed].filter(Boolean);
    return { figure, theatre, printed, all };
}

// What stands below a command: Run, Stop, knobs, and what comes of it.
function panel(program, faults, { flags, release }, several, recorded = {},
    label = 'Run') {
    const run = make('button', {
        type: 'submit', className: 'live-run', title: program.name,
    }, several ? `Run ${program.name}` : label);
    const stop = make('button', { type: 'button' }, 'Stop');
    const status = make('span', { className: 'live-status', role: 'status' });
    const clock = clockOf();
    const settings = settingsOf(program, faults);
    const before = make('p', { className: 'live-before', hidden: true },
        'The previous run:');
    const output = make('pre', { className: 'live-output', hidden: true });
    output.tabIndex = 0;
    output.setAttribute('role', 'group');
    output.setAttribute('aria-label', `Output of ${program.name}`);
    // The text is folded if that of the book is: the picture says the same.
    const isFolded = recorded.printed?.matches('details') ?? false;
    const printed = make('details', {
        className: 'printed live-printed', hidden: true, open: !isFolded,
    }, make('summary', {}, 'What it printed'), before, output);
    if (recorded.printed?.dataset.look) {
        printed.dataset.look = recorded.printed.dataset.look;
    }
    const picture = make('figure', { className: 'live-picture', hidden: true });
    const comparison = comparisonOf();
    const next = make('p', { className: 'live-next', hidden: true });
    const form = make('form', { noValidate: true },
        make('div', { className: 'live-buttons' },
            run, stop, status, clock.shown), settings);
    const result = make('div', { className: 'live-result' },
        picture, printed, comparison.shown, next);
    form.dataset.program = program.name;
    setForm(form, flags);
    const shown = make('div', { className: 'live' }, form, result);

    let current = null;
    let source = null;
    let going = false;
    // Set while four others run, and this one waits for its turn.
    let queued = false;
    // Not `disabled`: who is on a button would lose the place, and the next
    // arrow key would turn the page.
    const go = (is) => {
        going = is;
        run.setAttribute('aria-disabled', is);
        stop.setAttribute('aria-disabled', !is);
        if (!is) clock.stop();
    };
    // What goes on, in a word; and whether it is good or bad, for a colour.
    const tell = (what, state = '') => {
        speak(status, what);
        status.dataset.state = state;
    };
    go(false);

    // What is there stays until something new is, and says that it is old.
    const age = (is) => {
        before.hidden = !is || output.hidden;
        output.classList.toggle('live-old', is);
        agePicture(picture, is);
    };
    // What the book says of its own run tells what to look for in this one.
    const claim = make('span', { className: 'live-claim' });
    const caption = recorded.figure?.querySelector('figcaption');
    if (caption) {
        claim.append('In the recorded run: ',
            ...caption.cloneNode(true).childNodes);
    }
    // The recorded run gives way to this one, and comes back with a button.
    const replace = (is) => {
        for (const it of recorded.all ?? []) it.hidden = is;
        claim.hidden = !is;
        back.textContent = is ? 'Show the recorded run' : 'Hide it again';
    };
    const back = make('button', { type: 'button' });
    back.addEventListener('click', () => replace(!recorded.figure.hidden));
    const recordedToo = recorded.figure ? [' ', back, claim] : [];
    // Shows the picture of a run that has ended, and what belongs to it.
    const show = async (id, flags, isStaged) => {
        const more = isStaged ? [theatre(id)] : [];
        const wasOpen = (picture.querySelector('.theatre')
            ?? recorded.theatre)?.open ?? false;
        const said = `Your run${flags ? `, ${flags}` : ''}.`;
        await draw(`/live/runs/${id}/picture`, picture, said, ...more);
        for (const fold of more) fold.open = wasOpen;
        comparison.add(id, flags);
        picture.querySelector('figcaption')?.append(' ', make('a', {
            href: `/live/runs/${id}/trace`, download: '',
            title: 'The same run, to open at ui.perfetto.dev',
        }, 'Save trace'), ...recordedToo);
        // The next one may go on already.
        agePicture(picture, current !== id);
    };
    const follow = (id, since, flags) => {
        source?.close();
        current = id;
        go(true);
        clock.start(since);
        age(true);
        next.hidden = true;
        tell('starting …', 'going');
        const text = document.createTextNode('');
        const renew = () => {
            if (text.isConnected) return;
            output.replaceChildren(text);
            output.hidden = before.hidden = true;
            output.classList.remove('live-old');
        };
        source = listen(id, status, {
            building(told) {
                const waits = told.startsWith('waits');
                tell(waits ? 'queued' : 'building', 'going');
                clock.tell(told.replace(/^(\d+)\/(\d+)$/, '$1 of $2 crates'));
            },
            running(after) {
                tell('runs', 'going');
                clock.start(since + after);
            },
            output(more) {
                renew();
                output.hidden = printed.hidden = false;
                const atEnd = output.scrollTop + output.clientHeight
                    >= output.scrollHeight - 8;
                // No picture says as much. Opened only at its end, it would be
                // laid out at once, and the page would stand still.
                if (text.length < LONG && text.length + more.length >= LONG) {
                    printed.open = true;
                }
                text.appendData(more);
                if (atEnd) output.scrollTop = output.scrollHeight;
            },
            async end({ how, ms, drawn, staged }) {
                tell(how, stateOf(how));
                go(false);
                const took = ms === null ? ''
                    : `after ${(ms / 1000).toFixed(ms < 10000 ? 2 : 0)} s`;
                clock.tell(took);
                renew();
                const isBuilt = how !== 'does not compile';
                if (drawn) {
                    // That of thousands of tasks takes seconds.
                    const tells = setTimeout(() => {
                        if (current === id && !going) {
                            clock.tell(`${took} · drawing the picture …`);
                        }
                    }, 300);
                    await show(id, flags, staged);
                    clearTimeout(tells);
                    if (current === id && !going) clock.tell(took);
                } else if (isBuilt) {
                    picture.hidden = true;
                    picture.replaceChildren();
                }
                if (current !== id) return;
                if (isBuilt) replace(true);
                // What went wrong is read without being asked for.
                if (how !== 'done' || !drawn) printed.open = true;
                if (text.length < LONG) {
                    printed.dispatchEvent(
                        new Event('printed', { bubbles: true }));
                }
                if (stateOf(how) !== 'bad') showNext(next, result);
            },
            cut() { go(false); },
        });
    };
    // Asks for a run. If four run already, it waits for its turn.
    const start = async (wanted) => {
        for (;;) {
            const started = await post('/live/runs', wanted);
            if (!started.isBusy || !going) return started;
            queued = true;
            tell('queued', 'going');
            clock.tell('four others run');
            await new Promise((ready) => setTimeout(ready, 1000));
            if (!queued) return { why: 'stopped' };
        }
    };
    form.addEventListener('submit', async (event) => {
        event.preventDefault();
        if (going) return;
        const wrong = [...form.elements].find((it) => !it.validity.valid);
        if (wrong) {
            // What is folded away can show no message.
            settings.open = true;
            wrong.setAttribute('aria-invalid', true);
            tell(`${wrong.name} is a whole number `
                + `from ${wrong.min} to ${wrong.max}.`, 'bad');
            clock.tell('');
            wrong.reportValidity();
            return;
        }
        const began = Date.now();
        go(true);
        clock.start(began);
        tell('starting …', 'going');
        const wanted = { ...order(form, program.name), release };
        const started = await start(wanted);
        queued = false;
        if (started.why) {
            tell(started.why, stateOf(started.why));
            go(false);
            clock.tell('');
            return;
        }
        follow(started.run, began, inWords(wanted));
    });
    form.addEventListener('input', ({ target }) => {
        if (!target.validity.valid) return;
        if (target.hasAttribute('aria-invalid')) tell('');
        target.removeAttribute('aria-invalid');
    });
    stop.addEventListener('click', () => {
        if (!going) return;
        if (queued) {
            queued = false;
            return;
        }
        tell('stopping …', 'going');
        post(`/live/runs/${current}/stop`, {});
    });
    const restore = (last) => {
        const isCut = going && source?.readyState === EventSource.CLOSED;
        if (last.run === current ? !isCut : going && !isCut) return;
        const flags = flagsOf(last.flags.join(' '));
        if (current === null) setForm(form, flags);
        follow(last.run, Date.now() - last.ms, last.flags.join(' '));
    };
    return { form, shown, restore };
}

// How long something has taken, and what else is told of it. It is apart from
// the status, since nobody wants to hear every second.
function clockOf() {
    const shown = make('span', { className: 'live-clock', role: 'timer' });
    let began = 0, told = '', ticking = null;
    const tick = () => {
        const seconds = ticking === null ? 0
            : Math.max(Math.floor((Date.now() - began) / 1000), 0);
        const parts = [told, seconds > 0 && `${seconds} s`].filter(Boolean);
        shown.textContent = parts.join(' · ');
    };
    const tell = (what) => {
        told = what;
        tick();
    };
    const stop = () => {
        clearInterval(ticking);
        ticking = null;
    };
    const start = (since) => {
        stop();
        began = since;
        ticking = setInterval(tick, 1000);
        tell('');
    };
    return { shown, start, tell, stop };
}

// The latest run and the one before, on one axis: drawn when it is asked for.
function comparisonOf() {
    const both = make('figure', {});
    const shown = make('details', { className: 'live-kept', hidden: true },
        make('summary', {}, 'Beside the run before'), both);
    let latest = null;
    const compare = async () => {
        if (!shown.open || !latest?.before) return;
        const { id, flags, before } = latest;
        const said = (it) => it || 'nothing set';
        await draw(`/live/runs/${id}/picture?with=${before.id}`, both,
            `Above: ${said(before.flags)}. Below: ${said(flags)}.`);
    };
    shown.addEventListener('toggle', compare);
    const add = (id, flags) => {
        if (latest?.id !== id) {
            // Of those before, one is enough.
            if (latest) latest.before = null;
            latest = { id, flags, before: latest };
        }
        shown.hidden = !latest.before;
        compare();
    };
    return { shown, add };
}

// The flags of an order, as they would be typed.
function inWords({ knobs, faults, style }) {
    const flags = Object.entries(knobs).map((it) => `--${it.join(' ')}`);
    if (faults.length > 0) flags.push(`--faults ${faults.join(',')}`);
    if (style) flags.push(`--style ${style}`);
    return flags.join(' ');
}

// How a run that ended so is shown. To stop one is the reader's own decision,
// and no failure.
function stateOf(how) {
    return { done: 'good', stopped: '' }[how] ?? 'bad';
}

// How many characters of output are long.
const LONG = 50000;

// After a run: what comes next on this page, and the next page.
function showNext(place, result) {
    const heading = [...document.querySelectorAll('.content h2[id]')].find(
        (it) => result.compareDocumentPosition(it)
            & Node.DOCUMENT_POSITION_FOLLOWING);
    const page = document.querySelector('a.next[rel~=next]');
    const links = [...document.querySelectorAll('.sidebar a')];
    const to = page && links.find(({ href }) => href === page.href);
    const said = ['Next: '];
    if (heading) {
        said.push(make('a', { href: `#${heading.id}` },
            heading.textContent.trim()), ', below');
    }
    if (page) {
        said.push(heading ? '; then ' : '', make('a', { href: page.href },
            titleOf(to) || 'the next page'));
    }
    if (said.length > 1) place.replaceChildren(...said, '.');
    place.hidden = said.length === 1;
}

// The answer as JSON, or `why` there is none, in a sentence.
async function post(path, body) {
    try {
        const answer = await fetch(path, {
            method: 'POST', body: JSON.stringify(body),
        });
        const text = await answer.text();
        if (!answer.ok) {
            return {
                why: text.startsWith('<') ? REFUSED : text,
                isBusy: answer.status === 429,
            };
        }
        return text === '' ? {} : JSON.parse(text);
    } catch {
        return { why: GONE };
    }
}

const GONE = 'The reader is gone. Start it again: cargo run';
const REFUSED = 'Refused. Open the address that cargo run printed last.';

// Tells of a run as it goes. The browser asks again where it left off if the
// connection is lost.
function listen(id, status, told) {
    const source = new EventSource(`/live/runs/${id}/events`);
    let was = null;
    for (const name of ['building', 'running', 'output', 'end']) {
        source.addEventListener(name, (event) => {
            if (was !== null) status.textContent = was;
            was = null;
            if (name === 'end') source.close();
            told[name](JSON.parse(event.data));
        });
    }
    source.addEventListener('error', () => {
        was ??= status.textContent;
        // If there is an answer, it is another start's, which knows nothing of
        // this run.
        const isRefused = source.readyState === EventSource.CLOSED;
        status.textContent = isRefused ? REFUSED : GONE;
        if (isRefused) told.cut();
    });
    return source;
}

// The picture of a run, what is said of it, and what belongs below it. It is
// parsed as an image, not as a page.
async function draw(address, picture, said = 'Your last run.', ...more) {
    // With the reader, its pictures are gone.
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok) return;
    const text = await answer.text();
    const svg = new DOMParser().parseFromString(text, 'image/svg+xml');
    if (svg.querySelector('parsererror, script')) return;
    const caption = make('span', {}, said);
    caption.dataset.said = said;
    picture.replaceChildren(document.importNode(svg.documentElement, true),
        make('figcaption', {}, caption), ...more);
    agePicture(picture, false);
    picture.hidden = false;
    // The book's own script lets it be zoomed; not in the same turn, in which
    // nothing else on the page moves.
    await new Promise((ready) => setTimeout(ready));
    picture.dispatchEvent(new Event('drawn', { bubbles: true }));
}

// Where a run can be looked at one event at a time. The book's own script does
// that when it is opened.
function theatre(id) {
    const fold = make('details', { className: 'theatre' },
        make('summary', {}, 'Step through this run'));
    fold.dataset.theatre = `/live/runs/${id}/theatre`;
    return fold;
}

// Says whether a picture is that of the last run, or of the one before.
function agePicture(picture, isOld) {
    picture.classList.toggle('live-old', isOld);
    const said = picture.querySelector('figcaption > span');
    if (said) {
        said.textContent = isOld ? 'The previous run.' : said.dataset.said;
    }
}
