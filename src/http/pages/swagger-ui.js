// Links in the texts open the operation that they name, in this page: Swagger UI would load another, and fold the group that
// the link is in.
addEventListener('click', (event) => {
    const link = event.target.closest('a[target="_blank"][href^="#/"]');
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    const [, tag, operation] = decodeURIComponent(link.hash).split('/');
    const { show } = window.ui.getSystem().layoutActions;
    show(['operations-tag', tag], true);
    show(['operations', tag, operation], true);
    document.getElementById(`operations-${tag.replaceAll(' ', '_')}-${operation}`)?.scrollIntoView();
}, true);
