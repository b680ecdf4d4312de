import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/* Sends twenty queries a second until it is told to stop, and tells how long they took. */
const { port, token } = (await once(process, 'message'))[0] as { port: number; token: string };
const times: number[] = [];
const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
const body = JSON.stringify({ query: '{ projects(first: 10) { nodes { id name } } }' });
const send = async (): Promise<void> => {
  const from = performance.now();
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body });
  const { errors } = (await answer.json()) as { errors?: object[] };
  if (errors) console.log(JSON.stringify(errors));
  times.push(performance.now() - from);
};
await send();
times.length = 0;
process.send!('ready');
let isOver = false;
process.once('message', () => {
  isOver = true;
});
const running: Promise<void>[] = [];
while (!isOver) {
  running.push(send());
  await delay(50);
}
await Promise.all(running);
const sorted = times.toSorted((a, b) => a - b);
const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
process.send!({ count: sorted.length, p50: at(0.5), p99: at(0.99) });
