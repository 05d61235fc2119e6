import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/no-network.ts'],
    testTimeout: 20_000,
    // The first hook that wants a database starts the server and lays the template.
    hookTimeout: 60_000,
    // No test replaces a module or leaves anything behind: one load of the rules and libraries serves all files of a worker.
    isolate: false,
  },
});
