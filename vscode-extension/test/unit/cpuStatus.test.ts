import assert from 'node:assert/strict';
import { it } from 'node:test';
import { statusOf } from '../../src/session/cpuStatus.ts';

it('the status bar tells mode, privilege level and function, and by what stops are served', () => {
  const status = statusOf('vCPU 1 (long mode, CPL 3)', 'main', [{ name: 'step', value: 'single step by KVM' }]);
  assert.equal(status.text, '$(chip) long mode · CPL 3 · main');
  assert.equal(status.accessible, 'Guest CPU: long mode · CPL 3, main');
  assert.match(status.tooltip, /\| step \| single step by KVM \|/);
});

it('the status bar does without a function, and takes no name for Markdown', () => {
  const status = statusOf('vCPU 0 (real mode, CPL 0)', '', [{ name: '`a|b`', value: '[x](y)' }]);
  assert.equal(status.text, '$(chip) real mode · CPL 0');
  assert.ok(status.tooltip.includes('| \\`a\\|b\\` | \\[x\\]\\(y\\) |'));
});
