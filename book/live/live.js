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
            const own = panel(program, faults, wanted.flags, several);
            block.closest('pre').after(own.form);
            panels.push({ program: program.name, flags: wanted.flags, ...own });
        }
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

// Where a run belongs: of several commands with the same program, to the one
// with the most flags that are all among its own.
function panelOf(run, panels) {
    const own = panels.filter(({ program }) => program === run.program);
    if (own.length < 2) return own[0];
    const flags = flagsOf(run.flags.join(' '));
    const sorted = (value) => value?.split(',').sort().join();
    return own
        .filter((it) => [...it.flags].every(([name, value]) =>
            sorted(flags.get(name)) === sorted(value)))
        .sort((a, b) => b.flags.size - a.flags.size)[0];
}

// The program and the flags of `$ cargo run -p PACKAGE --bin STEP -- FLAGS`.
function parse(line) {
    const found = line.match(
        /^\$ cargo run -p ([\w-]+)(?: --bin ([\w-]+))?(?: -- (.*))?$/);
    if (!found) return null;
    const [, crawl, step, rest] = found;
    const flags = flagsOf(rest ?? '');
    // What only the terminal can do is left to it.
    if (flags.has('trace') || flags.has('site')) return null;
    return { name: step ?? crawl, flags };
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

// What stands below a command: knobs, Run, Stop, and what comes of it.
function panel(program, faults, flags, several) {
    const knobs = program.knobs.map((knob) => {
        const input = make('input', {
            type: 'number', name: knob.name, min: knob.least, max: knob.most,
            step: 1, placeholder: knob.default, title: knob.meaning,
        });
        const unit = knob.unit === 'MS' ? ' (ms)'
            : knob.unit === 'SECONDS' ? ' (s)' : '';
        return make('label', {}, knob.name + unit, input);
    });
    if (program.styles.length > 0) {
        const options = program.styles.map((name) =>
            make('option', { value: name }, name));
        const select = make('select', { name: 'style' }, ...options);
        knobs.push(make('label', {}, 'style', select));
    }
    const boxes = faults.map((name) => make('label', {},
        make('input', { type: 'checkbox', name: 'fault', value: name }), name));

    const run = make('button', {
        type: 'submit', className: 'live-run', title: program.name,
    }, several ? `Run ${program.name}` : 'Run');
    const stop = make('button', { type: 'button' }, 'Stop');
    const status = make('span', { className: 'live-status', role: 'status' });
    // Apart from the status, since nobody wants to hear every second.
    const clock = make('span', { className: 'live-clock', role: 'timer' });
    const settings = make('details', { className: 'live-knobs' },
        make('summary', {}, 'Settings'), make('div', {}, ...knobs));
    if (boxes.length > 0) {
        settings.append(make('fieldset', {},
            make('legend', {}, 'Faults'), ...boxes));
    }
    const before = make('p', { className: 'live-before', hidden: true },
        'The previous run:');
    const output = make('pre', { className: 'live-output', hidden: true });
    output.tabIndex = 0;
    output.setAttribute('aria-label', `Output of ${program.name}`);
    const picture = make('figure', { className: 'live-picture', hidden: true });
    const form = make('form', { className: 'live', noValidate: true },
        make('div', { className: 'live-buttons' }, run, stop, status, clock),
        settings, before, output, picture);
    form.dataset.program = program.name;
    setForm(form, flags);

    let current = null;
    let source = null;
    let going = false;
    let began = 0;
    let count = '';
    let ticking = null;
    // Not `disabled`: who is on a button would lose the place, and the next
    // arrow key would turn the page.
    const go = (is) => {
        going = is;
        run.setAttribute('aria-disabled', is);
        stop.setAttribute('aria-disabled', !is);
        clearInterval(ticking);
        ticking = is ? setInterval(tick, 1000) : null;
        count = '';
        tick();
    };
    const tick = () => {
        const seconds = Math.max(Math.floor((Date.now() - began) / 1000), 0);
        const parts = [count, seconds > 0 && `${seconds} s`].filter(Boolean);
        clock.textContent = going ? parts.join(' · ') : '';
    };
    go(false);

    // What is there stays until something new is, and says that it is old.
    const age = (is) => {
        before.hidden = !is || output.hidden;
        output.classList.toggle('live-old', is);
        agePicture(picture, is);
    };
    const follow = (id, since) => {
        source?.close();
        current = id;
        began = since;
        go(true);
        age(true);
        status.textContent = 'starting …';
        const text = document.createTextNode('');
        const renew = () => {
            if (text.isConnected) return;
            output.replaceChildren(text);
            output.hidden = before.hidden = true;
            output.classList.remove('live-old');
        };
        source = listen(id, status, {
            building(told) {
                status.textContent = 'building';
                count = told.replace(/^(\d+)\/(\d+)$/, '$1 of $2 crates');
                tick();
            },
            running(after) {
                status.textContent = 'runs';
                began = since + after;
                count = '';
                tick();
            },
            output(more) {
                renew();
                output.hidden = false;
                const atEnd = output.scrollTop + output.clientHeight
                    >= output.scrollHeight - 8;
                text.appendData(more);
                if (atEnd) output.scrollTop = output.scrollHeight;
            },
            async end({ how, drawn, staged }) {
                status.textContent = how;
                go(false);
                renew();
                if (drawn) {
                    const more = staged ? [theatre(id)] : [];
                    await draw(`/live/runs/${id}/picture`, picture, ...more);
                    picture.querySelector('figcaption')?.append(' ', make('a', {
                        href: `/live/runs/${id}/trace`, download: '',
                        title: 'The same run, to open at ui.perfetto.dev',
                    }, 'Save trace'));
                    // The next one may go on already.
                    agePicture(picture, current !== id);
                } else if (how !== 'does not compile') {
                    picture.hidden = true;
                    picture.replaceChildren();
                }
            },
            cut() { go(false); },
        });
    };
    form.addEventListener('submit', async (event) => {
        event.preventDefault();
        if (going) return;
        const wrong = [...form.elements].find((it) => !it.validity.valid);
        if (wrong) {
            // What is folded away can show no message.
            settings.open = true;
            wrong.setAttribute('aria-invalid', true);
            status.textContent = `${wrong.name} is a whole number `
                + `from ${wrong.min} to ${wrong.max}.`;
            wrong.reportValidity();
            return;
        }
        began = Date.now();
        go(true);
        status.textContent = 'starting …';
        const started = await post('/live/runs', order(form, program.name));
        if (started.why) {
            status.textContent = started.why;
            go(false);
            return;
        }
        follow(started.run, began);
    });
    form.addEventListener('input', ({ target }) => {
        if (!target.validity.valid) return;
        if (target.hasAttribute('aria-invalid')) status.textContent = '';
        target.removeAttribute('aria-invalid');
    });
    stop.addEventListener('click', () => {
        if (!going) return;
        status.textContent = 'stopping …';
        post(`/live/runs/${current}/stop`, {});
    });
    const restore = (last) => {
        const isCut = going && source?.readyState === EventSource.CLOSED;
        if (last.run === current ? !isCut : going && !isCut) return;
        if (current === null) setForm(form, flagsOf(last.flags.join(' ')));
        follow(last.run, Date.now() - last.ms);
    };
    return { form, restore };
}

// Sets the knobs and the faults to these flags, and the others to none.
function setForm(form, flags) {
    for (const select of form.querySelectorAll('.live-knobs select')) {
        select.value = flags.get(select.name) ?? select.options[0].value;
    }
    const faults = (flags.get('faults') ?? '').split(',');
    for (const input of form.querySelectorAll('.live-knobs input')) {
        if (input.type === 'number') input.value = flags.get(input.name) ?? '';
        else {
            input.checked =
                faults.includes(input.value) || faults.includes('all');
        }
    }
}

// What the form asks for: numbers only if they differ from the default.
function order(form, program) {
    const knobs = {};
    const faults = [];
    for (const input of form.querySelectorAll('.live-knobs input')) {
        if (input.type === 'number' && input.value !== '') {
            knobs[input.name] = Number(input.value);
        } else if (input.type === 'checkbox' && input.checked) {
            faults.push(input.value);
        }
    }
    const select = form.querySelector('.live-knobs select');
    return { program, knobs, faults, style: select?.value };
}

// The answer as JSON, or `why` there is none, in a sentence.
async function post(path, body) {
    try {
        const answer = await fetch(path, {
            method: 'POST', body: JSON.stringify(body),
        });
        const text = await answer.text();
        if (!answer.ok) return { why: text.startsWith('<') ? REFUSED : text };
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

// The picture of a run, and what belongs below it. It is parsed as an image, not
// as a page.
async function draw(address, picture, ...more) {
    // With the reader, its pictures are gone.
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok) return;
    const text = await answer.text();
    const svg = new DOMParser().parseFromString(text, 'image/svg+xml');
    if (svg.querySelector('parsererror, script')) return;
    picture.replaceChildren(document.importNode(svg.documentElement, true),
        make('figcaption', {}, make('span', {})), ...more);
    agePicture(picture, false);
    picture.hidden = false;
    // The book's own script lets it be zoomed.
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
        said.textContent = isOld ? 'The previous run.' : 'Your last run.';
    }
}
