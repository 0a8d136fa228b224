// Links in the texts open the operation that they name, in this page: Swagger UI would load another.
addEventListener('click', (event) => {
    const link = event.target.closest('a[target="_blank"][href^="#/"]');
    if (!link) return;
    event.preventDefault();
    const [, tag, operation] = decodeURIComponent(link.hash).split('/');
    window.ui.getSystem().layoutActions.show(['operations', tag, operation], true);
    document.getElementById(`operations-${tag.replaceAll(' ', '_')}-${operation}`)?.scrollIntoView();
});
