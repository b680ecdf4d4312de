/** For how many days deleted objects can be restored, unless the organization has set another number. */
export const defaultTrashDays = 30;
