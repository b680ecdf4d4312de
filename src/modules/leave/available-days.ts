import { builder } from '../../graphql/declare/builder.ts';
import { type PeriodOfPerson, WorkingDays } from '../people/working-days.ts';
import { awayDays } from './away-days.ts';
import { seesLeaveOf } from './sees-leave.ts';

interface LeaveDay {
  day: string;
  part: number;
}

const LeaveDay = builder.objectRef<LeaveDay>('LeaveDay').implement({
  description: 'A working day on which a person has approved leave.',
  fields: (t) => ({
    day: t.expose('day', { type: 'LocalDate', description: 'The day.' }),
    part: t.field({
      type: 'Decimal',
      description: 'The part of the day: 0.5 or 1.',
      resolve: ({ part }) => String(part),
    }),
  }),
});

async function leaveOf(
  { profileId, days }: PeriodOfPerson,
  ctx: Parameters<typeof seesLeaveOf>[0],
): Promise<LeaveDay[] | null> {
  const working = days.flatMap(({ day, isWorkingDay }) => (isWorkingDay ? [day] : []));
  if (profileId === null || !(await seesLeaveOf(ctx, profileId))) return null;
  if (working.length === 0) return [];
  const away = await awayDays(ctx.db, profileId, { from: working[0]!, to: working.at(-1)! });
  return working.flatMap((day) => (away.has(day) ? [{ day, part: away.get(day)! }] : []));
}

builder.objectFields(WorkingDays, (t) => ({
  leave: t.field({
    type: [LeaveDay],
    nullable: true,
    description:
      'The working days on which the person has approved leave. Null without a person, or if you may not see their ' +
      'leave: you see your own and that of your reports, and with leave:manage everybody’s.',
    resolve: (period, _args, ctx) => leaveOf(period, ctx),
  }),
  available: t.field({
    type: 'Decimal',
    nullable: true,
    description: 'Number of working days minus the leave; null if `leave` is null.',
    resolve: async (period, _args, ctx) => {
      const leave = await leaveOf(period, ctx);
      if (!leave) return null;
      const working = period.days.filter(({ isWorkingDay }) => isWorkingDay).length;
      return String(leave.reduce((rest, { part }) => rest - part, working));
    },
  }),
}));
