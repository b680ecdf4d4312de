import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, expect, it } from 'vitest';
import { settledLog } from '../events/support.ts';
import { createProject } from '../projects/support.ts';
import { startProgram } from '../support/program.ts';
import { run } from '../support/run.ts';
import { world } from '../support/world.ts';
import { createTask } from '../tasks/support.ts';
import { Receiver } from './support.ts';

/** KILLS=30 sends 1,000 messages while it kills the worker 30 times. */
const kills = Number(process.env.KILLS ?? 3);
const messages = kills * 33;

const receiver = await Receiver.open();
const server = await world();
afterAll(() => receiver[Symbol.asyncDispose]());

it(`sends each event at least once under one id while the worker is killed ${kills} times`, async () => {
  const company = await server.company();
  const owner = await company.as('OWNER');
  const projectId = await createProject(owner);
  const url = `http://127.0.0.1:${receiver.port}/`;
  await run(owner, 'createWebhook', { name: 'Hook', url, types: ['Task'], actions: ['task.created'] }, 'secret');
  const { binding } = server.app;
  const sql = (text: string) => binding.write(company.tenant, (tx) => tx.run(text, []));
  let worker: ChildProcess;
  /** Of the messages of this worker, the one whose arrival kills it; even ones are answered first. */
  let fatal = 0;
  let arrived = 0;
  receiver.answer = (response) => {
    arrived++;
    if (arrived === fatal && fatal % 2) worker.kill('SIGKILL');
    response.end(() => {
      if (arrived >= fatal && fatal && !worker.killed) worker.kill('SIGKILL');
    });
  };
  let created = 0;
  const create = async (count: number) => {
    for (let n = 0; n < count; n++) await createTask(owner, { projectId, name: `Task ${created++}` });
  };
  for (let kill = 0; kill < kills; kill++) {
    // The lease of a killed worker ends after two minutes
    await sql('update jobs set locked_until = null');
    await create(Math.ceil(messages / kills));
    fatal = 1 + Math.floor(Math.random() * 30);
    arrived = 0;
    worker = startProgram(['worker'], {
      DATABASE_URL: server.databaseUrl,
      WEBHOOK_ALLOW: '127.0.0.1',
      JOB_WORKERS: '1',
    });
    await once(worker, 'exit');
    expect(worker.signalCode).toBe('SIGKILL');
  }
  fatal = 0;
  await settledLog(company);
  await sql('update jobs set locked_until = null');
  worker = startProgram(['jobs', 'drain'], { DATABASE_URL: server.databaseUrl, WEBHOOK_ALLOW: '127.0.0.1' });
  await once(worker, 'exit');
  expect(worker.exitCode).toBe(0);
  const { webhookDeliveriesAggregate, webhookDeliveries } = await owner.ok(
    '{ webhookDeliveriesAggregate { count } webhookDeliveries(first: 100, where: { status: { ne: DELIVERED } }) { totalCount nodes { messageId } } }',
  );
  expect([webhookDeliveriesAggregate, webhookDeliveries.totalCount]).toEqual([[{ count: created }], 0]);
  const byEvent = Map.groupBy(receiver.received, ({ body }) => JSON.parse(body).data.eventId as string);
  expect(byEvent.size).toBe(created);
  const idsOf = (received: typeof receiver.received) => new Set(received.map(({ headers }) => headers['webhook-id']));
  for (const some of byEvent.values()) expect(idsOf(some).size).toBe(1);
  expect(idsOf(receiver.received).size).toBe(created);
  console.log(`${created} events, ${receiver.received.length} messages, ${kills} kills`);
});
