import { defineResource } from '../events/resource.ts';

defineResource('calendarHolidays', {
  name: 'CalendarHoliday',
  noun: 'holiday',
  description: 'A day on which nobody works, in addition to the public holidays of a calendar.',
  parent: 'calendar',
  read: 'parent',
  write: 'settings:write',
  fields: {
    calendar: { description: 'The calendar.', listDescription: 'Its own holidays, in addition to the public ones.' },
    day: 'The day; unique in each calendar.',
    name: { description: 'Name.', personal: false },
  },
  order: { day: 'asc' },
  list: 'The holidays of all calendars, without the public ones.',
  create: { writes: ['calendarId', 'day', 'name'], bulk: 200 },
  update: { writes: ['day', 'name'] },
  upsert: 500,
  delete: true,
});
