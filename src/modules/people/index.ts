import './profile.ts';
import './event-actor.ts';
import './viewer-profile.ts';
