import { builder } from '../../graphql/declare/builder.ts';
import { Profile } from '../people/profile.ts';
import { type AccountEntry, readAccount } from './account.ts';
import { LeaveBalance } from './leave-balance.ts';
import { seesLeaveOf } from './sees-leave.ts';

const days = (description: string) => ({ type: 'Decimal', description }) as const;

const LeaveAccountEntry = builder.objectRef<AccountEntry>('LeaveAccountEntry').implement({
  description:
    'A balance of leave, with the days that were taken and requested. Leave draws on the balance that expires first.',
  fields: (t) => ({
    balance: t.field({
      type: LeaveBalance,
      description: 'The balance.',
      resolve: ({ balanceId }) => ({ id: balanceId }) as never,
    }),
    taken: t.expose('taken', days('Days of approved leave.')),
    requested: t.expose('requested', days('Days of leave that waits for approval.')),
    remaining: t.expose('remaining', days('Days that can still be requested.')),
  }),
});

builder.drizzleObjectFields(Profile, (t) => ({
  leaveAccount: t.field({
    type: [LeaveAccountEntry],
    nullable: true,
    description:
      'The leave that the person acquired, took and requested, by type and period. Null unless the person is you or ' +
      'reports to you, or you have leave:manage.',
    complexity: 20,
    select: { columns: { id: true } },
    resolve: async ({ id }, _args, ctx) =>
      (await seesLeaveOf(ctx, id)) ? (await readAccount(ctx.db, id)).entries : null,
  }),
}));
