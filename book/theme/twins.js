// The same program in two languages: as tabs, with a script; one below the
// other, without. The choice is the reader's for the whole book.
'use strict';

(() => {
    const NAMES = { rust: 'Rust', python: 'Python' };
    const KEY = 'taking-turns-language';
    const all = [...document.querySelectorAll('.twins')].map(twins);

    function twins(place, number) {
        const panels = [...place.querySelectorAll('pre')].map((listing, n) => {
            const code = listing.querySelector('code');
            const language = Object.keys(NAMES).find((name) =>
                code.classList.contains(`language-${name}`));
            const panel = document.createElement('div');
            panel.id = `twins-${number}-${n}`;
            panel.setAttribute('role', 'tabpanel');
            panel.dataset.language = language;
            const caption = listing.previousElementSibling;
            listing.before(panel);
            panel.append(...(caption ? [caption] : []), listing);
            return panel;
        });
        const tabs = document.createElement('div');
        tabs.className = 'twins-tabs';
        tabs.setAttribute('role', 'tablist');
        tabs.setAttribute('aria-label', 'Language');
        for (const panel of panels) {
            const tab = document.createElement('button');
            tab.type = 'button';
            tab.id = `${panel.id}-tab`;
            tab.textContent = NAMES[panel.dataset.language];
            tab.setAttribute('role', 'tab');
            tab.setAttribute('aria-controls', panel.id);
            panel.setAttribute('aria-labelledby', tab.id);
            tab.addEventListener('click', () => {
                choose(panel.dataset.language);
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
            choose(panels[next].dataset.language);
            tabs.children[next].focus();
        });
        place.prepend(tabs);
        return { tabs, panels };
    }

    function choose(language) {
        for (const { tabs, panels } of all) {
            panels.forEach((panel, n) => {
                const is = panel.dataset.language === language;
                panel.hidden = !is;
                tabs.children[n].setAttribute('aria-selected', is);
                tabs.children[n].tabIndex = is ? 0 : -1;
            });
        }
        try {
            localStorage.setItem(KEY, language);
        } catch {
            // Then it is the reader's for this page.
        }
    }

    let chosen = null;
    try {
        chosen = localStorage.getItem(KEY);
    } catch {
        // No matter.
    }
    if (all.length > 0) choose(chosen in NAMES ? chosen : 'rust');
})();
