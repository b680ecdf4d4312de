import { defineResource } from '../events/resource.ts';

defineResource('calendarHolidays', {
  name: 'CalendarHoliday',
  noun: 'holiday',
  description: 'A day on which nobody works, beside the public holidays of a calendar.',
  parent: 'calendar',
  read: 'parent',
  write: 'settings:write',
  fields: {
    calendar: { description: 'The calendar.', listDescription: 'Its own holidays, beside the public ones.' },
    day: 'The day; once in each calendar.',
    name: { description: 'Name.', personal: false },
  },
  order: { day: 'asc' },
  list: 'The own holidays of all calendars.',
  create: { writes: ['calendarId', 'day', 'name'], bulk: 200 },
  update: { writes: ['day', 'name'] },
  upsert: 500,
  delete: true,
});
