/*
 * What modules do when something happens in a module below them: one line for each file that calls `onEvent` or
 * `beforeDeletion`. Every process loads them, also commands that load no graph, since imports and new members cause
 * events too.
 */
import './modules/finance/keep-invoiced.ts';
import './modules/messaging/project-channel.ts';
import './modules/milestones/milestone-restored.ts';
import './modules/milestones/task-events.ts';
import './modules/notifications/approval-happened.ts';
import './modules/notifications/message-mentioned.ts';
import './modules/notifications/project-happened.ts';
import './modules/notifications/task-happened.ts';
import './modules/tasks/dependencies-restored.ts';
import './modules/tasks/labels-of-project.ts';
import './modules/tasks/main-assignee.ts';
import './modules/tasks/parent-restored.ts';
import './modules/tasks/project-closed.ts';
import './modules/time/follow-task.ts';
import './modules/time/keep-reported-client.ts';
import './modules/time/keep-validated.ts';
import './modules/time/person-left.ts';
import './modules/time/project-closed.ts';
import './modules/time/project-restored.ts';
