import { defineFilter, type Filter } from '../../graphql/declare/filters.ts';
import { clientFilter } from '../clients/client-filter.ts';
import { profileFilter } from '../people/profile-filter.ts';
import { DeliverableStatus } from './deliverable-status.ts';
import { IncidentSeverity, IncidentStatus } from './incident-status.ts';
import { ProjectStatus } from './project-status.ts';

// A project is found by its parts and a part by its project, so their filters stand in one file.

export const projectFilter: Filter<'projects'> = defineFilter('ProjectFilter', 'projects', {
  description: 'Which projects.',
  fields: {
    id: { id: 'Project', column: 'id', description: 'By id.' },
    clientId: { id: 'Client', column: 'clientId', description: 'By client.' },
    managerId: { id: 'Profile', column: 'managerId', description: 'By who leads them.' },
    name: { as: 'String', column: 'name', description: 'By name.' },
    code: { as: 'String', column: 'code', description: 'By code.' },
    status: { enum: ProjectStatus, name: 'ProjectStatus', column: 'status', description: 'By status.' },
    startDate: { as: 'LocalDate', column: 'startDate', description: 'By first day.' },
    expectedEndDate: { as: 'LocalDate', column: 'expectedEndDate', description: 'By expected last day.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were added.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations: {
    client: { filter: () => clientFilter, description: 'By their client.' },
    manager: { filter: () => profileFilter, description: 'By who leads them.' },
    phases: { filter: () => projectPhaseFilter, description: 'With a phase like this.' },
    assignments: { filter: () => projectAssignmentFilter, description: 'With an assignment like this.' },
    deliverables: { filter: () => deliverableFilter, description: 'With a deliverable like this.' },
    incidents: { filter: () => incidentFilter, description: 'With an incident like this.' },
  },
});

const byProject = { filter: () => projectFilter, description: 'By their project.' };

export const projectPhaseFilter: Filter<'projectPhases'> = defineFilter('ProjectPhaseFilter', 'projectPhases', {
  description: 'Which phases.',
  fields: {
    id: { id: 'ProjectPhase', column: 'id', description: 'By id.' },
    projectId: { id: 'Project', column: 'projectId', description: 'By project.' },
    name: { as: 'String', column: 'name', description: 'By name.' },
    position: { as: 'Int', column: 'position', description: 'By position in their project.' },
    startDate: { as: 'LocalDate', column: 'startDate', description: 'By first day.' },
    endDate: { as: 'LocalDate', column: 'endDate', description: 'By last day.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were added.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations: { project: byProject },
});

export const projectAssignmentFilter: Filter<'projectAssignments'> = defineFilter(
  'ProjectAssignmentFilter',
  'projectAssignments',
  {
    description: 'Which assignments.',
    fields: {
      id: { id: 'ProjectAssignment', column: 'id', description: 'By id.' },
      projectId: { id: 'Project', column: 'projectId', description: 'By project.' },
      profileId: { id: 'Profile', column: 'profileId', description: 'By person.' },
      role: { as: 'String', column: 'role', description: 'By role in the project.' },
      allocationPercent: { as: 'Int', column: 'allocationPercent', description: 'By share of the person’s time.' },
      fromDate: { as: 'LocalDate', column: 'fromDate', description: 'By first day; absent when open.' },
      toDate: { as: 'LocalDate', column: 'toDate', description: 'By last day; absent when open.' },
      externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
      createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were added.' },
      updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
    },
    relations: { project: byProject, profile: { filter: () => profileFilter, description: 'By the person.' } },
  },
);

export const deliverableFilter: Filter<'deliverables'> = defineFilter('DeliverableFilter', 'deliverables', {
  description: 'Which deliverables.',
  fields: {
    id: { id: 'Deliverable', column: 'id', description: 'By id.' },
    projectId: { id: 'Project', column: 'projectId', description: 'By project.' },
    name: { as: 'String', column: 'name', description: 'By name.' },
    status: { enum: DeliverableStatus, name: 'DeliverableStatus', column: 'status', description: 'By status.' },
    dueDate: { as: 'LocalDate', column: 'dueDate', description: 'By due day.' },
    submittedAt: { as: 'DateTime', column: 'submittedAt', description: 'By when they were last submitted.' },
    decidedAt: { as: 'DateTime', column: 'decidedAt', description: 'By when they were accepted or rejected.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were added.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations: { project: byProject },
});

export const incidentFilter: Filter<'incidents'> = defineFilter('IncidentFilter', 'incidents', {
  description: 'Which incidents.',
  fields: {
    id: { id: 'Incident', column: 'id', description: 'By id.' },
    projectId: { id: 'Project', column: 'projectId', description: 'By project.' },
    reporterId: { id: 'Profile', column: 'reporterId', description: 'By who reported them.' },
    title: { as: 'String', column: 'title', description: 'By title.' },
    severity: { enum: IncidentSeverity, name: 'IncidentSeverity', column: 'severity', description: 'By severity.' },
    status: { enum: IncidentStatus, name: 'IncidentStatus', column: 'status', description: 'By status.' },
    openedAt: { as: 'DateTime', column: 'openedAt', description: 'By when they began.' },
    resolvedAt: { as: 'DateTime', column: 'resolvedAt', description: 'By when they were resolved.' },
    externalReference: { as: 'String', column: 'externalReference', description: 'By external reference.' },
    createdAt: { as: 'DateTime', column: 'createdAt', description: 'By when they were added.' },
    updatedAt: { as: 'DateTime', column: 'updatedAt', description: 'By when they last changed.' },
  },
  relations: {
    project: byProject,
    reporter: { filter: () => profileFilter, description: 'By who reported them.' },
  },
});
