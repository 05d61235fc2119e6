import type { Config } from '../config.ts';
import type { TableLimits } from './table.ts';

/** Wider tables are exports of something else; a list of companies has a few dozen columns. */
const MOST_COLUMNS = 500;
/** A sheet of 100,000 rows and 20 columns is about 150 MB of XML. It is never in memory as a whole. */
const MOST_UNPACKED = 512 * 1024 * 1024;

export const tableLimits = ({ importMaxRows }: Pick<Config, 'importMaxRows'>): TableLimits => ({
  maxRows: importMaxRows,
  maxColumns: MOST_COLUMNS,
  maxUnpacked: MOST_UNPACKED,
});
