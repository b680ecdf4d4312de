import { type Permission as PermissionName, permissions } from '../../identity/permissions.ts';
import { builder } from '../declare/builder.ts';

type Value = { value: PermissionName; description: string };

/** `time:read-all` is TIME_READ_ALL here. */
const enumName = (permission: string) => permission.replaceAll(/[:-]/g, '_').toUpperCase();

const values: Record<string, Value> = Object.fromEntries(
  Object.entries(permissions).map(([name, description]) => [
    enumName(name),
    { value: name as PermissionName, description: `${description}.` },
  ]),
);

export const Permission = builder.enumType('Permission', {
  description: 'One permission of a member. Rules about single objects can restrict it further.',
  values,
});
