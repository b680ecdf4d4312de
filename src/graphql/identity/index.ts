import './viewer.ts';
import './member.ts';
import './join-code.ts';
import './invitation.ts';
import './api-key.ts';
import './account-mutations.ts';
import './membership-mutations.ts';
import './member-mutations.ts';
