import { defineRewinding } from '../events/rewind/rewinding.ts';
import { codeCounters, codeFormats, idempotencyKeys, settings } from './tables.ts';

defineRewinding(settings, {
  key: ['key'],
  sources: [
    ({ later }) => `select each.key, era, seq, jsonb_build_object('key', each.key, 'value', each.value,
        'createdAt', created_at, 'updatedAt', created_at), false
      from ${later} as e cross join lateral jsonb_each(before) as each where action = 'settings.updated'`,
  ],
  lost: { '*': 'a setting that was not set has its default as its value' },
});
defineRewinding(codeFormats, {
  key: ['kind'],
  sources: [
    ({ later }) => `select metadata ->> 'kind', era, seq, before, false from ${later} as e
      where action = 'codeFormat.updated'`,
  ],
  lost: { '*': 'a format that was not set has the default as its pattern' },
});
defineRewinding(codeCounters, { lost: { '*': 'as they are now: no number is used twice' } });
defineRewinding(idempotencyKeys, {
  only: () => 'false',
  lost: { '*': 'none: stored answers belong to the original organization' },
});
