import { type Resealed, resealColumn, type SealedColumn } from '../tenancy/reseal-column.ts';
import { answerContext } from './catalog-answers.ts';
import type { Identity } from './identity.ts';
import { sealContext } from './sessions.ts';
import { signingKeyContext } from './signing-keys.ts';
import { catalogAnswers, sessions, signingKeys } from './tables.ts';

const columns: readonly SealedColumn[] = [
  { table: signingKeys, id: signingKeys.id, value: signingKeys.privateKey, contextOf: signingKeyContext },
  { table: sessions, id: sessions.id, value: sessions.refreshKey, contextOf: sealContext },
  { table: catalogAnswers, id: catalogAnswers.id, value: catalogAnswers.answer, contextOf: answerContext },
];

/** Seals under the current SECRET what another secret sealed: keys of sessions, signing keys and stored answers. */
export async function resealIdentity({ catalog, seal }: Pick<Identity, 'catalog' | 'seal'>): Promise<Resealed> {
  const total: Resealed = { resealed: 0, unopened: 0 };
  for (const column of columns) {
    const { resealed, unopened } = await resealColumn(catalog, seal, column);
    total.resealed += resealed;
    total.unopened += unopened;
  }
  return total;
}
