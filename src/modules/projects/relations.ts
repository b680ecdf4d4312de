import { defineRelationsPart } from 'drizzle-orm';
import * as clients from '../clients/tables.ts';
import * as people from '../people/tables.ts';
import * as tables from './tables.ts';

export const projectsRelations = defineRelationsPart({ ...people, ...clients, ...tables }, (r) => ({
  projects: {
    client: r.one.clients({ from: r.projects.clientId, to: r.clients.id, optional: false }),
    manager: r.one.profiles({ from: r.projects.managerId, to: r.profiles.id }),
    phases: r.many.projectPhases({ from: r.projects.id, to: r.projectPhases.projectId }),
    assignments: r.many.projectAssignments({ from: r.projects.id, to: r.projectAssignments.projectId }),
    deliverables: r.many.deliverables({ from: r.projects.id, to: r.deliverables.projectId }),
    incidents: r.many.incidents({ from: r.projects.id, to: r.incidents.projectId }),
  },
  projectPhases: {
    project: r.one.projects({ from: r.projectPhases.projectId, to: r.projects.id, optional: false }),
  },
  projectAssignments: {
    project: r.one.projects({ from: r.projectAssignments.projectId, to: r.projects.id, optional: false }),
    profile: r.one.profiles({ from: r.projectAssignments.profileId, to: r.profiles.id, optional: false }),
  },
  deliverables: {
    project: r.one.projects({ from: r.deliverables.projectId, to: r.projects.id, optional: false }),
  },
  incidents: {
    project: r.one.projects({ from: r.incidents.projectId, to: r.projects.id, optional: false }),
    reporter: r.one.profiles({ from: r.incidents.reporterId, to: r.profiles.id }),
  },
  clients: {
    projects: r.many.projects({ from: r.clients.id, to: r.projects.clientId }),
  },
  profiles: {
    managedProjects: r.many.projects({ from: r.profiles.id, to: r.projects.managerId }),
    assignments: r.many.projectAssignments({ from: r.profiles.id, to: r.projectAssignments.profileId }),
  },
}));
