import type { Route } from './route.ts';

export const API_PREFIX = '/api/v1';

/** One address that a route answers at. */
export interface Place {
  readonly route: Route;
  readonly method: string;
  /** with prefix, parameters in braces: "/api/v1/leads/{domain}" */
  readonly path: string;
  /** the same for the router: "/api/v1/leads/:domain" */
  readonly pattern: string;
  /** the address of the earlier system, without prefix */
  readonly legacy: boolean;
  /** answers are marked as going away */
  readonly deprecated: boolean;
}

export interface Places {
  /** in the order in which they are tried */
  readonly all: readonly Place[];
  /** which methods this address takes; empty = there is nothing at it */
  methodsAt(path: string): string[];
  /** whether a place with more fixed segments has this address: DELETE /leads/export does not erase the company "export" */
  isAnothers(place: Place, path: string): boolean;
}

/**
 * Every address of the routes. A fixed segment wins over a parameter, whatever the order of the routes and whatever the
 * method: `/leads/export` is not the lead "export".
 */
export function placesOf(routes: readonly Route[]): Places {
  const all = routes.flatMap(addressesOf).sort(byFixedSegments);
  const known = [...Map.groupBy(all, ({ path }) => path)].map(([path, places]) => ({
    path,
    methods: places.map(({ method }) => method),
    regex: regexOf(path),
  }));
  // Few places have a rival, and a request should not pay for the others.
  const rivals = new Map(
    known.map(({ path, regex }, at) => [path, known.slice(0, at).filter((other) => regex.test(other.path))]),
  );
  return {
    all,
    methodsAt(path) {
      const at = known.find(({ regex }) => regex.test(path));
      if (at === undefined) return [];
      return [...new Set([...at.methods, ...(at.methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].sort();
    },
    isAnothers: (place, path) => rivals.get(place.path)!.some(({ regex }) => regex.test(path)),
  };
}

const regexOf = (path: string): RegExp =>
  new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}/?$`);

function addressesOf(route: Route): Place[] {
  const [method = '', path = ''] = route.id.split(' ');
  const place = (full: string, legacy: boolean): Place => ({
    route,
    method,
    path: full,
    pattern: full.replace(/\{(\w+)\}/g, ':$1'),
    legacy,
    deprecated: legacy,
  });
  if (route.at === 'root') return [place(path, false)];
  return [place(`${API_PREFIX}${path}`, false), ...(route.legacy === true ? [place(path, true)] : [])];
}

function byFixedSegments(a: Place, b: Place): number {
  const left = a.path.split('/');
  const right = b.path.split('/');
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const difference = Number(left[at]!.startsWith('{')) - Number(right[at]!.startsWith('{'));
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
