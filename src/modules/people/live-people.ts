import { setTimeout as delay } from 'node:timers/promises';
import type { GraphQLResolveInfo } from 'graphql';
import type { Context } from '../../graphql/context.ts';
import { loadRows } from '../../graphql/declare/nodes.ts';
import type { LiveList } from '../../tenancy/live-marks.ts';

export interface LivePeople {
  people: object[];
}

/**
 * The people of a list, except the viewer, as far as the viewer may see them; the subscription continues when the list
 * has changed, and `pauseMs` later at the earliest.
 */
export async function livePeople(
  ctx: Context,
  info: GraphQLResolveInfo,
  list: LiveList,
  pauseMs: number,
): Promise<LivePeople> {
  const { liveMarks } = ctx.services;
  const { version, people } = liveMarks.in(list);
  const wanted = people.filter((id) => id !== ctx.viewer.profileId).map((id) => ({ typename: 'Profile', id }));
  const rows = wanted.length === 0 ? [] : await loadRows(ctx, info, 'Profile', wanted, { path: ['people'] });
  ctx.request.answer.followed = {
    cursor: String(version),
    position: '',
    hasMore: false,
    isEmpty: false,
    changed: async (signal) => {
      if (!(await liveMarks.changed(list, version, signal))) return false;
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      return true;
    },
  };
  return { people: rows };
}
