/** The languages of portal and widget. */
export type Locale = 'zh-CN' | 'en-US';

/** The offered language that fits a list of wishes best; English when none does. */
export function chooseLocale(...wishes: (string | null | undefined)[]): Locale {
  for (const wish of wishes) {
    if (wish?.toLowerCase().startsWith('zh')) return 'zh-CN';
    if (wish?.toLowerCase().startsWith('en')) return 'en-US';
  }
  return 'en-US';
}
