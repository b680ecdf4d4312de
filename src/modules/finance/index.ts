import './legal-identity.ts';
import './purchase-order.ts';
import './project-budget.ts';
import './expense.ts';
