import './leave-type.ts';
import './leave-request.ts';
import './leave-balance.ts';
import './leave-account.ts';
import './accrual-mutation.ts';
import './who-is-away.ts';
import './rtt-days.ts';
import './available-days.ts';
