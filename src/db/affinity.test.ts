import { expect, test } from 'vitest';
import { type Candidate, chooseSlot } from './affinity.ts';
import { BackendMemoryEstimate } from './backend-memory-estimate.ts';

function slot(memoryBytes: number, ...known: string[]): Candidate {
  const keys = new BackendMemoryEstimate();
  for (const key of known) keys.serve(key);
  return { keys, memoryBytes };
}

test('a key goes to the free slot that served it first', () => {
  const [late, early, stranger] = [slot(1, 'x', 'y', 'a'), slot(9, 'x', 'a'), slot(0)];
  expect(chooseSlot('a', [late, stranger, early], [], true)).toEqual({ slot: early, warm: true });
  expect(chooseSlot('a', [late, stranger], [early], true)).toEqual({ slot: late, warm: true });
});

test('a new key goes to the slot with the least memory', () => {
  const [full, empty] = [slot(9, 'x'), slot(1, 'y')];
  expect(chooseSlot('a', [full, empty], [full, empty], true)).toEqual({ slot: empty, warm: false });
  expect(chooseSlot('a', [], [full, empty], true)).toBeUndefined();
});

test('a key that a busy slot knows waits for that slot while it is patient', () => {
  const [home, other] = [slot(1, 'a'), slot(9, 'x')];
  expect(chooseSlot('a', [other], [home, other], true)).toBeUndefined();
  expect(chooseSlot('a', [other], [home, other], false)).toEqual({ slot: other, warm: false });
});
