// Run: below every command of the page that starts a program of ours.
//
// The page asks for a program by name and for numbers; the reader knows what
// command that is. What comes back is text and is shown as text.
'use strict';

(async () => {
    const blocks = [...document.querySelectorAll('code.language-console')];
    const commands = blocks.flatMap((block) =>
        block.textContent
            .split('\n')
            .map((line) => ({ block, wanted: parse(line) }))
            .filter(({ wanted }) => wanted));
    if (commands.length === 0) return;

    const menu = await (await fetch('/live/menu')).json();
    for (const { block, wanted } of commands.reverse()) {
        const program = menu.programs.find(({ name }) => name === wanted.name);
        if (program) {
            const faults = program.faults ? menu.faults : [];
            const several = commands.some((other) =>
                other.block === block && other.wanted !== wanted);
            block.closest('pre').after(
                panel(program, faults, wanted.flags, several));
        }
    }
})();

// The program and the flags of `$ cargo run -p PACKAGE --bin STEP -- FLAGS`.
function parse(line) {
    const found = line.match(
        /^\$ cargo run -p ([\w-]+)(?: --bin ([\w-]+))?(?: -- (.*))?$/);
    if (!found) return null;
    const [, crawl, step, rest] = found;
    const flags = new Map();
    for (const [, name, value] of (rest ?? '').matchAll(/--(\S+) (\S+)/g)) {
        // What only the terminal can do is left to it.
        if (name === 'trace' || name === 'site') return null;
        flags.set(name, value);
    }
    return { name: step ?? crawl, flags };
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
            step: 1, placeholder: knob.default,
            value: flags.get(knob.name) ?? '', title: knob.meaning,
        });
        const unit = knob.unit === 'MS' ? ' (ms)'
            : knob.unit === 'SECONDS' ? ' (s)' : '';
        return make('label', {}, knob.name + unit, input);
    });
    const wanted = (flags.get('faults') ?? '').split(',');
    const boxes = faults.map((name) => make('label', {},
        make('input', {
            type: 'checkbox', name: 'fault', value: name,
            checked: wanted.includes(name) || wanted.includes('all'),
        }), name));

    const run = make('button', {
        type: 'submit', className: 'live-run', title: program.name,
    }, several ? `Run ${program.name}` : 'Run');
    const stop = make('button', { type: 'button', disabled: true }, 'Stop');
    const status = make('span', { className: 'live-status', role: 'status' });
    const settings = make('details', { className: 'live-knobs' },
        make('summary', {}, 'Settings'), make('div', {}, ...knobs));
    if (boxes.length > 0) {
        settings.append(make('fieldset', {},
            make('legend', {}, 'Faults'), ...boxes));
    }
    const output = make('pre', { className: 'live-output', hidden: true });
    output.tabIndex = 0;
    output.setAttribute('aria-label', `Output of ${program.name}`);
    const picture = make('figure', { className: 'live-picture', hidden: true });
    const form = make('form', { className: 'live' },
        make('div', { className: 'live-buttons' }, run, stop, status),
        settings, output, picture);
    form.dataset.program = program.name;

    let current = null;
    form.addEventListener('submit', async (event) => {
        event.preventDefault();
        run.disabled = true;
        output.textContent = '';
        output.hidden = false;
        picture.hidden = true;
        picture.replaceChildren();
        status.textContent = 'starting …';
        const started = await post('/live/runs', order(form, program.name));
        if (started.why) {
            status.textContent = started.why;
            run.disabled = false;
            return;
        }
        current = started.run;
        stop.disabled = false;
        status.textContent = 'runs';
        listen(current, output, status, async (how) => {
            status.textContent = how;
            stop.disabled = true;
            run.disabled = false;
            await draw(`/live/runs/${current}/picture`, picture);
            picture.querySelector('figcaption')?.append(' ', make('a', {
                href: `/live/runs/${current}/trace`, download: '',
                title: 'The same run, to open at ui.perfetto.dev',
            }, 'Save trace'));
        });
    });
    stop.addEventListener('click', () => {
        status.textContent = 'stopping …';
        post(`/live/runs/${current}/stop`, {});
    });
    return form;
}

// What the form asks for: only what differs from the default.
function order(form, program) {
    const knobs = {};
    const faults = [];
    for (const input of form.querySelectorAll('input')) {
        if (input.type === 'number' && input.value !== '') {
            knobs[input.name] = Number(input.value);
        } else if (input.type === 'checkbox' && input.checked) {
            faults.push(input.value);
        }
    }
    return { program, knobs, faults };
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

const GONE = 'The reader is gone. Start it again with `cargo run`.';
const REFUSED = 'Refused. Open the address that `cargo run` printed last.';

// Shows the output as it comes. The browser asks again where it left off if
// the connection is lost.
function listen(id, output, status, ended) {
    const source = new EventSource(`/live/runs/${id}/events`);
    source.addEventListener('output', (event) => {
        const text = JSON.parse(event.data);
        const atEnd = output.scrollTop + output.clientHeight
            >= output.scrollHeight - 8;
        output.append(plain(text));
        if (atEnd) output.scrollTop = output.scrollHeight;
        if (status.textContent === GONE) status.textContent = 'runs';
    });
    source.addEventListener('end', (event) => {
        source.close();
        ended(JSON.parse(event.data));
    });
    source.addEventListener('error', () => { status.textContent = GONE; });
}

// Without what is for terminals: escape sequences, and what remains of them if
// they came in two pieces.
function plain(text) {
    return text
        .replace(/\x1b\[[0-9;?]*[ -/]*[@-~]/g, '')
        .replace(/\x1b\][^\x07\x1b]*(\x07|\x1b\\)/g, '')
        .replace(/[\x00-\x08\x0b-\x1f\x7f]/g, '');
}

// The picture of the run. It is parsed as an image, not as a page.
async function draw(address, picture) {
    const answer = await fetch(address);
    if (!answer.ok) return;
    const text = await answer.text();
    const svg = new DOMParser().parseFromString(text, 'image/svg+xml');
    if (svg.querySelector('parsererror, script')) return;
    picture.append(document.importNode(svg.documentElement, true),
        make('figcaption', {}, 'The run you have just made.'));
    picture.hidden = false;
    // The book's own script lets it be zoomed.
    picture.dispatchEvent(new Event('drawn', { bubbles: true }));
}
