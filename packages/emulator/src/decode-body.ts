import { type Buffer, isUtf8 } from "node:buffer";

/** A body as text. */
export interface DecodedBody {
  /** `undefined`: too long to be read. */
  readonly body: string | undefined;
  /** False: it is no UTF-8, and U+FFFD stands for what could not be read. */
  readonly isUtf8: boolean;
}

/** Decodes a body the same whether it came by HTTP or in process. A byte order mark stays. */
export function decodeBody(bytes: Buffer | undefined): DecodedBody {
  return { body: bytes?.toString(), isUtf8: bytes === undefined || isUtf8(bytes) };
}
