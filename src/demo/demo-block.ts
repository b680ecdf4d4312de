import type { Demo } from './ensure-demo.ts';
import { demoEmail, demoPassword } from './people.ts';

/** The text that is printed when the server listens: where to click, the demo users, a token to paste. */
export async function demoBlock(demo: Demo, origin: string, loginCode: string): Promise<string> {
  const { authorization } = await demo.headers();
  const people = demo.organizations.flatMap((organization) =>
    organization.people.map(
      ({ role }) => `    ${demoEmail(organization, role).padEnd(26)}${role.padEnd(12)}${organization.name}`,
    ),
  );
  const [first] = demo.organizations;
  return `
  Chantier is listening on ${origin}, where the demo users below can sign in

  GraphiQL, signed in:  ${origin}/t/${first?.slug}/explorer?login=${loginCode}

  Demo users, all with the password "${demoPassword}":
${people.join('\n')}

  A token of ${first?.slug}'s owner, for the header "authorization":
    ${authorization}

`;
}
