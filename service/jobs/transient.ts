import { isConflict, isDatabaseDown } from '../store/not-now.ts';

/** Whether the same work may well succeed a little later. */
export const isTransient = (error: unknown): boolean => isDatabaseDown(error) || isConflict(error);
