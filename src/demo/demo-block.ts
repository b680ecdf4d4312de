import type { Demo } from './ensure-demo.ts';
import { demoEmail, demoPassword } from './people.ts';

/** What a newcomer needs, printed when the server listens: where to click, who there is, a token to paste. */
export async function demoBlock(demo: Demo, origin: string, loginCode: string): Promise<string> {
  const { authorization } = await demo.headers();
  const people = demo.companies.flatMap((company) =>
    company.people.map(({ role }) => `    ${demoEmail(company, role).padEnd(26)}${role.padEnd(12)}${company.name}`),
  );
  const [first] = demo.companies;
  return `
  Chantier is listening on ${origin}, where the demo users below can sign in

  GraphiQL, signed in:  ${origin}/t/${first?.slug}/explorer?login=${loginCode}

  Demo users, all with the password "${demoPassword}":
${people.join('\n')}

  A token of ${first?.slug}'s owner, for the header "authorization":
    ${authorization}

`;
}
