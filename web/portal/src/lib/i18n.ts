import { chooseLocale, type Locale } from '@lingxi/ui';
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import enUS from '../locales/en-US.json';
import zhCN from '../locales/zh-CN.json';

const KEY = 'lingxi.locale';

/** The language in use. */
export function currentLocale(): Locale {
  return chooseLocale(i18next.language);
}

/** Switches the language and remembers it. */
export async function setLocale(locale: Locale): Promise<void> {
  localStorage.setItem(KEY, locale);
  document.documentElement.lang = locale;
  await i18next.changeLanguage(locale);
}

const first = chooseLocale(localStorage.getItem(KEY), ...navigator.languages);
document.documentElement.lang = first;
void i18next.use(initReactI18next).init({
  lng: first,
  fallbackLng: 'en-US',
  keySeparator: false,
  nsSeparator: false,
  interpolation: { escapeValue: false },
  resources: { 'zh-CN': { translation: zhCN }, 'en-US': { translation: enUS } },
});
