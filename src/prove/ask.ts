import type { AttackedServer } from './target.ts';

export interface Question {
  query: string;
  variables?: Record<string, unknown>;
  headers?: Readonly<Record<string, string>>;
  path?: string;
  host?: string;
}

export interface Answer {
  status: number;
  data: Record<string, unknown> | null | undefined;
  errors: { message: string; extensions?: { code?: string } }[];
  /** The unparsed body. */
  text: string;
}

/** Sends an operation to one of the attacked servers. */
export async function send(server: AttackedServer, question: Question): Promise<Answer> {
  const { status, text } = await post(server, question);
  const { data, errors = [] } = readBody(text);
  return { status, data, errors, text };
}

/** Exports the rows of an operation; they are in `data.rows`. */
export async function sendExport(server: AttackedServer, question: Question): Promise<Answer> {
  const { path = '/graphql', headers } = question;
  const asked = { ...question, path: path.replace(/graphql$/, 'export') };
  const { status, text } = await post(server, { ...asked, headers: { ...headers, accept: 'application/jsonl' } });
  if (status !== 200) return { status, data: undefined, errors: readBody(text).errors ?? [], text };
  return { status, data: { rows: text.split('\n').filter(Boolean) }, errors: [], text };
}

async function post(server: AttackedServer, question: Question): Promise<{ status: number; text: string }> {
  const { query, variables = {}, headers = {}, path = '/graphql', host = 'localhost' } = question;
  const response = await server.ask(
    new Request(`http://${host}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', host, ...headers },
      body: JSON.stringify({ query, variables }),
    }),
  );
  return { status: response.status, text: await response.text() };
}

export const codesOf = ({ errors }: Answer): string[] => errors.map(({ extensions }) => extensions?.code ?? 'none');

function readBody(text: string): { data?: Answer['data']; errors?: Answer['errors'] } {
  try {
    return JSON.parse(text) as { data?: Answer['data']; errors?: Answer['errors'] };
  } catch {
    return { errors: [{ message: 'no JSON', extensions: { code: 'NO_JSON' } }] };
  }
}
