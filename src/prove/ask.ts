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
  const { query, variables = {}, headers = {}, path = '/graphql', host = 'localhost' } = question;
  const response = await server.ask(
    new Request(`http://${host}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', host, ...headers },
      body: JSON.stringify({ query, variables }),
    }),
  );
  const text = await response.text();
  const { data, errors = [] } = readBody(text);
  return { status: response.status, data, errors, text };
}

export const codesOf = ({ errors }: Answer): string[] => errors.map(({ extensions }) => extensions?.code ?? 'none');

function readBody(text: string): { data?: Answer['data']; errors?: Answer['errors'] } {
  try {
    return JSON.parse(text) as { data?: Answer['data']; errors?: Answer['errors'] };
  } catch {
    return { errors: [{ message: 'no JSON', extensions: { code: 'NO_JSON' } }] };
  }
}
