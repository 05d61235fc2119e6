import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startDnsDouble, type Zone } from '#test/doubles/dns.ts';

/** The DNS double in a process of its own: it answers while this one is busy, and takes no time of its core in a bench. */
export async function startDnsChild(zone: Zone): Promise<{ address: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'hunter-dns-'));
  const file = join(folder, 'zone.json');
  writeFileSync(file, JSON.stringify(zone));
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString().trim()));
    void gone.then(() => reject(new Error('the DNS double in a child process did not start')));
  });
  return {
    address,
    async stop() {
      child.kill();
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const double = await startDnsDouble({ zone: { file: process.argv[2]! }, record: false });
  process.stdout.write(`${double.address}\n`);
  // The parent is gone when its end of the pipe is: no process is left behind.
  process.stdin.on('end', () => process.exit()).resume();
}
