import { InvalidArgumentError, Option } from 'commander';
import type { Flags } from '../commands/tenant-rewind.ts';
import { declare } from '../declare.ts';
import { readTime } from '../read-time.ts';

const event = /^(?:Event:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

export const tenantRewind = declare<[slug: string, flags: Flags]>({
  usage: 'rewind <slug>',
  description:
    'Create a new organization with a former state of another, from its event log. The other stays as it is.',
  examples: [
    'tenant rewind acme --to 2026-11-30T09:41:07Z --as acme-then --owner ada@acme.example',
    'tenant rewind acme --to Event:01a1d3c2-5f6e-7c41-9f0b-6d0f2b8f4a11 --as acme-then --members',
  ],
  options: (command) =>
    command
      .addOption(
        new Option('--to <event|time>', 'the moment: the id of the last event to keep, or a time')
          .argParser(readMoment)
          .makeOptionMandatory(),
      )
      .requiredOption('--as <slug>', 'the slug of the new organization')
      .option('--name <name>', 'its name (default: the name of the original)')
      .addOption(new Option('--owner <email>', 'the user who becomes its owner').conflicts('members'))
      .option('--members', 'give it the members of the original, with their roles'),
  destroys: null,
  run: async (...args) => (await import('../commands/tenant-rewind.ts')).run(...args),
});

function readMoment(text: string): string | Date {
  const moment = event.exec(text.toLowerCase().replace('event:', 'Event:'))?.[1] ?? readTime(text);
  if (moment === undefined) {
    throw new InvalidArgumentError(
      'must be the id of an event, such as Event:01a1d3c2-…, or an instant such as 2026-11-30T09:41:07Z',
    );
  }
  return moment;
}
