import './profile.ts';
import './event-actor.ts';
import './mutations.ts';
import './viewer-profile.ts';
