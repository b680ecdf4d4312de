import { builder } from '../../graphql/declare/builder.ts';
import { toDayNumber } from '../../lib/days.ts';
import { badInput } from '../../lib/errors.ts';
import { LeaveRequest } from './leave-request.ts';

const longestPeriod = 366;
const mostAbsences = 1_000;

builder.queryField('whoIsAway', (t) =>
  t.drizzleField({
    type: [LeaveRequest],
    authScopes: { reads: 'leaveRequests' },
    description: `Approved leave in a period, by its first day: that of everybody with leave:manage, otherwise yours and that of your reports. At most ${mostAbsences}.`,
    args: {
      from: t.arg({ type: 'LocalDate', required: true, description: 'First day.' }),
      to: t.arg({ type: 'LocalDate', required: true, description: `Last day: at most ${longestPeriod} days in all.` }),
    },
    complexity: { field: 10, multiplier: 50 },
    resolve: (query, _root, { from, to }, ctx) => {
      if (to < from) throw badInput(`must not be before ${from}`, 'to');
      if (toDayNumber(to) - toDayNumber(from) >= longestPeriod)
        throw badInput(`must be less than ${longestPeriod} days after ${from}`, 'to');
      const where = { status: 'APPROVED' as const, fromDate: { lte: to }, toDate: { gte: from } };
      return ctx.db.query.leaveRequests.findMany(
        query({ where, orderBy: { fromDate: 'asc', id: 'asc' }, limit: mostAbsences }),
      );
    },
  }),
);
