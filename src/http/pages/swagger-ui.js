// Swagger UI with what the register adds: truthful padlocks, filters that nobody has filled, folded problems, a search for
// operations, dark colours if the system has them.

const dark = matchMedia('(prefers-color-scheme: dark)');
const paint = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', paint);
paint();

// Swagger UI fills every parameter with its example or its default, and sends all of them. Only those that are required
// are filled: the others tell both in words.
function tellExamples(document) {
    for (const operation of Object.values(document.paths).flatMap(Object.values)) {
        for (const parameter of operation.parameters ?? []) {
            if (!parameter.required) tellExample(parameter);
        }
    }
    return document;
}

function tellExample(parameter) {
    for (const [name, holder, member] of [['Default', parameter.schema, 'default'], ['Example', parameter, 'example']]) {
        if (holder[member] !== undefined) parameter.description += `\n\n${name}: \`${[holder[member]].flat().join(', ')}\``;
        delete holder[member];
    }
}

// The groups with the operations that contain every word of the question.
function search(groups, question) {
    const words = question.toLowerCase().split(/\s+/);
    const isFound = (operation, group) => {
        const about = (name) => operation.getIn(['operation', name]) ?? '';
        const text = [
            group, operation.get('method'), operation.get('path'), about('operationId'), about('summary'), about('description'),
            ...operation.getIn(['operation', 'parameters'], []).map((parameter) => parameter.get('name')),
        ].join(' ').toLowerCase();
        const readable = text.replace(/[^\p{L}\p{N}]+/gu, ' ');
        return words.every((word) => text.includes(word) || readable.includes(word));
    };
    const kept = groups.map((group, name) => (
        group.update('operations', (operations) => operations.filter((operation) => isFound(operation, name)))));
    return kept.filter((group) => group.get('operations').size > 0);
}

const questionOf = (layoutSelectors) => {
    const question = layoutSelectors.currentFilter();
    return typeof question === 'string' ? question : '';
};

function register({ React }) {
    const create = React.createElement;

    const Search = ({ layoutSelectors, layoutActions, specSelectors }) => {
        const question = questionOf(layoutSelectors);
        const counts = specSelectors.taggedOperations().valueSeq().map((group) => group.get('operations').size);
        const found = counts.reduce((sum, count) => sum + count, 0);
        return create('div', { className: 'search wrapper', role: 'search' },
            create('label', { htmlFor: 'search' }, 'Find operations'),
            create('input', {
                id: 'search', type: 'search', value: question, placeholder: 'words of the path or the description',
                onChange: (event) => layoutActions.updateFilter(event.target.value),
            }),
            create('output', { htmlFor: 'search' }, `${found} ${found === 1 ? 'operation' : 'operations'}`));
    };

    const orNothing = (Operations) => (props) => {
        const isEmpty = questionOf(props.layoutSelectors) && props.specSelectors.taggedOperations().size === 0;
        return isEmpty ? create('p', null, 'No operation contains all of these words.') : create(Operations, props);
    };

    // A padlock means that a key is needed. Where it is optional, it is sent all the same if there is one.
    const lockedIfNeeded = (Summary) => (props) => {
        const isOpen = props.operationProps.get('security').some((way) => way.isEmpty());
        const shown = isOpen ? props.operationProps.update('security', (ways) => ways.clear()) : props.operationProps;
        return create(Summary, { ...props, operationProps: shown });
    };
    const explained = (Lock) => (props) => create('span', { title: 'needs an API key' }, create(Lock, props));

    const isProblem = (_, status) => status >= '400';
    const foldProblems = (Responses) => (props) => create(React.Fragment, null,
        create(Responses, { ...props, responses: props.responses.filterNot(isProblem) }),
        create(Problems, { problems: props.responses.filter(isProblem), getComponent: props.getComponent }));

    const Problems = ({ problems, getComponent }) => {
        const [isOpen, open] = React.useState(false);
        const onToggle = (event) => open(event.target.open);
        return create('details', { className: 'problems', onToggle },
            create('summary', null, `Problems: ${problems.keySeq().join(', ')}`),
            isOpen && create(Explanations, { problems, Markdown: getComponent('Markdown', true) }));
    };

    const Explanations = ({ problems, Markdown }) => create(React.Fragment, null,
        create('p', null, 'Each is a problem document, ', create('code', null, 'application/problem+json'), ', with a ',
            create('code', null, 'code'), ' and the address of its ', create('a', { href: '../problems' }, 'explanation'), '.'),
        create('dl', null, problems.entrySeq().flatMap(([status, problem]) => [
            create('dt', { key: status }, status),
            create('dd', { key: `${status} said` }, create(Markdown, { source: problem.get('description') })),
        ]).toArray()));

    // The path is within the button that opens the operation, where a link would be a second control.
    const withoutLink = (DeepLink) => (props) => (
        props.path.includes('/') ? create('span', null, props.text) : create(DeepLink, props));

    return {
        fn: { opsFilter: search },
        statePlugins: {
            spec: { wrapActions: { updateJsonSpec: (update) => (document) => update(tellExamples(document)) } },
        },
        components: { FilterContainer: Search },
        wrapComponents: {
            operations: orNothing,
            DeepLink: withoutLink,
            OperationSummary: lockedIfNeeded,
            authorizeOperationBtn: explained,
            responses: foldProblems,
        },
    };
}

globalThis.ui = SwaggerUIBundle({
    // Swagger UI takes three times as long with the document in OpenAPI 3.1, which it reads in another way.
    url: '../openapi-3.0.json',
    dom_id: '#swagger-ui',
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [register],
    layout: 'BaseLayout',
    deepLinking: true,
    persistAuthorization: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    validatorUrl: 'none',
    syntaxHighlight: { theme: 'obsidian' },
});

// Swagger UI names some controls only by a picture or by what is beside them, and some wrongly.
const NAMES = {
    '#servers': () => 'Server',
    '.copy-to-clipboard button': () => 'Copy',
    '.close-modal': () => 'Close',
    '.modal-btn.authorize[type=submit]': () => 'Authorize with this key',
    '.body-param__text': () => 'Request body',
    'tr[data-param-name] :is(input, select, textarea)': (control) => control.closest('tr').dataset.paramName,
    '.responses-table[role=region]': (table) => table.id.replaceAll('_', ' '),
};
function nameControls() {
    for (const [selector, name] of Object.entries(NAMES)) {
        for (const control of document.querySelectorAll(selector)) control.ariaLabel = name(control);
    }
    // What may be scrolled can be scrolled with the keyboard.
    for (const code of document.querySelectorAll('pre.microlight')) code.tabIndex = 0;
}
let isWaiting = false;
new MutationObserver(() => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => {
        isWaiting = false;
        nameControls();
    });
}).observe(document.getElementById('swagger-ui'), { childList: true, subtree: true });

// Links in the texts open the operation that they name, in this page: Swagger UI would load another, and fold the group that
// the link is in.
addEventListener('click', (event) => {
    const link = event.target.closest('a[target="_blank"][href^="#/"]');
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    const [, tag, operation] = decodeURIComponent(link.hash).split('/');
    const { show, updateFilter } = globalThis.ui.getSystem().layoutActions;
    updateFilter('');
    show(['operations-tag', tag], true);
    show(['operations', tag, operation], true);
    requestAnimationFrame(() => {
        document.getElementById(`operations-${tag.replaceAll(' ', '_')}-${operation}`)?.scrollIntoView();
    });
}, true);
