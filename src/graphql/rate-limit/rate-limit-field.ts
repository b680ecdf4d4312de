import { later } from '../../lib/clock.ts';
import { builder } from '../declare/builder.ts';

interface RateLimitShape {
  limit: number;
  remaining: number;
  restoreRate: number;
  resetAt: Date;
  cost: number;
}

const RateLimit = builder.objectRef<RateLimitShape>('RateLimit').implement({
  description: 'How much the caller may still ask for, in points. Shows the limit that has the fewest points left.',
  fields: (t) => ({
    limit: t.exposeInt('limit', { description: 'The points that the caller can spend at once.' }),
    remaining: t.exposeInt('remaining', { description: 'The points that are left, with this operation paid.' }),
    restoreRate: t.exposeInt('restoreRate', { description: 'The points that the caller gets back each second.' }),
    resetAt: t.expose('resetAt', { type: 'DateTime', description: 'When all points are back, if no more are spent.' }),
    cost: t.exposeInt('cost', {
      description:
        'The points that this operation costs so far. If its database time costs more, the rest is charged later.',
    }),
  }),
});

builder.queryField('rateLimit', (t) =>
  t.field({
    type: RateLimit,
    nullable: true,
    description: 'How much the caller may still ask for; null for a caller without limits.',
    resolve: (_root, _args, { request: { answer }, services }) => {
      const { charge } = answer;
      if (!charge) return null;
      const { points, available, restoreRate, secondsUntilFull } = charge.emptiest;
      const resetAt = later(services.identity.clock(), secondsUntilFull * 1000);
      return { limit: points, remaining: Math.floor(available), restoreRate, resetAt, cost: charge.actual };
    },
  }),
);
