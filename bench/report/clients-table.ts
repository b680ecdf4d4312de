import type { ClientsResult } from '../clients/scenario.ts';
import { table } from './tables.ts';

/** Markdown of what the headers of clients cost. */
export function renderClients(results: readonly ClientsResult[]): string {
  const rows = results.flatMap(({ operation, senders }) =>
    senders.map(({ name, title, server, both, serverToBare, bothToBare }) => [
      `${operation.name}, **${name}**: ${title}`,
      server.toFixed(3),
      `${serverToBare.toFixed(2)}x`,
      both.toFixed(3),
      `${bothToBare.toFixed(2)}x`,
    ]),
  );
  const heads = ['', 'server CPU ms', 'to bare', 'with database ms', 'to bare'];
  return `### Processor time of a request, as different clients send it\n\n${table(heads, rows)}`;
}
