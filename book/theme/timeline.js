// Timelines to zoom and to read: who does what, why, and for how long.
//
// `lab` draws each as an SVG that is complete without this script, and says in
// it when everything began and ended (`data-t`, in microseconds). To zoom is to
// lay that out once more: letters and lines keep their size. No library does it
// for us: they want to draw the picture themselves, from data of their own.
'use strict';

(() => {
    // As in `book/pictures`: pixels, and percent of the width.
    const TOP = 22, LANE = 30, THIN = 14;
    const LETTER = 7.2, END = 99.6, NARROWEST = 0.35;
    // How long the paths of a crowded lane are.
    const LENGTH = 10000;
    const STATES = {
        r: ['lanes-run', 'runs'], p: ['lanes-part', 'runs partly'],
        o: ['lanes-off', 'is off the CPU'], u: ['lanes-unknown', 'runs'],
        y: ['lanes-ready', 'is ready to run'], w: ['lanes-wait', 'waits for'],
        b: ['lanes-blocked', 'waits for lock'], z: ['lanes-zombie', 'is a zombie'],
    };
    const HINT = 'Point at a bar, or press Enter here, to read it. '
        + 'Drag to measure.';

    const set = (element, attributes) => {
        for (const name in attributes) {
            element.setAttribute(name, attributes[name]);
        }
    };
    const make = (tag, attributes, ...children) => {
        const drawn =
            ['g', 'line', 'path', 'rect', 'svg', 'text'].includes(tag);
        const element = drawn
            ? document.createElementNS('http://www.w3.org/2000/svg', tag)
            : document.createElement(tag);
        set(element, attributes);
        element.append(...children);
        return element;
    };
    const show = (element, is) => { element.style.display = is ? '' : 'none'; };
    const clamp = (n, least, most) => Math.min(Math.max(n, least), most);
    const times = (element) => element.dataset.t.split(' ').map(Number);
    const middle = ({ from, to }) => (from + to) / 2;
    const inWords = (us) => us < 1e3 ? `${Math.round(us)} µs`
        : us < 1e6 ? `${(us / 1e3).toPrecision(us < 1e4 ? 2 : 3)} ms`
            : `${(us / 1e6).toPrecision(3)} s`;

    // A bar of a crowded lane. There are thousands, all of one shape, and what
    // they are in words is made when it is asked for.
    class Crowded {
        constructor(row, from, to, state, what) {
            Object.assign(this, { row, from, to, state, what });
            this.shape = STATES[state][0];
            this.runs = 'rpu'.includes(state);
            this.needed = what ? what.length * LETTER + 8 : Infinity;
            this.seen = false;
        }
        get always() { return true; }
        get least() { return NARROWEST; }
        get told() {
            return `${STATES[this.state][1]} ${this.what}`.trim()
                + `: ${inWords(this.to - this.from)}`;
        }
    }

    function timeline(svg) {
        if (!svg.dataset.length || svg.classList.contains('timeline')) return;
        if (!svg.querySelector('.lanes-row')) return;
        const length = Math.max(svg.dataset.length, 1);
        const margin = Number(svg.dataset.margin);
        const height = Number(svg.getAttribute('height'));
        // In pixels. To ask for it later would have it all laid out at once.
        let { width } = svg.getBoundingClientRect();
        const view = { from: 0, to: length };
        const bars = new Set();
        let waiting = false;
        // What has been measured by dragging: from and to.
        let measured = null;
        let chosen = null;
        let marked = null;

        const all = (selector) => [...svg.querySelectorAll(selector)];
        const part = (g) => {
            const home = g.getAttribute('transform').match(/0 ([\d.]+)/)[1];
            return { g, home: Number(home) };
        };
        const rows = all('.lanes-row').map((g) => {
            const name = g.querySelector('title').textContent;
            const row = { ...part(g), name, kind: g.dataset.kind };
            row.full = row.height = Number(g.dataset.height ?? LANE);
            row.folds = !g.matches('.lanes-head')
                && !g.querySelector('.lanes-flight');
            row.crowd = crowdOf(row);
            row.bars = [...g.querySelectorAll('[data-t]')]
                .map((element) => barOf(row, element))
                .concat(row.crowd?.bars ?? [])
                .sort((a, b) => a.from - b.from);
            return row;
        });
        const bottom = TOP + rows.reduce((sum, row) => sum + row.full, 0);
        const lanes = rows.filter((row) => row.folds);
        let isThin = lanes.length > 0 && lanes.every(({ full }) => full === THIN);
        const legend = all('.lanes-legend').map(part);
        const flows = all('.lanes-flow').map((g) => {
            const [from, to] = times(g);
            const [a, b] = g.dataset.rows.split(' ').map((n) => rows[n]);
            const [line, head] = g.children;
            const begin = line.getAttribute('y1') - a.home;
            const edge = line.getAttribute('y2') - b.home;
            return { g, from, to, a, b, line, head, begin, edge };
        });
        all('.lanes-grid, svg > .lanes-axis, svg > .lanes-end')
            .forEach((mark) => mark.remove());
        const axis = make('g', {});
        svg.querySelector('style').after(axis);
        const frame = make('rect', { class: 'timeline-frame', y: -13, height: 26 });
        const moment = make('svg', { class: 'timeline-moment', y: 16 },
            make('line', {}), make('path', { d: 'M-6-3h12L0 7z' }));
        const hair = make('line', { class: 'timeline-hair', y1: 16 });
        const hairTime = make('text', { class: 'timeline-time', y: 12 });
        const measure = make('rect', { class: 'timeline-measure', y: 16 });
        const said = make(
            'p', { class: 'timeline-said', 'aria-live': 'polite' }, HINT);
        svg.after(said, tools());
        svg.classList.add('timeline');
        set(svg, { role: 'application', tabindex: 0 });
        stack();

        // A bar, and the text that belongs to it.
        function barOf(row, element) {
            const [from, to] = times(element);
            const next = element.nextElementSibling;
            const label = next?.matches('.lanes-what:not([data-t])') ? next : null;
            const always = from === to
                || element.matches('.lanes-run, .lanes-held, .lanes-kept');
            const told = element.querySelector('title')?.textContent;
            const needed = (label?.textContent.length ?? 0) * LETTER + 8;
            const least = element.matches('.lanes-kept') ? 1.2 : NARROWEST;
            const bar =
                { row, element, label, from, to, always, least, told, needed };
            for (const it of [element, label].filter((it) => it)) {
                it.classList.remove('lanes-fine', 'lanes-wide');
            }
            // What is written beside a bar needs room up to a time.
            if (element.dataset.room) {
                bar.room = Number(element.dataset.room);
                bar.needed = element.firstChild.length * LETTER + 16;
            }
            bars.add(bar);
            return bar;
        }

        // The bars of a crowded lane, as `book/pictures` has written them down,
        // where they are drawn, and where it is written what they wait for.
        function crowdOf(row) {
            const desc = row.g.querySelector('.lanes-all');
            if (!desc) return null;
            desc.remove();
            let end = 0;
            const bars = desc.textContent.split('|').slice(0, -1).map((text) => {
                const [, state, gap, time, what] =
                    text.match(/(.)(-?\d+) (\d+) (.*)/);
                const from = end + Number(gap);
                end = from + Number(time);
                return new Crowded(row, from, end, state, what);
            });
            const words = make('g', {});
            row.g.append(words);
            return { bars, words, lane: row.g.querySelector('.lanes-crowd') };
        }

        // Where a time is, in percent of the width, and the other way round.
        function x(time) {
            const share = (time - view.from) / (view.to - view.from);
            return margin + share * (END - margin);
        }
        function time(clientX) {
            const { left, width } = svg.getBoundingClientRect();
            const share = (clientX - left) / width * 100 - margin;
            return view.from + share / (END - margin) * (view.to - view.from);
        }

        // Rows one below the other, without those that are hidden.
        function stack() {
            let top = TOP;
            for (const row of rows) {
                if (row.folds) {
                    row.height = isThin ? THIN : Math.max(row.full, LANE);
                    row.g.classList.toggle('lanes-thin', isThin);
                }
                row.y = top + Math.min(row.height, LANE) / 2;
                show(row.g, !row.hidden);
                set(row.g, { transform: `translate(0 ${row.y})` });
                if (!row.hidden) top += row.height;
            }
            for (const { g, home } of legend) {
                set(g, { transform: `translate(0 ${home + top - bottom})` });
            }
            set(svg, { height: height + top - bottom });
            set(frame, isThin ? { y: -6, height: 12 } : { y: -13, height: 26 });
            set(hair, { y2: top });
            set(measure, { height: top - 16 });
            relay();
            flush();
        }

        // Once, before the next frame, however often a mouse has moved.
        function relay() {
            if (!waiting) requestAnimationFrame(flush);
            waiting = true;
        }
        function flush() {
            if (!waiting) return;
            waiting = false;
            layout();
        }

        // All, as it is from `view.from` to `view.to`.
        function layout() {
            const open = rows.filter((row) => !row.hidden);
            const end = open.reduce((sum, row) => sum + row.height, TOP);
            layAxis(width < 450 ? 3 : 5, end);
            for (const bar of bars) layBar(bar);
            for (const row of rows) if (row.crowd) layCrowd(row);
            flows.forEach(layFlow);
            if (frame.isConnected) layFrame(chosen);
            if (marked !== null) layMoment();
            hide(hair, hairTime);
            layMeasure();
            svg.classList.toggle('timeline-zoomed', isZoomed());
        }

        function layAxis(most, bottom) {
            const span = view.to - view.from;
            let step = 10 ** Math.floor(Math.log10(span / most));
            step *= [1, 2, 5, 10].find((n) => span / (step * n) < most);
            const [unit, name] = view.to >= 1e7 && step >= 1e4 ? [1e6, 's']
                : view.to >= 1e3 ? [1e3, 'ms'] : [1, 'µs'];
            axis.replaceChildren();
            for (let n = Math.ceil(view.from / step); n * step <= view.to; n++) {
                const at = x(n * step), label = n * step / unit;
                axis.append(
                    make('line', { class: 'lanes-grid', x1: `${at}%`,
                        x2: `${at}%`, y1: 16, y2: bottom }),
                    make('text', { class: at > 90 ? 'lanes-end' : 'lanes-axis',
                        x: `${at}%`, y: 12 }, `${+label.toPrecision(9)} ${name}`));
            }
        }

        // Where a bar begins and ends, within the picture, in percent.
        function reach({ from, to, always, least }) {
            const end = Math.max(x(to), always ? x(from) + least : 0);
            return [Math.max(x(from), margin), Math.min(end, 100)];
        }
        function placeOf(bar) {
            const [from, to] = reach(bar);
            return { x: `${from}%`, width: `${Math.max(to - from, 0)}%` };
        }

        function layBar(bar) {
            const { element, label } = bar;
            const narrow = x(bar.to) - x(bar.from) < bar.least;
            if (element.dataset.class) {
                // Narrow, it is drawn as if it ran throughout.
                element.classList.toggle('lanes-run', narrow);
                element.classList.toggle(element.dataset.class, !narrow);
            }
            const [from, to] = reach(bar);
            bar.seen = !bar.row.hidden && to > margin && from <= END
                && !((x(bar.room) - from) / 100 * width < bar.needed);
            show(element, bar.seen);
            set(element, element.matches('line')
                ? { x1: `${from}%`, x2: `${to}%` } : placeOf(bar));
            if (!label) return;
            show(label, bar.seen && (to - from) / 100 * width >= bar.needed);
            set(label, { x: `${(from + to) / 2}%` });
        }

        // What is seen of a crowded lane, as `book/pictures` chooses it: waits
        // with little between them are one, and of narrow runs there are as
        // many as there is room for.
        function layCrowd({ crowd, hidden }) {
            const least = NARROWEST / (END - margin) * LENGTH;
            const scale = LENGTH / (view.to - view.from);
            const place = (time) => clamp(
                Math.round((time - view.from) * scale), -LENGTH, 2 * LENGTH);
            // How long the whole path is, in pixels.
            const whole = (END - margin) / 100 * width;
            const paths = {}, words = [];
            const draw = (shape, from, to) => {
                const y = isThin ? 3 : 6;
                paths[shape] = (paths[shape] ?? '') + (shape === 'lanes-ready'
                    ? `M${from}-${y}H${to}V${y}H${from}z` : `M${from} 0H${to}`);
            };
            const waits = [];
            let last = -Infinity;
            for (const bar of crowd.bars) {
                bar.seen = !hidden && bar.to > view.from && bar.from < view.to;
                if (!bar.seen) continue;
                const from = place(bar.from), to = place(bar.to);
                const { shape, runs } = bar;
                if (shape === 'lanes-wait') {
                    const wait = waits.at(-1);
                    if (wait && from - wait.to < 2 * least) wait.to = to;
                    else waits.push({ from, to });
                    if (!isThin && (to - from) / LENGTH * whole >= bar.needed) {
                        words.push(...wordsOf(bar));
                    }
                } else if (to - from >= least) draw(shape, from, to);
                else if (runs && from - last >= 2 * least) {
                    draw('lanes-run', from, Math.round(from + least));
                } else continue;
                if (runs) last = to;
            }
            for (const { from, to } of waits) draw('lanes-wait', from, to);
            crowd.lane.replaceChildren(...Object.entries(paths).map(
                ([shape, d]) => make('path', { class: shape, d })));
            crowd.words.replaceChildren(...words);
        }
        // Above a bar, if there is room.
        function wordsOf(bar) {
            const [from, to] = reach(bar);
            if ((to - from) / 100 * width < bar.needed) return [];
            return [make('text', { class: 'lanes-what', y: -4,
                x: `${(from + to) / 2}%` }, bar.what)];
        }

        function layFlow({ g, from, to, a, b, line, head, begin, edge }) {
            let [x1, y1, x2, y2] = [x(from), a.y + begin, x(to), b.y + edge];
            show(g, !a.hidden && !b.hidden && x2 >= margin && x2 <= END);
            if (x1 < margin && x2 > x1) {
                y1 += (y2 - y1) * (margin - x1) / (x2 - x1);
                x1 = margin;
            }
            set(line, { x1: `${x1}%`, y1, x2: `${x2}%`, y2 });
            set(head, { x: `${x2}%`, y: y2 });
        }

        // Around the bar that is told about.
        function layFrame(bar) {
            if (!bar) return frame.remove();
            // First, so that it crosses out no text.
            bar.row.g.prepend(frame);
            show(frame, bar.seen);
            set(frame, placeOf(bar));
        }

        // Where the theatre is; see theatre.js.
        function layMoment() {
            const at = x(marked);
            const open = rows.filter((row) => !row.hidden);
            const end = open.reduce((sum, row) => sum + row.height, TOP);
            set(moment, { x: `${at}%` });
            set(moment.firstChild, { y2: end - 16 });
            show(moment, at >= margin && at <= END + 0.1);
            svg.append(moment);
        }
        function mark(time) {
            marked = time;
            if (time === null) moment.remove();
            else if (time < view.from || time > view.to) move(time - middle(view));
            else layMoment();
        }
        // Tells the theatre where it is wanted to be.
        function sayMoment(clientX, name) {
            const detail = { time: time(clientX), name };
            svg.dispatchEvent(
                new CustomEvent('moment', { detail, bubbles: true }));
        }

        // Says what a bar is, and which arrows lead to it and from it.
        function tell(bar) {
            said.textContent = bar ? `${bar.row.name} ${bar.told}.`
                : measured ? toldOf(measured) : HINT;
            const led = flows.filter(({ from, to, a, b }) => bar
                && (b === bar.row && (to === bar.from || to === bar.to)
                || a === bar.row && bar.from <= from && from <= bar.to));
            for (const flow of flows) {
                flow.g.classList.toggle('timeline-led', led.includes(flow));
            }
            svg.classList.toggle('timeline-leads', led.length > 0);
            layFrame(bar);
        }

        function choose(bar) {
            chosen = bar;
            if (bar && (bar.to < view.from || bar.from > view.to)) {
                move(middle(bar) - middle(view));
            }
            tell(bar);
        }

        // From bar to bar along a lane, or to what another lane did meanwhile.
        function step(along, across) {
            const open = rows.filter((row) => !row.hidden && row.bars.length);
            if (!chosen || chosen.row.hidden) {
                const seen = open.flatMap((row) => row.bars.filter((b) => b.seen));
                return choose(seen[0] ?? null);
            }
            let next = chosen.row.bars[chosen.row.bars.indexOf(chosen) + along];
            const row = open[open.indexOf(chosen.row) + across];
            if (across !== 0) {
                const now = clamp(middle(chosen), view.from, view.to);
                const far = ({ from, to }) => Math.max(from - now, now - to, 0);
                next = row?.bars.reduce((a, b) => far(b) < far(a) ? b : a);
            }
            if (next) choose(next);
        }

        function isZoomed() { return view.to - view.from < length; }

        function move(by) {
            const span = view.to - view.from;
            view.from = clamp(view.from + by, 0, length - span);
            view.to = view.from + span;
            relay();
        }

        function layMeasure() {
            if (!measured) return hide(measure);
            const [a, b] = [measured.from, measured.to].map((at) =>
                clamp(x(at), margin, END));
            svg.append(measure);
            set(measure, { x: `${a}%`, width: `${b - a}%` });
        }
        function toldOf({ from, to }) {
            return `From ${inWords(from)} to ${inWords(to)}: `
                + `${inWords(to - from)}.`;
        }
        function hide(...marks) {
            for (const mark of marks) mark.remove();
        }

        // A line at the time that the mouse points at.
        function layHair(at) {
            if (at < view.from || at > view.to) return hide(hair, hairTime);
            const place = x(at);
            svg.append(hair, hairTime);
            set(hair, { x1: `${place}%`, x2: `${place}%` });
            set(hairTime, { x: `${clamp(place, 4, 96)}%` });
            hairTime.textContent = inWords(at);
        }

        function rowAt({ clientY }) {
            const y = clientY - svg.getBoundingClientRect().top;
            const top = (row) => row.y - Math.min(row.height, LANE) / 2;
            return rows.find((row) => !row.hidden
                && y >= top(row) && y < top(row) + row.height);
        }

        // The bar at this place: the lane counts in its whole height.
        function barAt(event) {
            const row = rowAt(event), { clientX } = event;
            const at = time(clientX), near = time(clientX + 4) - at;
            const far = ({ from, to }) => Math.max(from - at, at - to, 0);
            const here = row?.bars.filter((bar) =>
                bar.told && bar.seen && far(bar) <= near);
            return here?.reduce((a, b) => far(b) < far(a)
                || far(b) === far(a) && b.to - b.from < a.to - a.from ? b : a,
            here[0]) ?? null;
        }

        // By a factor; what is `at` this time stays in its place.
        function zoom(factor, at) {
            at ??= marked ?? (chosen?.seen
                ? clamp(middle(chosen), view.from, view.to) : middle(view));
            const span = view.to - view.from;
            const least = Math.min(Math.max(length / 5000, 20), length);
            const wanted = clamp(span * factor, least, length);
            view.from = at - (at - view.from) * wanted / span;
            view.to = view.from + wanted;
            move(0);
        }

        function tools() {
            // Its name is its title: a sign says nothing to those who hear it.
            const button = (sign, title, act) => {
                const it = make('button', { type: 'button', title },
                    make('span', { 'aria-hidden': true }, sign));
                it.addEventListener('click', () => {
                    act();
                    flush();
                });
                return it;
            };
            const kinds = new Set(rows.map(({ kind }) => kind).filter((it) => it));
            const boxes = [...kinds].map((kind) => {
                const box = make('input', { type: 'checkbox', checked: '' });
                box.addEventListener('change', () => {
                    for (const row of rows) {
                        if (row.kind === kind) row.hidden = !box.checked;
                    }
                    stack();
                });
                return make('label', {}, box, ` ${kind}`);
            });
            const fold = button('thin lanes', 'Thin lanes', () => {
                isThin = !isThin;
                set(fold, { 'aria-pressed': isThin });
                stack();
            });
            set(fold, { 'aria-pressed': isThin });
            return make('div', { class: 'timeline-tools' },
                button('−', 'Zoom out', () => zoom(2)),
                button('+', 'Zoom in', () => zoom(0.5)),
                button('whole', 'The whole picture', () => zoom(Infinity)),
                ...(lanes.length > 6 ? [fold] : []),
                ...(boxes.length > 1 && rows.length > 6 ? boxes : []));
        }

        svg.addEventListener('keydown', (event) => {
            const { key } = event;
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            const along = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
            const across = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
            if ('+='.includes(key)) zoom(0.5);
            else if (key === '-') zoom(2);
            else if (key === '0') zoom(Infinity);
            else if (key === 'Escape') {
                measured = null;
                layMeasure();
                choose(null);
            }
            else if (along && isZoomed() && (event.shiftKey || !chosen)) {
                move(along * (view.to - view.from) / 5);
            } else if (along || across || key === 'Enter') step(along, across);
            else return;
            flush();
            // Elsewhere, arrows turn the page.
            event.preventDefault();
            event.stopPropagation();
        });
        svg.addEventListener('wheel', (event) => {
            if (!event.ctrlKey && !event.metaKey) return;
            event.preventDefault();
            const by = event.deltaY * (event.deltaMode === 0 ? 1 : 30);
            zoom(1.004 ** clamp(by, -200, 200), time(event.clientX));
        }, { passive: false });

        // Where the mouse is, or each finger, while it is down.
        const down = new Map();
        let dragged = false;
        let since = 0;
        // Set while the mark of a moment is dragged along the axis.
        let along = false;
        svg.addEventListener('pointerdown', (event) => {
            if (event.button === 0) down.set(event.pointerId, event.clientX);
            dragged = down.size > 1;
            since = time(event.clientX);
            const { top } = svg.getBoundingClientRect();
            along = marked !== null && event.clientY - top < TOP;
        });
        svg.addEventListener('pointermove', (event) => {
            if (down.size === 0) {
                layHair(time(event.clientX));
                return tell(barAt(event) ?? chosen);
            }
            if (along && down.has(event.pointerId)) {
                svg.setPointerCapture(event.pointerId);
                return sayMoment(event.clientX);
            }
            const before = down.get(event.pointerId) ?? event.clientX;
            if (Math.abs(event.clientX - before) < (dragged ? 1 : 4)) return;
            dragged = true;
            svg.setPointerCapture(event.pointerId);
            if (down.size === 1 && (!isZoomed() || event.shiftKey)) {
                const now = clamp(time(event.clientX), view.from, view.to);
                const [from, to] = [since, now].sort((a, b) => a - b);
                measured = { from: Math.max(from, view.from), to };
                layMeasure();
                return tell(null);
            }
            const ends = () =>
                [Math.min(...down.values()), Math.max(...down.values())];
            const [a, b] = ends();
            const held = time((a + b) / 2);
            const [c, d] = ends(down.set(event.pointerId, event.clientX));
            if (down.size > 1) zoom((b - a) / Math.max(d - c, 8), held);
            move(held - time((c + d) / 2));
        });
        for (const end of ['pointerup', 'pointercancel', 'pointerleave']) {
            svg.addEventListener(end, (event) => down.delete(event.pointerId));
        }
        svg.addEventListener('click', (event) => {
            if (dragged) return;
            measured = null;
            layMeasure();
            choose(barAt(event));
            sayMoment(event.clientX, rowAt(event)?.name);
        });
        svg.addEventListener('pointerleave', () => {
            hide(hair, hairTime);
            tell(chosen);
        });
        new ResizeObserver(([{ contentRect }]) => {
            // The first time it tells what is known already.
            if (contentRect.width === width) return;
            ({ width } = contentRect);
            relay();
        }).observe(svg);
        window.addEventListener('beforeprint', () => {
            zoom(Infinity);
            flush();
        });
        svg.timeline = { mark };
    }

    const timelines = (place) =>
        place.querySelectorAll('svg.lanes-svg').forEach(timeline);
    timelines(document);
    // The live reader draws more of them.
    document.addEventListener('drawn', (event) => timelines(event.target));
})();
