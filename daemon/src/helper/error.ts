// error.ts: what can go wrong between daemon and helper. SPDX-License-Identifier: Apache-2.0
import { CodedError } from "../base/coded-error.js";

/** HelperRefused: the helper understood a request and does not carry it out. Nothing has changed. */
export class HelperRefused extends CodedError {
  readonly path: string;

  constructor(code: string, path: string, message: string) {
    super(code, path === "" ? message : `${path}: ${message}`);
    this.path = path;
  }
}

/** HelperProtocolError: what came from the helper is not what the protocol says. The connection is given up. */
export class HelperProtocolError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super("helper-protocol", message, options);
  }
}

/** HelperUnavailable: no connection, or it broke or stalled before the answer. `sent` says whether the helper may have seen the
 * request: if so, its outcome is not known. */
export class HelperUnavailable extends CodedError {
  readonly sent: boolean;

  constructor(message: string, sent: boolean, options?: ErrorOptions) {
    super("helper-unavailable", message, options);
    this.sent = sent;
  }
}
