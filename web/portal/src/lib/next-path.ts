/** The path of ours that a link wishes to go on to; anything else leads home. Browsers read `/\host` and `/<tab>/host` as another origin. */
export function nextPath(wish: string | null, origin: string): string {
  if (!wish || !URL.canParse(wish, origin)) return '/';
  const url = new URL(wish, origin);
  // A path such as `//host` would be an address of its own once it stands alone.
  const ours = url.origin === origin && url.pathname.startsWith('/') && !url.pathname.startsWith('//');
  return ours ? url.pathname + url.search + url.hash : '/';
}
