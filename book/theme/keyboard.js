// What mdBook leaves to the mouse.
'use strict';

(() => {
    // The first thing that Tab leads to: past the menu and the sidebar.
    const skip = document.createElement('a');
    skip.className = 'skip';
    skip.href = '#mdbook-content';
    skip.textContent = 'Skip to the page';
    document.body.prepend(skip);
    // The button that opens the sidebar is a label in the markup.
    const toggle = document.getElementById('mdbook-sidebar-toggle');
    if (toggle) {
        toggle.setAttribute('role', 'button');
        toggle.tabIndex = 0;
        toggle.addEventListener('keydown', (event) => {
            if (event.key !== 'Enter' && event.key !== ' ') return;
            event.preventDefault();
            toggle.click();
        });
    }
    // mdBook turns the page with the arrows. But in something that has the
    // focus they are meant for that: a listing scrolls, and a page that is left
    // loses what was typed and run on it.
    document.querySelector('.content').addEventListener('keydown', (event) => {
        if (['ArrowLeft', 'ArrowRight'].includes(event.key)) {
            event.stopPropagation();
        }
    });
    // Who cannot drag a listing scrolls it with the arrows.
    const listings = [...document.querySelectorAll('.content pre > code')];
    const look = () => listings.forEach((it) => {
        if (it.scrollWidth > it.clientWidth) it.tabIndex = 0;
        else it.removeAttribute('tabindex');
    });
    addEventListener('resize', look);
    look();
})();
