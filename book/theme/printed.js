// In the text of a run, the lines that decide are marked, and are shown where
// the text is folded.
'use strict';

(() => {
    // Numbers differ from run to run.
    const shape = (line) => line.trim().replace(/\d+([.,]\d+)*/g, '#');
    const make = (tag, className, text) => Object.assign(
        document.createElement(tag), { className, textContent: text });

    // `data-look` says how these lines begin: one beginning, or several with a
    // bar between.
    function look(place) {
        const code = place.querySelector('pre code') ??
            place.querySelector('pre');
        const begins = place.dataset.look.split('|');
        const decides = (line) =>
            begins.some((begin) => shape(line).startsWith(begin));
        const lines = code.textContent.split(/^/m);
        code.replaceChildren(...lines.map((line) => decides(line)
            ? make('mark', 'printed-look', line) : line));
        place.querySelector('summary .printed-look')?.remove();
        const first = lines.find(decides);
        if (first) {
            place.querySelector('summary')?.append(' ',
                make('code', 'printed-look', first.trim()));
        }
    }

    document.querySelectorAll('.printed[data-look]').forEach(look);
    // The live reader adds what it has run.
    document.addEventListener('printed', ({ target }) => {
        if (target.dataset.look) look(target);
    });
})();
