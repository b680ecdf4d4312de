import { defineFilter, type Filter, filterOf } from '../../graphql/declare/filters.ts';
import { profileFilter } from '../people/profile-filter.ts';
import { ProjectStatus } from './project-status.ts';

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
    client: { filter: () => filterOf('clients'), description: 'By their client.' },
    manager: { filter: () => profileFilter, description: 'By who leads them.' },
  },
});
