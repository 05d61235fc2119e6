import { z } from 'zod';

const WORDS = ['true', 'false', '1', '0', 'yes', 'no', 'on', 'off', 'y', 'n', 'enabled', 'disabled'] as const;

/** Yes or no in a query or a form, in the words that clients of all kinds write, in upper or lower case. */
export const flag = () => z.stringbool().meta({ enum: WORDS });
