import './profile.ts';
import './profile-member.ts';
import './event-actor.ts';
import './viewer-profile.ts';
import './working-days.ts';
import './presence.ts';
import './rewinding.ts';
import './saved-view.ts';
