const input = 'openapi.json';
module.exports = {
    client: {
        input,
        output: {
            target: 'generated/orval/register.ts',
            client: 'fetch',
            mode: 'single',
            headers: true,
            override: { mutator: { path: 'orval-fetch.ts', name: 'fetchFromRegister', extension: '.js' } },
        },
    },
    schemas: { input, output: { target: 'generated/orval/schemas.ts', client: 'zod', mode: 'single' } },
};
