/** What serves a kind of stop on this host, as the scope Host tells it. */
export interface HostService {
  readonly name: string;
  readonly value: string;
}

/** What the status bar shows. */
export interface CpuStatus {
  readonly text: string;
  /** Markdown. */
  readonly tooltip: string;
  /** For screen readers. */
  readonly accessible: string;
}

/**
 * A stopped vCPU in a few words.
 *
 * @param vcpu its name in the call stack: `vCPU 0 (long mode, CPL 0)`
 * @param symbol the function that it stands in; empty where that is not known
 */
export function statusOf(vcpu: string, symbol: string, services: readonly HostService[]): CpuStatus {
  const state = /\(([^)]*)\)/.exec(vcpu)?.[1] ?? vcpu;
  const words = [state.replace(', ', ' · '), symbol].filter((word) => word !== '');
  const rows = services.map(({ name, value }) => `| ${cell(name)} | ${cell(value)} |`);
  const table = rows.length > 0 ? ['', '| on this host | is served by |', '|---|---|', ...rows] : [];
  return {
    text: `$(chip) ${words.join(' · ')}`,
    tooltip: [`**${cell(vcpu)}**${symbol === '' ? '' : ` in \`${symbol}\``}`, ...table].join('\n'),
    accessible: `Guest CPU: ${words.join(', ')}`,
  };
}

function cell(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~$]/g, '\\$&');
}
