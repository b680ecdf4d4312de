/** A browser without scripts: it keeps cookies, says where forms come from, and follows what it is sent to. */
export class Visitor {
  readonly origin: string;
  readonly language: string;
  cookie = '';

  constructor(origin: string, language = 'en') {
    this.origin = origin;
    this.language = language;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#send(path, { headers: { ...this.#headers(), ...headers } });
  }

  post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const body = new URLSearchParams(fields);
    return this.#send(path, { method: 'POST', body, headers: { ...this.#headers(), origin: this.origin, ...headers } });
  }

  async graphql(query: string, path = '/graphql', headers: Record<string, string> = {}) {
    const sent = {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-chantier-csrf': 'page',
      origin: this.origin,
      ...headers,
    };
    const body = JSON.stringify({ query });
    const response = await this.#send(path, { method: 'POST', body, headers: { ...this.#headers(), ...sent } });
    return (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  }

  #headers(): Record<string, string> {
    const cookie = this.cookie === '' ? undefined : { cookie: this.cookie };
    return { accept: 'text/html', 'accept-language': this.language, ...cookie };
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const response = await fetch(this.origin + path, { redirect: 'manual', ...init });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      this.cookie = /Max-Age=0/.test(line) ? '' : pair;
    }
    return response;
  }
}
