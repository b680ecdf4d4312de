import { caches } from './attacks/caches.ts';
import { changes } from './attacks/changes.ts';
import { credentials } from './attacks/credentials.ts';
import { cursors } from './attacks/cursors.ts';
import { filters } from './attacks/filters.ts';
import { hiddenRows } from './attacks/hidden-rows.ts';
import { ids } from './attacks/ids.ts';
import { jobs } from './attacks/jobs.ts';
import { mutations } from './attacks/mutations.ts';
import { pool } from './attacks/pool.ts';
import { queries } from './attacks/queries.ts';
import { retries } from './attacks/retries.ts';
import { rights } from './attacks/rights.ts';
import { subscriptions } from './attacks/subscriptions.ts';
import type { AttackGroup } from './duel.ts';

/** All kinds of attack, in order of execution: the last ones delete most of the attacker's data. */
export const allAttacks: readonly AttackGroup[] = [
  queries,
  hiddenRows,
  filters,
  ids,
  cursors,
  changes,
  caches,
  credentials,
  retries,
  rights,
  pool,
  jobs,
  subscriptions,
  mutations,
];
