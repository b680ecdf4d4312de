import './work-calendar.ts';
import './calendar-holiday.ts';
