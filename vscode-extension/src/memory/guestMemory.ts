import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Place } from './messages.ts';

/** What of a debug session this needs; a `vscode.DebugSession` is one. */
export interface Requests {
  customRequest(command: string, request?: object): Thenable<unknown>;
}

/** The memory of a stopped guest. */
export class GuestMemory {
  readonly #session: Requests;

  constructor(session: Requests) {
    this.#session = session;
  }

  /**
   * Where a text points: a memory reference as it stands, else the value or the place of an expression.
   *
   * @param frameId in which frame the expression is read
   */
  async find(text: string, frameId: number | undefined): Promise<Place> {
    return parseReference(text) ?? this.#evaluate(text, frameId);
  }

  async #evaluate(expression: string, frameId: number | undefined): Promise<Place> {
    const request = { expression, context: 'watch', ...(frameId === undefined ? {} : { frameId }) };
    const body = (await this.#session.customRequest('evaluate', request)) as DebugProtocol.EvaluateResponse['body'];
    const place = parseReference(body.memoryReference ?? '') ?? parseReference(body.result.split(' ')[0] ?? '');
    if (place === undefined) {
      throw new Error(`${expression} is ${body.result}, which is no address`);
    }
    return place;
  }

  /** Reads bytes; null where there is no memory. */
  async read(place: Place, count: number): Promise<(number | null)[]> {
    const bytes: (number | null)[] = [];
    while (bytes.length < count) {
      const request = { memoryReference: reference(place), offset: bytes.length, count: count - bytes.length };
      const body = (await this.#session.customRequest(
        'readMemory',
        request,
      )) as DebugProtocol.ReadMemoryResponse['body'];
      const read = Buffer.from(body?.data ?? '', 'base64');
      const hole = body?.unreadableBytes ?? (read.length === 0 ? request.count : 0);
      bytes.push(...read, ...Array<null>(hole).fill(null));
    }
    return bytes.slice(0, count);
  }

  async write(place: Place, bytes: Uint8Array): Promise<void> {
    const data = Buffer.from(bytes).toString('base64');
    await this.#session.customRequest('writeMemory', { memoryReference: reference(place), data });
  }
}

/** A memory reference as the adapter reads it: `0x7c00`, or `p:0x7c00` for a physical address. */
export function reference(place: Place): string {
  return (place.physical ? 'p:' : '') + place.address;
}

/** The place of a memory reference; undefined where the text is none. */
export function parseReference(text: string): Place | undefined {
  const match = /^\s*(p:)?(0[xX][0-9a-fA-F]{1,16})\s*$/.exec(text);
  return match?.[2] === undefined
    ? undefined
    : { physical: match[1] !== undefined, address: '0x' + BigInt(match[2]).toString(16) };
}
