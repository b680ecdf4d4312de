import './milestone.ts';
import './milestone-task.ts';
import './milestone-plan.ts';
import './milestone-mutations.ts';
import './membership-mutations.ts';
import './task-events.ts';
