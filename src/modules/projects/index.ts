import './project.ts';
import './project-phase.ts';
import './project-assignment.ts';
import './deliverable.ts';
import './incident.ts';
