export { printPersonalData } from './graphql/declare/personal-data.ts';

import type { WorkerToolbox } from './cli/toolbox.ts';
import { printGraph } from './graphql/declare/print-graph.ts';
import { rewoundRows } from './modules/events/rewind/rewound-rows.ts';
import { whatIsLost } from './modules/events/rewind/what-is-lost.ts';
import { openProofTarget } from './proof-target.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';
import { openApp } from './start.ts';
import { settings } from './start-fleet.ts';

/* What commands need the graph for, which takes long to load. */

export const printSchema = (): string => printGraph(schema);
export const openForProof = async () => openProofTarget(await openApp());
export const loadRewinding = () => ({ rowsOf: rewoundRows, lost: whatIsLost() });

/** At least one worker, also where servers have none. */
export async function openWorker(): Promise<WorkerToolbox> {
  const resources = new AsyncDisposableStack();
  const app = resources.use(await openApp());
  const { directory } = app;
  const worker = resources.use(app.startWorkers(Math.max(app.config.jobWorkers, 1)));
  return { worker, directory, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

export const serveUntil = (signal: AbortSignal, stdout: { write(text: string): unknown }): Promise<void> =>
  serve({ ...settings(), signal, stdout });
