import type { z } from 'zod';
import type { FailureCode } from '#core/rules/failures.ts';
import type { Language } from '#core/rules/common.ts';
import type { Failure } from '../failure.ts';
import type { Service } from '../context.ts';
import type { Scope } from '../api-key.ts';
import type { Role, RouteId } from './access.ts';

/** Who asks. */
export interface Actor {
  readonly kind: 'user' | 'api-key' | 'anonymous';
  /** stays the same for one person or key: "internal", "<tenant>/<object id>", "key:12" */
  readonly id: string;
  /** null for keys and strangers */
  readonly role: Role | null;
  readonly scopes: readonly Scope[];
  /** object id in Entra, for questions to Dataverse on behalf of this user; else null */
  readonly objectId: string | null;
  /** row of api_keys; null for people */
  readonly keyId: number | null;
}

/** One request as a handler sees it: everything is checked. */
export interface RouteRequest<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly actor: Actor;
  /** from ?lang=, Accept-Language, or the installation, in this order */
  readonly language: Language;
  readonly requestId: string;
  /** fires when the client has gone */
  readonly signal: AbortSignal;
  /** the request itself, for uploads and conditional headers */
  readonly raw: Request;
}

/** What a handler gives back. A `Response` is for what is no JSON: files, pages, streams. */
export type Answer =
  | { readonly status: number; readonly json: unknown; readonly headers?: Readonly<Record<string, string>> }
  | { readonly failure: Failure }
  | Response;

export interface JsonReply {
  readonly description: string;
  readonly schema: z.ZodType;
  /** what else it comes as, when asked for */
  readonly contentTypes?: readonly string[];
}
export interface FileReply {
  readonly description: string;
  /** none: an answer without a body */
  readonly contentTypes: readonly string[];
}
export type Reply = JsonReply | FileReply;

interface Contract {
  /** method and path; the table of access decides who may call it */
  readonly id: RouteId;
  /** `api`: under /api/v1. `root`: as it is (health, documents) */
  readonly at?: 'api' | 'root';
  /** path without prefix that clients of the earlier system use; answers the same, marked as deprecated */
  readonly legacy?: boolean;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** what can be answered when all goes well, by status */
  readonly replies: Readonly<Record<number, Reply>>;
  /** what can go wrong besides what can go wrong everywhere (401, 403, 422, 429, 500, 503 are added) */
  readonly failures?: readonly FailureCode[];
  /** bytes of a JSON body, 1 MiB by default */
  readonly bodyLimit?: number;
}

export interface RouteSpec<
  P extends z.ZodType | undefined,
  Q extends z.ZodType | undefined,
  B extends z.ZodType | undefined,
> extends Contract {
  readonly params?: P;
  readonly query?: Q;
  /** JSON body */
  readonly body?: B;
  /** multipart/form-data instead of JSON; the handler reads `raw` itself. Fields as the document shows them */
  readonly form?: z.ZodType;
  readonly handle: (
    request: RouteRequest<Output<P>, Output<Q>, Output<B>>,
    service: Service,
  ) => Promise<Answer>;
}
type Output<S> = S extends z.ZodType ? z.output<S> : undefined;

/** A route with its types taken off: what the app, the document and the tests go through. */
export interface Route extends Contract {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly form?: z.ZodType;
  readonly handle: (request: RouteRequest<never, never, never>, service: Service) => Promise<Answer>;
}

/** A route: contract as data, and a handler of a dozen lines. */
export const route = <
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  spec: RouteSpec<P, Q, B>,
): Route => spec as unknown as Route;

export const reply = (json: unknown, status = 200): Answer => ({ status, json });
export const refuse = (failure: Failure): Answer => ({ failure });
