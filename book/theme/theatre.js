// The theatre: a run, one event at a time, forwards and backwards.
//
// What is played is what happened. A recording says how each event has changed
// the state of the scheduler, so the state at any event is known, and to go
// back is no harder than to go on. Without this script there is the table of
// the events.
'use strict';

(() => {
    // A row of the list, in pixels. The most chips that move, and that are
    // shown of those that have ended, or of a queue.
    const ROW = 28, MOST_MOVING = 80, LATEST = 12;
    const PACES = [1, 3, 10];
    const KEYS = '← → one event · Shift + ← → of the same lane · '
        + 'Home, End · Space plays';
    const isStill = matchMedia('(prefers-reduced-motion: reduce)');

    const make = (tag, properties, ...children) => {
        const element = Object.assign(
            document.createElement(tag), properties);
        element.append(...children.filter((it) => it !== null));
        return element;
    };
    const clamp = (n, least, most) => Math.min(Math.max(n, least), most);
    const format = (ns) => ns < 1e6 ? `${(ns / 1e3).toFixed(0)} µs`
        : ns < 1e9 ? `${(ns / 1e6).toFixed(1)} ms`
            : `${(ns / 1e9).toFixed(2)} s`;
    const ms = (ns) => `${(ns / 1e6).toFixed(2)} ms`;
    const nameOf = (path) => path.split('/').pop();

    // A recorded run with the state at each of its events.
    function follow(run) {
        let now = { runs: [], queues: [], sockets: [], timers: [] };
        const histories = run.lanes.map(() => []);
        const lines = [];
        let before = [0, 1];
        const states = run.events.map((event, at) => {
            const { lane, line, about } = event;
            const { lanes = [], ...changed } = event.now ?? {};
            // What does not change is shared with the state before.
            now = { ...now, ...changed };
            for (const [lane, status, what, until, kept] of lanes) {
                histories[lane].push({ at, status, what, until, kept });
            }
            // What goes on does so where it paused, not where it was woken.
            if (line && !about?.queue) lines[lane] = line;
            before = line ?? lines[lane] ?? before;
            const mark = line ? 'here' : lines[lane] ? 'paused' : 'none';
            return { ...now, code: before, mark };
        });
        // What a lane does at an event; nothing, if it has not begun.
        const lane = (lane, at) =>
            histories[lane].findLast((change) => change.at <= at);
        return { ...run, states, lane };
    }

    function stage(details, run) {
        const { events, lanes, states, files } = run;
        const last = events.length - 1;
        const isExecutor = new Set(states.flatMap(({ runs }) =>
            runs.map(([thread]) => run.threads[thread])));
        // It is below its picture, or among what belongs to that.
        const figure = details.closest('figure')
            ?? details.previousElementSibling.closest('figure');
        const timeline = () => picture.querySelector('svg')?.timeline;
        let current = -1;
        let playing = null;

        // Controls.
        const button = (text, label, act) => {
            const it = make('button',
                { type: 'button', ariaLabel: label, title: label }, text);
            it.addEventListener('click', act);
            return it;
        };
        const play = button('', '', () => playing ? pause() : start());
        play.className = 'theatre-play';
        const pace = make('select', { ariaLabel: 'Pace' },
            ...PACES.map((n) => make('option',
                { value: 1000 / n, selected: n === 3 }, `${n} a second`)));
        const place = make('span', { className: 'theatre-place' });
        const along = make('input', { type: 'range', min: 0, max: last,
            ariaLabel: 'Event', className: 'theatre-along' });
        along.addEventListener('input', () => step(Number(along.value)));
        const jumps = [['lane', 'lane'], ['source', 'socket'],
            ['queue', 'queue']].map(([key, kind]) => jump(key, kind));
        const bar = make('div', { className: 'theatre-bar' },
            button('|◀', 'First event', () => step(0)),
            button('◀', 'One event back', () => step(current - 1)),
            play,
            button('▶', 'One event on', () => step(current + 1)),
            button('▶|', 'Last event', () => step(last)),
            pace, place);

        // What is to be seen.
        const says = make('p', { className: 'theatre-says', role: 'status' });
        const path = make('div', { className: 'theatre-path' });
        const listing = make('pre', { className: 'theatre-listing',
            tabIndex: 0, ariaLabel: 'The listing' });
        const mark = make('div', { className: 'theatre-mark' });
        const box = (name) => {
            const list = make('ul', { ariaLabel: name });
            const title = make('div', { className: 'theatre-title' }, name);
            return { whole: make('section', {}, title, list), title, list };
        };
        const [runs, ready, waits, rest] =
            ['Runs', 'Ready', 'Waits', 'The others'].map(box);
        const boxes = make('div', {
            // The colours are those of the picture.
            className: 'theatre-boxes lanes-svg', tabIndex: 0,
            role: 'group', ariaLabel: 'The state',
        }, runs.whole, ready.whole, waits.whole, rest.whole);
        const picture = make('figure', {});
        const rows = make('tbody', {});
        const table = make('table', {}, make('thead', {}, make('tr', {},
            ...['Time', 'Who', 'What happened', 'Line'].map((text) =>
                make('th', {}, text)))), rows);
        table.setAttribute('aria-rowcount', events.length + 1);
        const list = make('div', { className: 'theatre-list', tabIndex: 0,
            role: 'group', ariaLabel: 'All events' }, table);
        const all = make('div', { className: 'theatre-stage', tabIndex: -1,
            role: 'group', ariaLabel: 'The run, one event at a time' },
            bar, along, says,
            make('div', { className: 'theatre-jumps' }, ...jumps),
            make('div', { className: 'theatre-columns' }, boxes,
                make('div', { className: 'theatre-code' }, path, listing)),
            picture, list, make('p', { className: 'theatre-keys' }, KEYS));
        // Buttons to the neighbours of an event that are about the same.
        function jump(key, kind) {
            const name = make('span', {});
            const by = (way) => button(way < 0 ? '‹' : '›', '', () => {
                const found = neighbour(key, way);
                if (found !== -1) step(found);
            });
            const [back, on] = [by(-1), by(1)];
            const renew = () => {
                const about = subject(key, current);
                name.textContent = about ?? `no ${kind}`;
                for (const [it, way] of [[back, -1], [on, 1]]) {
                    it.title = it.ariaLabel = `${way < 0 ? 'Previous' : 'Next'}`
                        + ` event of ${about ?? `the same ${kind}`}`;
                    it.ariaDisabled = neighbour(key, way) === -1;
                }
            };
            return Object.assign(
                make('span', { className: 'theatre-jump' }, back, name, on),
                { renew });
        }
        function subject(key, at) {
            const { lane, about = {} } = events[at];
            return key === 'lane' ? lanes[lane].name
                : key === 'queue' ? about.queue : about.socket ?? about.timer;
        }
        function neighbour(key, way) {
            const about = subject(key, current);
            if (about === undefined) return -1;
            const isIt = key === 'lane'
                ? (at) => events[at].lane === events[current].lane
                : (at) => subject(key, at) === about;
            for (let at = current + way; at in events; at += way) {
                if (isIt(at)) return at;
            }
            return -1;
        }

        // What stands for a lane; it moves from box to box.
        const chips = lanes.map(() => null);
        function chip(lane, status) {
            let it = chips[lane];
            // One that runs may stand in a queue already.
            if (!it || it.shown === current) {
                const { name, hue } = lanes[lane];
                it = make('span', {}, make('span', {}, name));
                it.hue = hue ? ` lanes-${hue}` : '';
                chips[lane] ??= it;
            }
            it.shown = current;
            it.className = `theatre-chip theatre-${status}${it.hue}`
                + (lane === events[current].lane ? ' theatre-this' : '');
            return it;
        }
        const item = (...parts) => make('li', {}, ...parts);
        const small = (text, kind) => text
            ? make('small', { className: kind ? `theatre-${kind}` : '' }, text)
            : null;

        function showBoxes() {
            const { runs: running, queues, sockets, timers } = states[current];
            const now = events[current].at;
            const status = (name) => begun.filter((it) => it.status === name);
            const begun = lanes.flatMap(({ kind }, lane) => {
                const own = run.lane(lane, current);
                return own && kind !== 'site' ? [{ ...own, lane }] : [];
            });
            // Threads that run others; and what runs by itself.
            const stacks = new Map(running.map(([n, stack]) =>
                [run.threads[n], stack]));
            const inStack = new Set([...stacks.values()].flat());
            const threads = begun.filter((it) => isExecutor.has(it.lane)
                && it.status !== 'ended');
            const alone = status('runs').filter(({ lane }) =>
                !isExecutor.has(lane) && !inStack.has(lane));
            runs.list.replaceChildren(
                ...threads.map(({ lane, status, what }) => item(
                    make('b', {}, lanes[lane].name),
                    ...(stacks.get(lane) ?? []).map((it) =>
                        chip(it, 'runs')),
                    stacks.has(lane) ? null : small({
                        waits: `waits for ${what ?? 'a task'}`,
                        runs: 'runs its own code',
                    }[status] ?? `is ${status}`))),
                ...alone.length === 0 ? [] : [item(
                    ...alone.map(({ lane }) => chip(lane, 'runs')))]);
            // Queues, in order.
            const count = queues.reduce((n, [, queue]) => n + queue.length, 0);
            ready.title.textContent = `Ready: ${count || 'none'}`;
            ready.list.replaceChildren(...queues.map(([name, queue]) => {
                // Of a long one, both ends.
                const left = queue.length - LATEST - 1;
                const first = left > 0 ? queue.slice(0, LATEST) : queue;
                return item(
                    small(name === 'ready' ? 'next:' : `${name}, next:`),
                    ...first.map((lane) => chip(lane, 'ready')),
                    ...left > 0 ? [small(`and ${left} more, last:`),
                        chip(queue.at(-1), 'ready')] : []);
            }));
            // What waits: first that with a time, as it comes.
            const waiting = status('waits').filter(({ lane }) =>
                !isExecutor.has(lane));
            const of = new Map(waiting.map((it) => [it.lane, it]));
            const left = [];
            for (const it of waiting) it.why = it.what ? [it.what] : [];
            for (const [name, waiters] of sockets) {
                for (const [way, lane] of waiters) {
                    const what = way === 'read' ? 'bytes' : 'room for bytes';
                    const why = of.get(lane)?.why ?? left;
                    const text = `${what} on ${name}`;
                    if (!why.includes(text)) why.push(text);
                }
            }
            for (const [name, due, lane] of timers) {
                const it = of.get(lane);
                if (it) it.until = Math.min(it.until ?? due, due);
                else left.push(`${name}, due ${format(due)}`);
            }
            const time = ({ until }) => until ?? Infinity;
            waiting.sort((a, b) => time(a) === time(b) ? a.lane - b.lane
                : time(a) - time(b));
            waits.title.textContent = `Wait: ${waiting.length || 'none'}`;
            waits.list.replaceChildren(
                ...waiting.map(({ lane, why, until, kept }) => item(
                    chip(lane, 'waits'), small(why.join(', ')),
                    !until ? null : until < now
                        ? small(`late: due ${format(now - until)} ago`, 'late')
                        : small(`until ${format(until)}` + (why.length > 0
                            ? '' : `, in ${format(until - now)}`)),
                    small(kept, 'kept'))),
                ...left.length === 0 ? [] : [item(small('still set: '
                    + left.slice(0, 4).join('; ')
                    + (left.length > 4 ? '; …' : '')))]);
            // What has not begun, or has ended: the latest.
            const groups = ['new', 'idle', 'ended'].map((name) =>
                [name, status(name).sort((a, b) => b.at - a.at)]);
            rest.list.replaceChildren(...groups
                .filter(([, group]) => group.length > 0)
                .map(([name, group]) => item(
                    small(`${name}: ${group.length}`),
                    ...group.slice(0, LATEST).map(({ lane }) =>
                        chip(lane, name)),
                    group.length > LATEST ? small('…') : null)));
        }

        // Shows boxes; what has changed its place moves there.
        function moveBoxes(moves) {
            const placed = () => chips.flatMap((it) => it?.isConnected
                ? [[it, it.getBoundingClientRect()]] : []);
            const before = moves ? new Map(placed()) : new Map();
            showBoxes();
            if (before.size === 0 || before.size > MOST_MOVING) return;
            for (const [it, now] of placed()) {
                const then = before.get(it);
                const [x, y] = [then?.x - now.x, then?.y - now.y];
                if (!then || Math.abs(x) + Math.abs(y) < 1) continue;
                it.animate([{ transform: `translate(${x}px, ${y}px)` },
                    { transform: 'none' }],
                { duration: playing ? Math.min(pace.value * 0.7, 300) : 250,
                    easing: 'ease-out' });
            }
        }

        // The listing: one for each file, made when it is first needed.
        const texts = [];
        function listingOf(file) {
            const { text } = files[file];
            if (text === undefined || text === null) return [];
            const code = make('code', { className: 'language-rust' }, text);
            window.hljs?.highlightBlock(code);
            const count = text.trimEnd().split('\n').length;
            const numbers = Array.from({ length: count }, (_, n) => n + 1);
            return [make('span', { className: 'theatre-numbers',
                ariaHidden: true }, numbers.join('\n')), code];
        }
        let shown = null;
        function showCode() {
            const { code: [file, line], mark: kind } = states[current];
            if (shown !== file) {
                shown = file;
                texts[file] ??= listingOf(file);
                listing.replaceChildren(...texts[file], mark);
                listing.scrollLeft = 0;
            }
            const there = texts[file].length > 0;
            const { path: whole } = files[file];
            path.title = `${whole}:${line}`;
            path.textContent = `${nameOf(whole)}:${line}`
                + (there ? '' : ' (its text has changed since)');
            mark.hidden = !there || kind === 'none';
            mark.className = `theatre-mark theatre-${kind}`;
            mark.style.top = `calc(${line - 1} * 1lh + var(--above))`;
            // Never the page, as scrollIntoView would.
            listing.scrollTop = mark.offsetTop - listing.clientHeight / 2;
        }

        // The list: only the rows that can be seen are there.
        function rowOf(at) {
            const { at: ns, lane, says } = events[at];
            const { code: [file, line], mark: kind } = states[at];
            const where = kind === 'here'
                ? `${nameOf(files[file].path)}:${line}` : '';
            const row = make('tr', {}, ...[ms(ns), lanes[lane].name, says,
                where].map((text) => make('td', { title: text }, text)));
            row.dataset.event = at;
            row.ariaRowIndex = at + 2;
            if (at === current) row.ariaCurrent = 'true';
            return row;
        }
        function showList() {
            const first = Math.floor(list.scrollTop / ROW) - 10;
            const from = clamp(first, 0, last);
            const to = clamp(first + 20 + list.clientHeight / ROW, 0, last + 1);
            const seen = [];
            for (let at = from; at < to; at++) seen.push(rowOf(at));
            rows.replaceChildren(...seen);
            table.style.marginBlock = `${from * ROW}px `
                + `${(last + 1 - from - seen.length) * ROW}px`;
        }
        list.addEventListener('scroll', showList);
        list.addEventListener('click', ({ target }) => {
            const row = target.closest('[data-event]');
            if (row) step(Number(row.dataset.event));
        });

        function show(at, moves) {
            current = clamp(at, 0, last);
            const { at: ns, says: text } = events[current];
            place.textContent =
                `event ${current + 1} of ${last + 1} · ${ms(ns)}`;
            along.value = current;
            along.ariaValueText = place.textContent;
            says.textContent = text;
            jumps.forEach((it) => it.renew());
            moveBoxes(moves && !isStill.matches);
            showCode();
            const above = current * ROW - list.scrollTop;
            const seen = list.clientHeight - 2 * ROW;
            if (above < 0 || above > seen) {
                list.scrollTop += above - seen / 2;
            }
            showList();
            timeline()?.mark(ns / 1000);
        }

        // Plays, or is stepped through by hand: then it is spoken.
        function step(at) {
            pause();
            show(at, Math.abs(at - current) === 1);
        }
        function start() {
            says.ariaLive = 'off';
            if (current === last) show(0, false);
            const next = () => {
                show(current + 1, true);
                if (current === last || !all.isConnected) pause();
                else playing = setTimeout(next, pace.value);
            };
            playing = setTimeout(next, pace.value);
            renewPlay();
        }
        function pause() {
            clearTimeout(playing);
            playing = null;
            says.ariaLive = 'polite';
            renewPlay();
        }
        function renewPlay() {
            play.textContent = playing ? 'Pause' : 'Play';
            play.ariaLabel = play.title = play.textContent;
        }

        all.addEventListener('keydown', (event) => {
            const { key, shiftKey, target } = event;
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            if (target.closest('select, pre, svg')) return;
            const way = { ArrowLeft: -1, ArrowRight: 1 }[key];
            if (way && shiftKey) {
                const found = neighbour('lane', way);
                if (found !== -1) step(found);
            } else if (way) step(current + way);
            else if (key === 'Home') step(0);
            else if (key === 'End') step(last);
            else if (key === ' ' && !target.matches('button')) play.click();
            else if (key === 'Enter' && target === along) play.click();
            else return;
            event.preventDefault();
        });
        // A place in the picture is a time, and a lane, if it is in one.
        picture.addEventListener('moment', ({ detail: { time, name } }) => {
            const lane = lanes.findIndex((it) => it.name === name);
            const isIt = (event) => event.at <= time * 1000
                && (lane === -1 || event.lane === lane);
            step(Math.max(events.findLastIndex(isIt), 0));
        });
        // The picture is in the theatre as long as that is open.
        const look = () => {
            if (!details.open) return leave();
            picture.append(...[...figure?.childNodes ?? []]
                .filter((it) => it !== details));
            show(Math.max(current, 0), false);
        };
        const leave = () => {
            pause();
            timeline()?.mark(null);
            figure?.prepend(...picture.childNodes);
        };
        details.addEventListener('toggle', look);
        pause();
        look();
        return all;
    }

    async function enter(details) {
        const status = make('p', { role: 'status' }, 'Opening …');
        details.querySelector('summary').after(status);
        try {
            const answer = await fetch(details.dataset.theatre);
            if (!answer.ok) throw new Error(answer.statusText);
            const run = follow(await answer.json());
            status.textContent = run.left ?? '';
            status.after(stage(details, run));
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
