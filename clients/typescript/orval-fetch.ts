// Sends the requests of the client that orval generates. BASE_URL is the address of the service; API_KEY is sent with every
// request.
const { BASE_URL = 'http://127.0.0.1:8080', API_KEY = '' } = process.env;

export async function fetchFromRegister<T>(path: string, options: RequestInit): Promise<T> {
    const headers = new Headers(options.headers);
    headers.set('Authorization', `Bearer ${API_KEY}`);
    const response = await fetch(`${BASE_URL}/v1${path}`, { ...options, headers });
    const text = await response.text();
    return { status: response.status, headers: response.headers, data: text ? JSON.parse(text) : undefined } as T;
}
