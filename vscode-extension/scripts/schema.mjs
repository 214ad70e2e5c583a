// Writes the adapter's own schema of the launch configuration into package.json; with --check, says whether it is there.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';

const schema = JSON.parse(execFileSync('java', ['-jar', 'dist/kvmdap.jar', 'schema'], { encoding: 'utf8' }));
/** Keys that VS Code sets or has its own means for. */
const own = new Set(['noDebug', 'timeout']);

const launch = {
  required: schema.required,
  properties: Object.fromEntries(Object.entries(schema.properties).filter(([key]) => !own.has(key))),
};
const before = readFileSync('package.json', 'utf8');
const manifest = JSON.parse(before);
manifest.contributes.debuggers[0].configurationAttributes.launch = launch;
const after = await format(JSON.stringify(manifest), { parser: 'json-stringify' });
if (after === before) {
  process.exit(0);
}
if (process.argv.includes('--check')) {
  console.error("package.json does not describe the adapter's launch configuration: run 'npm run schema'");
  process.exit(1);
}
writeFileSync('package.json', after);
