// The same program in two languages, or in several styles: as tabs, with a
// script; one below the other, without. The choice is the reader's for the
// whole book.
'use strict';

(() => {
    const LANGUAGES = { rust: 'Rust', python: 'Python' };
    const all = [...document.querySelectorAll('.twins')].map(twins);

    function twins(place, number) {
        // `data-styles` names the styles; without it, they are languages.
        const styles = place.dataset.styles?.split(' ');
        const kind = styles ? 'style' : 'language';
        const panels = [...place.querySelectorAll('pre')].map((listing, n) => {
            const code = listing.querySelector('code');
            const language = Object.keys(LANGUAGES).find((name) =>
                code.classList.contains(`language-${name}`));
            const panel = document.createElement('div');
            panel.id = `twins-${number}-${n}`;
            panel.setAttribute('role', 'tabpanel');
            panel.dataset.name = styles ? styles[n] : LANGUAGES[language];
            const caption = listing.previousElementSibling;
            listing.before(panel);
            panel.append(...(caption ? [caption] : []), listing);
            return panel;
        });
        const tabs = document.createElement('div');
        tabs.className = 'twins-tabs';
        tabs.setAttribute('role', 'tablist');
        tabs.setAttribute('aria-label', styles ? 'Style' : 'Language');
        for (const panel of panels) {
            const tab = document.createElement('button');
            tab.type = 'button';
            tab.id = `${panel.id}-tab`;
            tab.textContent = panel.dataset.name;
            tab.setAttribute('role', 'tab');
            tab.setAttribute('aria-controls', panel.id);
            panel.setAttribute('aria-labelledby', tab.id);
            tab.addEventListener('click', () => {
                choose(kind, panel.dataset.name);
            });
            tabs.append(tab);
        }
        // The arrows go from tab to tab, and Tab leaves them.
        tabs.addEventListener('keydown', (event) => {
            const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            if (!step) return;
            // They turn the page elsewhere.
            event.stopPropagation();
            event.preventDefault();
            const now = panels.findIndex((panel) => !panel.hidden);
            const next = (now + step + panels.length) % panels.length;
            choose(kind, panels[next].dataset.name);
            tabs.children[next].focus();
        });
        place.prepend(tabs);
        return { kind, tabs, panels };
    }

    function choose(kind, name) {
        for (const { tabs, panels } of all.filter((it) => it.kind === kind)) {
            panels.forEach((panel, n) => {
                const is = panel.dataset.name === name;
                panel.hidden = !is;
                tabs.children[n].setAttribute('aria-selected', is);
                tabs.children[n].tabIndex = is ? 0 : -1;
            });
        }
        try {
            localStorage.setItem(`taking-turns-${kind}`, name);
        } catch {
            // Then it is the reader's for this page.
        }
    }

    // What was chosen before, if this page has it; else the first.
    for (const kind of ['language', 'style']) {
        const here = all.find((it) => it.kind === kind);
        if (!here) continue;
        const names = here.panels.map((panel) => panel.dataset.name);
        let chosen = null;
        try {
            chosen = localStorage.getItem(`taking-turns-${kind}`);
        } catch {
            // No matter.
        }
        choose(kind, names.includes(chosen) ? chosen : names[0]);
    }
})();
