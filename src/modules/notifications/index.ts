import './notification.ts';
import './notification-preference.ts';
import './mark-mutations.ts';
import './rewinding.ts';
