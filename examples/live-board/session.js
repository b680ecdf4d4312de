const tokens = 'tokens { accessToken accessTokenExpiresAt refreshToken }';
const signIn = `mutation ($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password, delivery: BODY }) { ${tokens} }
}`;
const refresh = `mutation ($refreshToken: String!) {
  refreshSession(input: { refreshToken: $refreshToken, delivery: BODY }) { ${tokens} }
}`;

/** The access token is replaced when it expires within this time; milliseconds. */
const marginMs = 30_000;

/** Sends one operation; returns its data or throws its first error. */
export async function post(url, query, variables, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions?.code });
  return data;
}

/** A person who has signed in. */
export class Session {
  #url;
  #tokens;
  #refreshing;

  constructor(url, tokens) {
    this.#url = url;
    this.#tokens = tokens;
  }

  static async open(url, email, password) {
    return new Session(url, (await post(url, signIn, { email, password })).signIn.tokens);
  }

  /** The headers of a request, and the parameters of a WebSocket. */
  async headers() {
    if (Date.parse(this.#tokens.accessTokenExpiresAt) - Date.now() < marginMs) await this.#refresh();
    return { authorization: `Bearer ${this.#tokens.accessToken}` };
  }

  /** A refresh token is valid once, so requests that need a new access token at the same time share one refresh. */
  async #refresh() {
    this.#refreshing ??= post(this.#url, refresh, { refreshToken: this.#tokens.refreshToken }).finally(() => {
      this.#refreshing = undefined;
    });
    this.#tokens = (await this.#refreshing).refreshSession.tokens;
  }
}
