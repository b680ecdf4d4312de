import fc from 'fast-check';
import { run } from '../support/run.ts';
import { anyStory, type Does, does, doStep, known, makes, person, pick, type Step, type Story } from './steps.ts';

const projectChannel: Does = async (story, member, { one }) => {
  const { data } = await member.graphql('query ($id: ID!) { node(id: $id) { ... on Project { channel { id } } } }', {
    id: known(story, 'Project', one),
  });
  const id = data?.node?.channel?.id;
  if (id) story.made.Channel = [...(story.made.Channel ?? []), id];
};

const sends: Does = async (story, member, { one, other }) => {
  const input = {
    channelId: known(story, 'Channel', one),
    content: `Text ${one} ${other}`,
    mentionIds: other % 2 ? [person(story, other)] : [],
    ...(other % 3 === 0 && { attachments: [{ name: 'a.pdf', url: 'https://files.example/a.pdf' }] }),
  };
  const answer = await run(member, 'sendMessage', input, 'message { id }');
  if (answer.message) story.made.Message = [...(story.made.Message ?? []), answer.message.id];
};

const two = (story: Story, type: string, { one, other }: Step, other_ = type): [string, string] => [
  known(story, type, one),
  known(story, other_, other),
];

/** What people do to the parts and links of objects, beside the steps of `steps.ts`. */
const steps = {
  findChannel: projectChannel,
  createChannel: makes('Channel', (story, { one, other }) => ({
    type: pick(['ORGANIZATION', 'GROUP'], one),
    name: `Room ${one}`,
    memberIds: [person(story, other)],
  })),
  send: sends,
  edit: does('editMessage', (story, { one, other }) => ({ id: known(story, 'Message', one), content: `So ${other}` })),
  deleteMessage: does('deleteMessage', (story, { one }) => ({ id: known(story, 'Message', one) })),
  react: does('addReaction', (story, { one }) => ({ messageId: known(story, 'Message', one), emoji: '👍' })),
  unreact: does('removeReaction', (story, { one }) => ({ messageId: known(story, 'Message', one), emoji: '👍' })),
  read: does('markChannelRead', (story, { one }) => ({ channelId: known(story, 'Channel', one) })),
  mute: does('muteChannel', (story, { one }) => ({ channelId: known(story, 'Channel', one), muted: true })),
  leave: does('removeChannelMember', (story, { one, other }) => ({
    channelId: known(story, 'Channel', one),
    profileId: person(story, other),
  })),
  archiveChannel: does('updateChannel', (story, { one, other }) => ({
    id: known(story, 'Channel', one),
    archived: other % 2 === 0,
  })),
  openDirect: does('openDirectChannel', (story, { one }) => ({ profileId: person(story, one) })),
  stopWaiting: does('removeTaskDependency', (story, step) => {
    const [taskId, dependsOnId] = two(story, 'Task', step);
    return { taskId, dependsOnId };
  }),
  joinTask: makes('TaskMember', (story, { one, other }) => ({
    taskId: known(story, 'Task', one),
    profileId: person(story, other),
    role: pick(['ASSIGNEE', 'WATCHER'], other),
  })),
  leaveTask: does('deleteTaskMember', (story, { one }) => ({ id: known(story, 'TaskMember', one) })),
  saveView: makes('SavedView', (_story, { one, other }) => ({
    ...{ list: 'tasks', name: `View ${one} ${other}`, arguments: { where: { name: { eq: `${one}` } } } },
  })),
  changeView: does('updateSavedView', (story, { one, other }) => ({
    ...{ id: known(story, 'SavedView', one), name: `Seen ${other}`, columns: ['name', 'status'] },
  })),
  deleteView: does('deleteSavedView', (story, { one }) => ({ id: known(story, 'SavedView', one) })),
  saveOperation: makes('SavedOperation', (_story, { one, other }) => ({
    ...{ document: '{ viewer { role } }', name: `Operation ${one} ${other}`, variables: { one } },
  })),
  changeOperation: does('updateSavedOperation', (story, { one, other }) => ({
    ...{ id: known(story, 'SavedOperation', one), name: `Seen ${other}`, document: '{ __typename }' },
  })),
  deleteOperation: does('deleteSavedOperation', (story, { one }) => ({ id: known(story, 'SavedOperation', one) })),
  createLabel: makes('Label', (story, { one, other }) => ({
    name: `Label ${one}`,
    color: '#1f6feb',
    ...(other % 2 && { projectId: known(story, 'Project', other) }),
  })),
  setLabels: does('setTaskLabels', (story, { one, other }) => ({
    taskId: known(story, 'Task', one),
    [pick(['labelIds', 'addLabelIds', 'removeLabelIds'], other)]: [known(story, 'Label', other)],
  })),
  deleteLabel: does('deleteLabel', (story, { one }) => ({ id: known(story, 'Label', one) })),
  restoreLabel: does('restoreLabel', (story, { one }) => ({ id: known(story, 'Label', one) })),
  assignMilestone: does('addMilestoneAssignee', (story, { one, other }) => ({
    milestoneId: known(story, 'Milestone', one),
    profileId: person(story, other),
  })),
  unassignMilestone: does('removeMilestoneAssignee', (story, { one, other }) => ({
    milestoneId: known(story, 'Milestone', one),
    profileId: person(story, other),
  })),
  weighAgain: does('setMilestoneTask', (story, step) => {
    const [milestoneId, taskId] = two(story, 'Milestone', step, 'Task');
    return { milestoneId, taskId, weight: 1 + (step.one % 3) };
  }),
  dropTask: does('removeMilestoneTask', (story, step) => {
    const [milestoneId, taskId] = two(story, 'Milestone', step, 'Task');
    return { milestoneId, taskId };
  }),
  copyProject: does('duplicateProject', (story, { one, other }) => ({
    projectId: known(story, 'Project', one),
    ...{ name: `Copy ${one} ${other}`, startDate: '2026-05-04', withPeople: other % 2 === 0, allowOverbooking: true },
  })),
  chain: does('addMilestoneDependency', (story, step) => {
    const [milestoneId, dependsOnId] = two(story, 'Milestone', step);
    return { milestoneId, dependsOnId };
  }),
  unchain: does('removeMilestoneDependency', (story, step) => {
    const [milestoneId, dependsOnId] = two(story, 'Milestone', step);
    return { milestoneId, dependsOnId };
  }),
  changeMilestone: does('updateMilestone', (story, { one, other }) => ({
    id: known(story, 'Milestone', one),
    name: `Goal ${other}`,
  })),
  changeClient: does('updateClient', (story, { one, other }) => ({
    id: known(story, 'Client', one),
    name: `Client ${other}`,
    sector: null,
  })),
  changeComment: does('updateTaskComment', (story, { one, other }) => ({
    id: known(story, 'TaskComment', one),
    content: `Hm ${other}`,
  })),
  deleteComment: does('deleteTaskComment', (story, { one }) => ({ id: known(story, 'TaskComment', one) })),
  tick: does('updateChecklistItem', (story, { one }) => ({ id: known(story, 'ChecklistItem', one), isDone: true })),
  deleteItem: does('deleteChecklistItem', (story, { one }) => ({ id: known(story, 'ChecklistItem', one) })),
  discardTimer: does('discardTimer', () => ({})),
  resolve: does('resolveIncident', (story, { one }) => ({ id: known(story, 'Incident', one), resolution: 'Done' })),
  setHours: does('updateTenantSettings', (_story, { one }) => ({ hoursPerDay: pick(['7', '7.5', '8'], one) })),
} satisfies Record<string, Does>;

type MoreStep = Omit<Step, 'what'> & { more: keyof typeof steps };
export type AnyStep = Step | MoreStep;

export const doAny = (story: Story, step: AnyStep): Promise<unknown> =>
  'more' in step
    ? (steps[step.more] as Does)(story, pick(story.people, step.who), step as unknown as Step)
    : doStep(story, step);

/** A story of both kinds of steps. */
export function anyLongStory(length: number): fc.Arbitrary<AnyStep[]> {
  const number = fc.nat({ max: 59 });
  const common = ['send', 'send', 'findChannel', 'weighAgain', 'chain'] as const;
  const more = fc.constantFrom(...common, ...(Object.keys(steps) as MoreStep['more'][]));
  const others = fc.array(fc.record({ more, who: number, one: number, other: number }), {
    minLength: length / 2,
    maxLength: length,
    size: 'max',
  });
  return fc
    .tuple(anyStory(length), others)
    .map(([some, rest]) => some.flatMap((step, place): AnyStep[] => (rest[place] ? [step, rest[place]] : [step])));
}
