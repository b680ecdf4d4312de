import './client.ts';
import './mutations.ts';
