import type { GraphQLInputObjectType } from 'graphql';
import { getNamedType } from 'graphql';
import { contentFor } from '../demo/content.ts';
import { seedCompany } from '../demo/seed-company.ts';
import { encodeGlobalId } from '../graphql/declare/global-id.ts';
import { send } from './ask.ts';
import { memberOf, type ScratchCompany, sampleSource } from './company.ts';
import { idsShownTo } from './found-ids.ts';
import { mutationsOf, sampleInput } from './sample-input.ts';
import type { ProofTarget } from './target.ts';

/** Mutations that only add: their rows give the attacks something to aim at. */
const adds = /^(create|add|set|start|send|open|invite|update)(?!Organization|Tasks|Permission)/;

/**
 * What the samples leave out, because no mutation requires it, and people who may be assigned: a client's contact may
 * not.
 */
const more = (idOf: (typename: string) => string, staff: string): Record<string, object> => ({
  addMilestoneAssignee: { profileId: staff },
  createProjectAssignment: { profileId: staff },
  sendMessage: { attachments: [{ name: 'Plan', url: 'https://scratch.invalid/plan' }], mentionIds: [idOf('Profile')] },
  createTask: { projectId: idOf('Project') },
  createTimeEntry: { description: 'Sample' },
  updateCodeFormat: { pattern: 'X-{seq:5}' },
  updateTenantSettings: { hoursPerDay: '7.5' },
});

/**
 * Fills a scratch organization: with what the demo has, then with what every mutation makes of a sample of its
 * input. What refuses its sample is no matter: coverage is counted in what there is afterwards.
 */
export async function seedScratch(target: ProofTarget, company: ScratchCompany): Promise<void> {
  const { binding } = target;
  const content = contentFor(company.tenant.locale);
  await binding.write(company.tenant, (tx) => seedCompany(tx, (role) => memberOf(company, role).viewer, content), {
    roleClass: 'job',
  });
  // Twice: the samples of parts refer to rows that the first round makes
  for (const _ of [1, 2]) {
    company.ids = await idsShownTo(target, company);
    await addOfEach(target, company);
  }
}

async function addOfEach({ schema, servers }: ProofTarget, company: ScratchCompany): Promise<void> {
  const { headers } = memberOf(company, 'OWNER');
  const source = sampleSource(company);
  const staff = encodeGlobalId('Profile', memberOf(company, 'MEMBER').viewer.profileId);
  for (const { name, args } of mutationsOf(schema)) {
    const input = getNamedType(args[0]!.type) as GraphQLInputObjectType;
    if (!adds.test(name)) continue;
    const query = `mutation ($input: ${input.name}!) { ${name}(input: $input) { __typename } }`;
    const sample = { ...sampleInput(input, source), ...more(source.idOf, staff)[name] };
    await send(servers[0]!, { query, variables: { input: sample }, headers });
  }
}
