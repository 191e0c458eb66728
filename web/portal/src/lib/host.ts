/** Where a link leads, as a browser reads it: letters of other scripts stand in their ASCII form, a user's part is left out. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
