export default {
    input: 'openapi.json',
    output: { path: 'generated/hey-api', importFileExtension: '.js' },
    plugins: [
        '@hey-api/client-fetch',
        { name: '@hey-api/typescript', enums: 'javascript' },
        'zod',
        { name: '@hey-api/sdk', validator: { response: true } },
    ],
};
