import { createClient as createSseClient } from '/lib/graphql-sse/client.mjs';
import { createClient as createSocketClient } from '/lib/graphql-ws/client.js';
import { resuming } from './resuming.js';
import { post } from './session.js';

const clientOptions = { retryAttempts: Number.POSITIVE_INFINITY, shouldRetry: () => true };

function clientFor(transport, url, session) {
  if (transport === 'sse') return createSseClient({ ...clientOptions, url, headers: () => session.headers() });
  const socketUrl = url.replace(/^http/, 'ws');
  return createSocketClient({ ...clientOptions, url: socketUrl, connectionParams: () => session.headers() });
}

/** At most; milliseconds. Clients that were disconnected together should not come back together. */
const pauseMs = 2_000;

/** The graph as one person sees it. */
export class Graph {
  #url;
  #session;
  #client;

  constructor(url, session, transport) {
    this.#url = url;
    this.#session = session;
    this.#client = resuming(clientFor(transport, url, session));
  }

  async ask(query, variables) {
    return post(this.#url, query, variables, await this.#session.headers());
  }

  /**
   * Follows a subscription with a variable `$after`, and resumes it whenever it ends. `onFrame` gets each frame;
   * `onExpired` is called when changes are lost and everything must be loaded again, after the next first frame.
   */
  follow(query, variables, { onFrame, onExpired }) {
    const own = { ...variables };
    const begin = () => {
      let code;
      const again = () => {
        if (code === 'CURSOR_EXPIRED') {
          own.after = null;
          onExpired();
        }
        setTimeout(begin, Math.random() * pauseMs);
      };
      this.#client.subscribe(
        { query, variables: own },
        {
          next({ data, errors }) {
            code = errors?.[0].extensions?.code;
            if (errors) return;
            const [frame] = Object.values(data);
            own.after = frame.cursor;
            onFrame(frame);
          },
          error(error) {
            code = Array.isArray(error) ? error[0].extensions?.code : undefined;
            again();
          },
          complete: again,
        },
      );
    };
    begin();
  }
}
