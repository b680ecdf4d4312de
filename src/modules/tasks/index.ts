import './task.ts';
import './search-tasks.ts';
import './task-comment.ts';
import './checklist-item.ts';
import './task-mutations.ts';
import './bulk-mutations.ts';
import './dependency-mutations.ts';
import './project-closed.ts';
