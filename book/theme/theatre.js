// The theatre: a run, one event at a time, forwards and backwards.
//
// What is played is what happened. A recording says how each event has changed
// the state of the scheduler, so the state at any event is known, and to go
// back is no harder than to go on. Without this script there is the table of
// the events.
'use strict';

(() => {
    // A row of the list, in pixels. The most chips that move, and that are
    // shown of a queue; twice as many of what has ended; more of what waits.
    const ROW = 28, MOST_MOVING = 80, MOST = 12, MOST_WAITING = 60;
    const PACES = [1, 3, 10];
    const KEYS = '← → one event, with Shift of the same lane; '
        + 'Home, End; Space plays, Esc closes';
    const isStill = matchMedia('(prefers-reduced-motion: reduce)');

    const make = (tag, properties, ...children) => {
        const element = Object.assign(
            document.createElement(tag), properties);
        element.append(...children.filter((it) => it !== null));
        return element;
    };
    const small = (text, kind) => text
        ? make('small', { className: kind ? `theatre-${kind}` : '' }, text)
        : null;
    // Its name is its title: a sign says nothing to those who hear it.
    const button = (sign, title, act) => {
        const it = make('button', { type: 'button', title },
            make('span', { ariaHidden: true }, sign));
        it.addEventListener('click', act);
        return it;
    };
    const turn = () => new Promise((go) => setTimeout(go));
    const clamp = (n, least, most) => Math.min(Math.max(n, least), most);
    const ms = (ns) => `${(ns / 1e6).toFixed(2)} ms`;
    const format = (ns) => ns < 1e6 ? `${(ns / 1e3).toFixed(0)} µs`
        : ns < 1e9 ? `${(ns / 1e6).toFixed(1)} ms`
            : `${(ns / 1e9).toFixed(2)} s`;

    // A recorded run with what is known at each of its events.
    function follow(run) {
        let now = { runs: [], queues: [], sockets: [], timers: [] };
        const histories = run.lanes.map(() => []);
        const paused = [];
        let code = [0, 1];
        const states = run.events.map(({ lane, line, about, ...event }, at) => {
            const { lanes = [], ...changed } = event.now ?? {};
            // What does not change is shared with the state before.
            now = { ...now, ...changed };
            for (const [lane, status, what, until, kept] of lanes) {
                histories[lane].push({ at, lane, status, what, until, kept });
            }
            // What goes on does so where it paused, not where it was woken.
            if (line && !about?.queue) paused[lane] = line;
            code = line ?? paused[lane] ?? code;
            const mark = line ? 'here' : paused[lane] ? 'paused' : 'none';
            return { ...now, code, mark };
        });
        const hosts = new Set(states.flatMap(({ runs }) =>
            runs.map(([thread]) => run.threads[thread])));
        // All lanes that have begun, as they are at an event.
        const lanesAt = (event) => histories.flatMap((history, lane) =>
            run.lanes[lane].kind === 'site' ? []
                : history.findLast(({ at }) => at <= event) ?? []);
        return { ...run, states, hosts, lanesAt };
    }

    // What the boxes hold at an event.
    function sortLanes({ states, threads, hosts, lanesAt, ...run }, at) {
        const { runs, queues, sockets, timers } = states[at];
        const lanes = lanesAt(at);
        const of = (status) => lanes.filter((it) =>
            it.status === status && !hosts.has(it.lane));
        // On which threads which lanes run; the innermost is last.
        const stacks = new Map(runs.map(([n, stack]) => [threads[n], stack]));
        const inside = new Set([...stacks.values()].flat());
        const alone = of('runs').filter(({ lane }) => !inside.has(lane));
        const hosting = lanes
            .filter(({ lane, status }) => hosts.has(lane) && status !== 'ended')
            .map((it) => ({ ...it, stack: stacks.get(it.lane) ?? [] }));
        // What is waited for; and what else would wake something.
        const waiting = of('waits').map((it) =>
            ({ ...it, why: it.what ? [it.what] : [] }));
        const waits = new Map(waiting.map((it) => [it.lane, it]));
        const left = [];
        for (const [name, waiters] of sockets) {
            for (const [way, lane] of waiters) {
                const why = waits.get(lane)?.why ?? left;
                const what = way === 'read' ? 'bytes' : 'room for bytes';
                const text = `${what} on ${name}`;
                if (!why.includes(text)) why.push(text);
            }
        }
        for (const [name, due, lane] of timers) {
            const it = waits.get(lane);
            if (it) it.until = Math.min(it.until ?? due, due);
            else left.push(`${name}, due ${format(due)}`);
        }
        // Those with a time come first, as they will be woken; then kind by
        // kind, and the threads last.
        const time = ({ until }) => until ?? Number.MAX_VALUE;
        const kinds = [...new Set(run.lanes.map(({ kind }) => kind)), 'thread'];
        const kind = ({ lane }) => kinds.lastIndexOf(run.lanes[lane].kind);
        const inOrder = (a, b) => kind(a) - kind(b) || a.lane - b.lane;
        waiting.sort((a, b) => time(a) - time(b) || inOrder(a, b));
        // Of many that have ended, the latest.
        const others = ['new', 'idle', 'ended'].map((name) => {
            const group = of(name).sort((a, b) => b.at - a.at);
            const latest = group.slice(0, 2 * MOST).sort(inOrder);
            return { name, latest, count: group.length };
        }).filter(({ count }) => count > 0);
        return { hosting, alone, queues, waiting, left, others };
    }

    // The state as boxes. What stands for a lane moves from one to another.
    function boxesOf(run) {
        const box = (name) => {
            const title = make('div', { className: 'theatre-title' }, name);
            const list = make('ul', { ariaLabel: name });
            const fill = (items, count) => {
                const many = count === undefined ? '' : `: ${count || 'none'}`;
                title.textContent = name + many;
                list.replaceChildren(...items);
            };
            return { whole: make('section', {}, title, list), fill };
        };
        const [runs, ready, waits, rest] =
            ['Runs', 'Ready', 'Waits', 'Others'].map(box);
        const element = make('div', {
            // The colours are those of the picture.
            className: 'theatre-boxes lanes-svg', tabIndex: 0,
            role: 'group', ariaLabel: 'The state',
        }, runs.whole, ready.whole, waits.whole, rest.whole);
        const item = (...parts) => make('li', {}, ...parts);

        const chips = run.lanes.map(({ name, hue }) => {
            const it = make('span', {}, make('span', {}, name));
            return { it, hue: hue ? ` lanes-${hue}` : '' };
        });
        let taken = new Set();
        function chip(lane, status, event) {
            let { it, hue } = chips[lane];
            // One that runs may stand in a queue already.
            if (taken.has(lane)) it = it.cloneNode(true);
            taken.add(lane);
            it.className = `theatre-chip theatre-${status}${hue}`
                + (lane === run.events[event].lane ? ' theatre-this' : '');
            return it;
        }

        function fill(event) {
            taken = new Set();
            const now = run.events[event].at;
            const { hosting, alone, queues, waiting, left, others } =
                sortLanes(run, event);
            const inIt = (status) => (lane) => chip(lane, status, event);
            const doing = ({ status, what }) => ({
                waits: `waits for ${what ?? 'a task'}`,
                runs: 'runs its own code',
            })[status] ?? `is ${status}`;
            const running = hosting.map(({ lane, stack, ...own }) => item(
                make('b', {}, run.lanes[lane].name),
                ...stack.map(inIt('runs')),
                stack.length > 0 ? null : small(doing(own))));
            if (alone.length > 0) {
                running.push(item(
                    ...alone.map(({ lane }) => chip(lane, 'runs', event))));
            }
            runs.fill(running);
            const count = queues.reduce((n, [, queue]) => n + queue.length, 0);
            ready.fill(queues.map(([name, queue]) => {
                // Of a long one, both ends.
                const left = queue.length - MOST - 1;
                const first = left > 0 ? queue.slice(0, MOST) : queue;
                const order = {
                    ready: 'next:',
                    unordered: 'in an order that tokio does not tell:',
                };
                return item(
                    small(order[name] ?? `${name}, next:`),
                    ...first.map(inIt('ready')),
                    ...left <= 0 ? [] : [small(name === 'unordered'
                        ? `${left} others, and` : `and ${left} more, last:`),
                        chip(queue.at(-1), 'ready', event)]);
            }), count);
            const when = (until, why) => !until ? null : until < now
                ? small(`late: due ${format(now - until)} ago`, 'late')
                : small(`until ${format(until)}`
                    + (why.length > 0 ? '' : `, in ${format(until - now)}`));
            // Of many, those that are woken first, and the one it is about.
            const own = run.events[event].lane;
            const seen = waiting.filter(({ lane }, n) =>
                n < MOST_WAITING || lane === own);
            const more = waiting.length - seen.length;
            waits.fill([
                ...seen.map(({ lane, why, until, kept }) => item(
                    chip(lane, 'waits', event), small(why.join(', ')),
                    when(until, why),
                    small(kept?.replace(/^(in|on) an? /, ''), 'kept'))),
                ...more === 0 ? [] : [item(small(`and ${more} more`))],
                ...left.length === 0 ? [] : [item(small('still registered: '
                    + left.slice(0, 4).join('; ')
                    + (left.length > 4 ? '; …' : '')))],
            ], waiting.length);
            rest.fill(others.map(({ name, latest, count }) => item(
                small(`${name}: ${count}`),
                ...latest.map(({ lane }) => chip(lane, name, event)),
                count > latest.length ? small('…') : null)));
        }

        // For so many milliseconds, what has another place now moves there.
        function show(event, duration) {
            const placed = () => duration === 0 ? [] : chips.flatMap(({ it }) =>
                it.isConnected ? [[it, it.getBoundingClientRect()]] : []);
            const before = new Map(placed());
            fill(event);
            if (before.size > MOST_MOVING) return;
            for (const [it, { x, y }] of placed()) {
                const from = before.get(it);
                if (!from || from.x === x && from.y === y) continue;
                const by = `translate(${from.x - x}px, ${from.y - y}px)`;
                it.animate([{ transform: by }, { transform: 'none' }],
                    { duration, easing: 'ease-out' });
            }
        }
        return { element, show };
    }

    // The listing, of one file or another.
    function listingOf({ files, states }) {
        const name = make('div', { className: 'theatre-path' });
        const text = make('pre', { className: 'theatre-listing',
            tabIndex: 0, role: 'group', ariaLabel: 'The listing' });
        const mark = make('div', {});
        const element =
            make('div', { className: 'theatre-code' }, name, text);
        let shown = null;

        // Its numbers and its lines, made when they are first needed.
        const made = [];
        const read = (file) => made[file] ??= [files[file].text ?? '']
            .filter((code) => code !== '')
            .flatMap((code) => {
                const lines = make('code',
                    { className: 'language-rust' }, code);
                window.hljs?.highlightBlock(lines);
                const count = code.trimEnd().split('\n').length;
                const numbers = Array.from({ length: count }, (_, n) => n + 1);
                return [make('span', { className: 'theatre-numbers',
                    ariaHidden: true }, numbers.join('\n')), lines];
            });

        function show(event) {
            const { code: [file, line], mark: kind } = states[event];
            const parts = read(file);
            if (shown !== file) text.replaceChildren(...parts, mark);
            shown = file;
            name.title = files[file].path + (kind === 'none' ? '' : `:${line}`);
            name.textContent = name.title.split('/').pop()
                + (parts.length > 0 ? '' : ' (its text has changed since)');
            mark.className = 'theatre-mark '
                + `theatre-${parts.length > 0 ? kind : 'none'}`;
            mark.style.top = `calc(${line - 1} * 1lh + var(--above))`;
            // Never the page, as scrollIntoView would.
            text.scrollTop = mark.offsetTop - text.clientHeight / 2;
        }
        return { element, show };
    }

    // All events. Only the rows that can be seen are there.
    function listOf({ events, lanes, files, states }, choose) {
        const cells = (tag, texts) => texts.map((text) =>
            make(tag, { title: text }, text));
        const head = ['Time', 'Who', 'What happened', 'Line'];
        const rows = make('tbody', {});
        const table = make('table', { },
            make('thead', {}, make('tr', {}, ...cells('th', head))), rows);
        table.setAttribute('aria-rowcount', events.length + 1);
        const element = make('div', { className: 'theatre-list', tabIndex: 0,
            role: 'group', ariaLabel: 'All events' }, table);
        let current = 0;
        // The first row that is there, and how many of them.
        let made = [];

        function row(event) {
            const { at, lane, says } = events[event];
            const { code: [file, line], mark } = states[event];
            // The first file is the program's own.
            const where = mark !== 'here' ? ''
                : file === 0 ? `line ${line}`
                : `${files[file].path.split('/').pop()}:${line}`;
            const it = make('tr', { ariaRowIndex: event + 2 }, ...cells('td',
                [ms(at), lanes[lane].name, says, where]));
            it.dataset.event = event;
            if (event === current) it.ariaCurrent = 'true';
            return it;
        }
        function wanted() {
            const { scrollTop, clientHeight } = element;
            const count = Math.ceil(clientHeight / ROW) + 8;
            const from = clamp(Math.floor(scrollTop / ROW) - 4, 0,
                Math.max(events.length - count, 0));
            return [from, count];
        }
        function fill() {
            const [from, count] = wanted();
            made = [from, count];
            const seen = events.slice(from, from + count);
            rows.replaceChildren(...seen.map((_, n) => row(from + n)));
            const below = events.length - from - seen.length;
            table.style.marginBlock = `${from * ROW}px ${below * ROW}px`;
        }
        // `show` has filled it already for where it scrolled to.
        element.addEventListener('scroll', () => {
            if (wanted().some((it, n) => it !== made[n])) fill();
        });
        element.addEventListener('click', ({ target }) => {
            const row = target.closest('[data-event]');
            if (row) choose(Number(row.dataset.event));
        });

        function show(event) {
            current = event;
            const above = event * ROW - element.scrollTop;
            const seen = element.clientHeight - 2 * ROW;
            if (above < 0 || above > seen) {
                element.scrollTop += above - seen / 2;
            }
            fill();
        }
        return { element, show };
    }

    // Buttons that lead to the next event, or the one before, of the same lane,
    // or about the same.
    function jumpsOf({ events, lanes }, choose) {
        const subjects = {
            lane: ({ lane }) => lane,
            socket: ({ about }) => about?.socket ?? about?.timer,
            queue: ({ about }) => about?.queue,
        };
        let current = 0;
        function neighbour(kind, way) {
            const subject = subjects[kind];
            const about = subject(events[current]);
            if (about === undefined) return -1;
            let at = current + way;
            while (at in events && subject(events[at]) !== about) at += way;
            return at in events ? at : -1;
        }
        function jump(kind, way) {
            const event = neighbour(kind, way);
            if (event !== -1) choose(event);
        }
        function jumpOf(kind) {
            const name = make('span', {});
            const ways = [['‹', 'Previous', -1], ['›', 'Next', 1]];
            const both = ways.map(([sign, , way]) =>
                button(sign, '', () => jump(kind, way)));
            const renew = () => {
                const about = subjects[kind](events[current]);
                name.textContent = about === undefined ? `no ${kind}`
                    : kind === 'lane' ? lanes[about].name : about;
                for (const [n, [, which, way]] of ways.entries()) {
                    both[n].title = `${which} event of ${name.textContent}`;
                    both[n].ariaDisabled = neighbour(kind, way) === -1;
                }
            };
            const it = make('span', { className: 'theatre-jump' },
                both[0], name, both[1]);
            return { it, renew };
        }
        const all = Object.keys(subjects).filter((kind) =>
            events.some((it) => subjects[kind](it) !== undefined)).map(jumpOf);
        const element = make('div', { className: 'theatre-jumps' },
            small('Other events of'), ...all.map(({ it }) => it));
        const show = (event) => {
            current = event;
            all.forEach(({ renew }) => renew());
        };
        return { element, show, jump };
    }

    // All of it, in the order in which it is read.
    function stage(details, run) {
        const { events, lanes } = run;
        const last = events.length - 1;
        let current = 0;
        let playing = null;

        const play = button('', '', () => playing ? pause() : start());
        play.className = 'theatre-play';
        const pace = make('select', { ariaLabel: 'Pace' },
            ...PACES.map((n) => make('option',
                { value: 1000 / n, selected: n === 3 }, `${n} a second`)));
        const place = make('span', { className: 'theatre-place' });
        const along = make('input', { type: 'range', min: 0, max: last,
            ariaLabel: 'Event', className: 'theatre-along' });
        along.addEventListener('input', () => step(Number(along.value)));
        const says = make('p', { className: 'theatre-says', role: 'status' });
        const boxes = boxesOf(run);
        const listing = listingOf(run);
        const jumps = jumpsOf(run, step);
        const list = listOf(run, step);
        const picture = make('figure', {});
        const all = make('div', { className: 'theatre-stage', tabIndex: -1,
            role: 'group', ariaLabel: 'The run, one event at a time' },
            make('div', { className: 'theatre-bar' },
                button('|◀', 'First event', () => step(0)),
                button('◀', 'One event back', () => step(current - 1)),
                play,
                button('▶', 'One event on', () => step(current + 1)),
                button('▶|', 'Last event', () => step(last)),
                pace, small(KEYS, 'keys'), place),
            along, says, jumps.element,
            make('div', { className: 'theatre-columns' },
                boxes.element, listing.element),
            picture, list.element);

        function show(event, duration) {
            current = clamp(event, 0, last);
            const { at, says: sentence } = events[current];
            // First, as it asks where it is, and that is still known.
            list.show(current);
            place.textContent =
                `event ${current + 1} of ${last + 1} · ${ms(at)}`;
            along.value = current;
            along.ariaValueText = place.textContent;
            says.textContent = sentence;
            jumps.show(current);
            boxes.show(current, isStill.matches ? 0 : duration);
            timeline()?.mark(at / 1000);
            // Last, as it asks where its mark is: all is laid out for that.
            listing.show(current);
        }

        function close() {
            details.open = false;
            details.querySelector('summary').focus();
        }

        // By hand: then it is spoken.
        function step(event) {
            pause();
            show(event, Math.abs(event - current) === 1 ? 250 : 0);
        }
        function start() {
            if (current === last) show(0, 0);
            const next = () => {
                show(current + 1, Math.min(pace.value * 0.7, 300));
                if (current === last || !all.isConnected) pause();
                else playing = setTimeout(next, pace.value);
            };
            playing = setTimeout(next, pace.value);
            renew();
        }
        function pause() {
            clearTimeout(playing);
            playing = null;
            renew();
        }
        function renew() {
            play.textContent = playing ? 'Pause' : 'Play';
            says.ariaLive = playing ? 'off' : 'polite';
        }

        all.addEventListener('keydown', (event) => {
            const { key, shiftKey, target } = event;
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            if (target.closest('select, pre, svg')) return;
            const way = { ArrowLeft: -1, ArrowRight: 1 }[key];
            if (way && shiftKey) jumps.jump('lane', way);
            else if (way) step(current + way);
            else if (key === 'Home') step(0);
            else if (key === 'End') step(last);
            else if (key === ' ' && !target.matches('button')) play.click();
            else if (key === 'Enter' && target === along) play.click();
            else if (key === 'Escape') close();
            else return;
            event.preventDefault();
        });

        // The picture is here as long as the theatre is open. It is that above,
        // or this belongs to it.
        const figure = details.closest('figure')
            ?? details.previousElementSibling?.closest('figure');
        const timeline = () => picture.querySelector('svg')?.timeline;
        const look = async () => {
            if (details.open) {
                const parts = [...figure?.childNodes ?? []];
                picture.append(...parts.filter((it) => it !== details));
                await turn();
                if (details.open) show(current, 0);
                return;
            }
            pause();
            timeline()?.mark(null);
            figure?.prepend(...picture.childNodes);
        };
        // A place in it is a time, and a lane, if it is in one.
        picture.addEventListener('moment', ({ detail: { time, name } }) => {
            const lane = lanes.findIndex((it) => it.name === name);
            const found = events.findLastIndex((event) =>
                event.at <= time * 1000
                && (lane === -1 || event.lane === lane));
            step(Math.max(found, 0));
        });
        details.addEventListener('toggle', look);
        details.querySelector('summary + p').after(all);
        pause();
        look();
    }

    async function enter(details) {
        const status = make('p', { role: 'status' }, 'Opening …');
        details.querySelector('summary').after(status);
        try {
            const answer = await fetch(details.dataset.theatre);
            if (!answer.ok) throw new Error(answer.statusText);
            const told = await answer.json();
            // In turns, between which the page can do other things.
            await turn();
            const run = follow(told);
            await turn();
            status.textContent = run.left ?? '';
            stage(details, run);
        } catch (why) {
            status.textContent = `It cannot be shown: ${why.message}.`;
        }
    }

    // The live reader makes others, for the runs just made. (This event does
    // not bubble.)
    const entered = new WeakSet();
    document.addEventListener('toggle', ({ target }) => {
        if (!target.matches('details.theatre') || entered.has(target)) return;
        entered.add(target);
        enter(target);
    }, true);
})();
