import { createPool } from '#service/store/pool.ts';
import { startEmbedded } from '#service/store/embedded.ts';

/** A process that starts the server, writes a row, says so in a line of JSON and then waits to be killed. */
const [, , dataDir = '', how = 'wait'] = process.argv;
const server = await startEmbedded({ dataDir });
if (!server.ok) {
  process.stdout.write(`${JSON.stringify(server.fault)}\n`);
  process.exit(1);
}
const sql = createPool({ url: server.value.url, max: 1, statementTimeoutMs: 0, application: 'starter' });
await sql`create table if not exists kept (n int)`;
await sql`insert into kept values (1)`;
const { url, how: began, created, pid } = server.value;
process.stdout.write(`${JSON.stringify({ url, how: began, created, pid })}\n`);
if (how === 'leave') {
  await sql.end();
  process.stdout.write(`${JSON.stringify({ stopped: await server.value.leave() })}\n`);
} else setInterval(() => undefined, 1000);
