import { expect, it } from 'vitest';
import { shippedMappings } from '../../src/modules/imports/shipped-mappings.ts';

it('are each tested in a file named after what they import, or of their own', async () => {
  const tested = [
    'clockify',
    'github-issues',
    'harvest',
    'harvest-fr',
    'jira',
    'kimai',
    'mattermost',
    'redmine',
    'redmine-fr',
  ];
  expect(await shippedMappings()).toEqual(
    [...tested, 'sip-tasks', 'slack', 'slack-chat', 'solidtime', 'toggl', 'trello'].sort(),
  );
});
