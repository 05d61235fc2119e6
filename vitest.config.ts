import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/no-network.ts'],
    testTimeout: 20_000,
    // No test replaces a module or leaves anything behind: one load of the rules and libraries serves all files of a worker.
    isolate: false,
  },
});
