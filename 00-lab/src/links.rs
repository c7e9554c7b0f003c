//! Links of an HTML page.
