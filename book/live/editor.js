// A listing's file in the reader's editor: by a link or a button where it is
// known how, else by its path, to copy.
'use strict';

// Asked for once for each page.
function editor() {
    editor.known ??= get('/live/editor');
    return editor.known;
}

// What opens a file, or gives its path. `ask` is what the reader is asked for
// the file: it knows the editor and the file, and is told neither.
async function opener(file, ask) {
    const { link, program } = await editor();
    if (link) {
        return make('a', {
            className: 'live-open', href: encodeURI(link + file),
        }, 'Open in VS Code');
    }
    const button = make('button', { type: 'button', className: 'live-open' },
        program ? `Open in ${program}` : 'Copy path');
    button.title = file;
    button.addEventListener('click', async () => {
        const { why } = program ? await post(ask, {})
            : await navigator.clipboard.writeText(file).then(() => ({}));
        button.textContent = why ?? (program ? 'Opened' : 'Copied');
    });
    return button;
}

// In the captions of programs: those of answers have a place of their own.
(async () => {
    const captions = [...document.querySelectorAll(
        '.content p > em:first-child > code:only-child')];
    for (const path of captions) {
        const file = path.textContent;
        const found = file.match(
            /^\d\d-([\w-]+)\/src\/(?:bin\/([\w-]+)|main)\.rs$/);
        const caption = path.closest('p');
        const command = caption.querySelector(':scope > code')?.textContent;
        const wanted = found && parse(`$ ${command}`);
        if (!wanted) continue;
        caption.append(await opener(file, `/live/programs/${wanted.name}/open`));
    }
})();
