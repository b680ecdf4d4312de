import './time-entry.ts';
import './worked-hours.ts';
import './running-timer.ts';
import './time-entries-aggregate.ts';
import './time-entry-mutations.ts';
import './timer-mutations.ts';
import './import-mutation.ts';
import './follow-task.ts';
