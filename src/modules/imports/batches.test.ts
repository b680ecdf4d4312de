import { expect, it } from 'vitest';
import { type Batch, batchesOf, type Outcome } from './batches.ts';

const task = (line: number, reference: string): Outcome => ({
  line,
  people: [],
  task: { reference, name: reference, projectReference: 'p' },
});

async function batches(outcomes: Outcome[], size: number): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batchesOf(
    (async function* () {
      yield* outcomes;
    })(),
    size,
  )) {
    found.push(batch);
  }
  return found;
}
const lines = ({ records, refused, rowsDone }: Batch) => [
  ...[...records, ...refused].map(({ line }) => line),
  rowsDone,
];

it('fills batches; counts invalid rows as rows, but not deferred parts', async () => {
  const waited = { line: 2, people: [], isDeferred: true as const };
  const outcomes = [task(2, 'a'), { line: 3, reason: 'bad' }, task(4, 'b'), task(5, 'b'), task(6, 'c'), waited];
  expect((await batches(outcomes, 2)).map(lines)).toEqual([
    [2, 3, 2],
    [4, 5, 4],
    [6, 2, 5],
  ]);
  expect((await batches(outcomes, 4)).map(({ outcomesDone }) => outcomesDone)).toEqual([4, 6]);
});
