import { type ChangeWarning, type ChangeWarningCode, warningsOf } from '../../tenancy/change-warnings.ts';
import type { Context } from '../context.ts';
import { builder, type SchemaTypes } from './builder.ts';

const WarningCode = builder.enumType('ChangeWarningCode', {
  description: 'The kind of a warning.',
  values: {
    OPEN_TASKS: { description: 'The project has tasks that are not DONE.' },
    OPEN_SUBTASKS: { description: 'The finished task has subtasks that are not DONE.' },
    TIMERS_STOPPED: { description: 'Timers ran on the project; they were stopped and their time was recorded.' },
    PARTS_NOT_RESTORED: {
      description:
        'Parts of the object stay deleted: what they belonged to is gone, or another object has their place.',
    },
  } satisfies Record<ChangeWarningCode, { description: string }>,
});

const Warning = builder.objectRef<ChangeWarning>('ChangeWarning').implement({
  description: 'A consequence of a change that people should look at. The change is made anyway.',
  fields: (t) => ({
    code: t.expose('code', { type: WarningCode, description: 'The kind of the warning.' }),
    message: t.exposeString('message', { description: 'The warning in words.' }),
    count: t.exposeInt('count', { description: 'Number of objects concerned.' }),
  }),
});

type PayloadBuilder<Shape> = PothosSchemaTypes.ObjectFieldBuilder<SchemaTypes, Shape>;

/** A payload field with the warnings of the change. */
export const changeWarnings = <Shape>(t: PayloadBuilder<Shape>) =>
  t.field({
    type: [Warning],
    description: 'Consequences of the change that people should look at; empty if there are none.',
    resolve: (_shape: unknown, _args: unknown, ctx: Context) => [...warningsOf(ctx.tx)],
  });
