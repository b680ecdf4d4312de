import './milestone.ts';
import './milestone-relations.ts';
import './milestone-task.ts';
import './milestone-plan.ts';
import './membership-mutations.ts';
import './task-events.ts';
import './rewinding.ts';
import './duplicate-mutation.ts';
