import { existsSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ImportReport } from '../../src/modules/imports/run-import.ts';
import { root } from '../support/sources.ts';
import { type Company, world } from '../support/world.ts';
import { everything, importInto, shippedMapping } from './support.ts';

const data = path.join(root, '../shared/data');
const nothing = { created: {}, updated: {}, deleted: {} };

async function importAll(company: Company): Promise<ImportReport[]> {
  const [tasks, chat] = [await shippedMapping('sip-tasks.yaml'), await shippedMapping('slack-chat.yaml')];
  return [
    await importInto(company, 'tasks', path.join(data, 'sip/Sip-task-info.csv'), tasks),
    await importInto(company, 'messages', path.join(data, 'slack/racket-general-2017.xml'), chat),
    await importInto(company, 'messages', path.join(data, 'slack/racket-general-2018.xml'), chat),
  ];
}

// The data is not part of the repository. The other tests here check the same rules on similar rows.
describe.runIf(existsSync(data))('ten years of a software house, and two of a chat', async () => {
  const company = await (await world()).company();
  const manager = await company.as('MANAGER');

  it('are in the graph', async () => {
    const reports = await importAll(company);
    expect(reports.map(({ rows, skipped }) => [rows, skipped.length])).toEqual([
      [12_299, 0],
      [6_757, 0],
      [9_709, 0],
    ]);
    const answer = await manager.ok(`{
      projects { totalCount }
      tasks { totalCount }
      timeEntriesAggregate { sum }
      channels(where: { externalReference: { eq: "slack:racket:general" } }) { nodes { messages { totalCount } } }
      profiles(where: { externalReference: { isNull: false } }) { totalCount }
    }`);
    expect(answer).toEqual({
      projects: { totalCount: 20 },
      tasks: { totalCount: 10_266 },
      timeEntriesAggregate: [{ sum: '95001.98' }],
      channels: { nodes: [{ messages: { totalCount: 16_466 } }] },
      profiles: { totalCount: 247 },
    });
  });

  it('change nothing when imported again', async () => {
    const before = await everything(company);
    for (const { changes } of await importAll(company)) expect(changes).toEqual(nothing);
    expect(isDeepStrictEqual(await everything(company), before)).toBe(true);
  });
});
