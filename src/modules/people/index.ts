import './profile.ts';
import './mutations.ts';
