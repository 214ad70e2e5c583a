// Bundles the extension and its views, and takes the adapter in. With --watch, the bundles follow the sources.
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { context } from 'esbuild';

const watch = process.argv.includes('--watch');
const adapter = '../adapter/target/kvmdap.jar';

const common = { bundle: true, minify: !watch, sourcemap: watch, logLevel: 'warning' };
const bundles = [
  {
    ...common,
    entryPoints: ['src/extension.ts'],
    outfile: 'dist/extension.js',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
  },
  {
    ...common,
    entryPoints: { memory: 'src/webviews/memory/main.ts' },
    outdir: 'dist/webviews',
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
  },
  {
    ...common,
    entryPoints: { memory: 'src/webviews/memory/memory.css' },
    outdir: 'dist/webviews',
  },
];

await rm('dist', { recursive: true, force: true });
await mkdir('dist');
if (await stat(adapter).catch(() => undefined)) {
  await copyFile(adapter, 'dist/kvmdap.jar');
} else {
  console.error(`There is no ${adapter}: build the adapter first (mvn package in the folder above)`);
  process.exit(1);
}
for (const bundle of bundles) {
  const build = await context(bundle);
  await build.rebuild();
  if (watch) {
    await build.watch();
  } else {
    await build.dispose();
  }
}
