// The settings of a run: its knobs, each a slider with a number, and the faults
// of its site.
'use strict';

// What can be set for a program, folded away.
function settingsOf(program, faults) {
    const knobs = program.knobs.map((knob) => knobOf(program, knob));
    if (program.styles.length > 0) {
        const options = program.styles.map((name) =>
            make('option', { value: name }, name));
        const select = make('select', { name: 'style' }, ...options);
        knobs.push(make('label', { className: 'live-knob' },
            make('span', { className: 'live-name' }, 'style'), select,
            make('span', { className: 'live-meaning' },
                'the way in which the crawl is written')));
    }
    const settings = make('details', { className: 'live-knobs' },
        make('summary', {}, 'Settings'), make('div', {}, ...knobs));
    if (faults.length > 0) {
        const boxes = faults.map(({ name, meaning }) =>
            make('label', { className: 'live-fault' },
                make('input', { type: 'checkbox', name: 'fault', value: name }),
                make('span', { className: 'live-name' }, name),
                make('span', { className: 'live-meaning' }, meaning)));
        settings.append(make('fieldset', {},
            make('legend', {}, 'Pages of the site that misbehave'), ...boxes));
    }
    return settings;
}

// A slider, a number for what is between its stops, and what they mean.
function knobOf(program, knob) {
    const unit = { MS: 'ms', SECONDS: 's' }[knob.unit] ?? '';
    const input = make('input', {
        type: 'number', name: knob.name, min: knob.least, max: knob.most,
        step: 1, placeholder: knob.default,
    });
    const id = `live-${program.name}-${knob.name}-${knobOf.count++}`;
    const meaning = make('span', { className: 'live-meaning', id },
        `${knob.meaning} (${knob.default}${unit && ` ${unit}`} if not set)`);
    input.setAttribute('aria-describedby', id);
    const label = make('label', { className: 'live-name' },
        knob.name, make('span', { className: 'live-number' }, input, unit));
    // A seed is no more or less than another.
    if (knob.name === 'seed') {
        return make('div', { className: 'live-knob' }, label, meaning);
    }
    const stops = stopsOf(knob);
    const slider = make('input', {
        type: 'range', min: 0, max: stops.length - 1, step: 1,
    });
    slider.setAttribute('aria-label', `${knob.name}, as a slider`);
    slider.setAttribute('aria-describedby', id);
    const follow = () => {
        const value = Number(input.value || knob.default);
        const at = stops.findLastIndex((stop) => stop <= value);
        slider.value = Math.max(at, 0);
        slider.setAttribute('aria-valuetext', `${value} ${unit}`.trim());
    };
    slider.addEventListener('input', () => {
        input.value = stops[slider.value];
        input.dispatchEvent(new Event('input', { bubbles: true }));
    });
    input.addEventListener('input', follow);
    // When the form is set to the flags of a command.
    input.addEventListener('set', follow);
    follow();
    return make('div', { className: 'live-knob' }, label, slider, meaning);
}
knobOf.count = 0;

// Where a slider stops: numbers that grow by about the same factor, so that 8
// can be found beside 100,000.
function stopsOf({ least, most, default: usual }) {
    const stops = new Set([least, usual, most]);
    const steps = [10, 12, 15, 20, 25, 30, 40, 50, 60, 80];
    for (let n = 1; n < 10; n++) stops.add(n);
    for (let scale = 1; scale <= most; scale *= 10) {
        for (const step of steps) stops.add(step * scale);
    }
    return [...stops].filter((stop) => least <= stop && stop <= most)
        .sort((a, b) => a - b);
}

// Sets the knobs and the faults to these flags, and the others to none.
function setForm(form, flags) {
    for (const select of form.querySelectorAll('.live-knobs select')) {
        select.value = flags.get(select.name) ?? select.options[0].value;
    }
    const faults = (flags.get('faults') ?? '').split(',');
    for (const input of form.querySelectorAll('.live-knobs input[name]')) {
        if (input.type === 'number') {
            input.value = flags.get(input.name) ?? '';
            input.dispatchEvent(new Event('set'));
        } else {
            input.checked =
                faults.includes(input.value) || faults.includes('all');
        }
    }
}

// What the form asks for: numbers only if they differ from the default.
function order(form, program) {
    const knobs = {};
    const faults = [];
    for (const input of form.querySelectorAll('.live-knobs input[name]')) {
        if (input.type === 'number' && input.value !== '') {
            knobs[input.name] = Number(input.value);
        } else if (input.type === 'checkbox' && input.checked) {
            faults.push(input.value);
        }
    }
    const select = form.querySelector('.live-knobs select');
    return { program, knobs, faults, style: select?.value };
}
